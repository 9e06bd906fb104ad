// WIT inside binaries: the `component-type` custom section of core modules, and the WIT that a component's own types spell out.
//
// Section names: `component-type` or `component-type:<anything>`; the payload is a WIT package encoded as a component whose only export is
// the world (wasm-tools' current encoding, a `wit-component-encoding` custom section with version 4 and the string encoding). What we write
// wasm-tools reads and the reverse.
#pragma once

#include "component/component.h"
#include "component/validate.h"
#include "wit/wit.h"

namespace wcomp::component {

/// The section of the payload that says how it is encoded: its version and the string encoding.
inline constexpr std::string_view wit_encoding_section = "wit-component-encoding";
inline constexpr std::uint8_t wit_encoding_version = 4;

/// The payload of a `component-type` section for one world.
[[nodiscard]] Result<Bytes> encode_component_type(const wit::Graph& graph, wit::WorldId world, StringEncoding encoding = StringEncoding::utf8);

struct DecodedWorld {
  wit::Graph graph;
  wit::WorldId world;
  StringEncoding encoding = StringEncoding::utf8;
};
/// Reads such a payload. Docs are not carried: a `package-docs` section is left alone.
[[nodiscard]] Result<DecodedWorld> decode_component_type(ByteSpan payload);

/// All `component-type*` sections of a core module merged into one world.
[[nodiscard]] Result<DecodedWorld> world_of_module(const core::Module& module);
/// The world a component implements: package `root:component`, world `root`, as the reference tool shows it.
[[nodiscard]] Result<DecodedWorld> world_of_component(const ValidComponent& component);

/// The relocatable object that carries the section and links into a guest with wasm-ld: only a `linking` (v2) section and the payload.
[[nodiscard]] Bytes component_type_object(std::string_view world_name, ByteSpan payload);

/// A core module's bytes with the section added.
[[nodiscard]] Bytes embed_component_type(ByteSpan module, std::string_view world_name, ByteSpan payload);

}  // namespace wcomp::component
