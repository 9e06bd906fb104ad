// WIT inside binaries: packages as components, the `component-type` custom section of core modules, and the WIT that a component's own types
// spell out.
//
// A package (WIT.md "Package Format") is a component whose exports are types, one for each interface and world; docs and gates are in a
// custom section (component/wit_docs.h). The section of core modules is named `component-type` or `component-type:<anything>`; its payload
// is such a component whose only export is the world, with a `wit-component-encoding` custom section: version 4 and the string encoding.
// What we write wasm-tools reads and the reverse, its two earlier forms of packages too: one component type with everything in it, and the
// same without the name of the package in between.
//
// Reading. A component type is a list of interfaces and worlds in no other order than that of dependencies; an interface turns up wherever
// it is needed, often with its types only. Everything that is said of one name is collected in one interface; what its own wrapper says
// decides the order of its items. Functions that turn up with two types are an error.
#pragma once

#include "component/component.h"
#include "component/validate.h"
#include "wit/wit.h"

namespace wcomp::component {

/// The section of the payload that says how it is encoded: its version and the string encoding.
inline constexpr std::string_view wit_encoding_section = "wit-component-encoding";
inline constexpr std::uint8_t wit_encoding_version = 4;

/// The package as a component. Other packages are in it as far as it uses them. Gated items are encoded if they are in the graph.
[[nodiscard]] Result<Bytes> encode_package(const wit::Graph& graph, wit::PackageId package);

/// Whether the component is a WIT package and nothing else: exports that are component types, and no imports.
[[nodiscard]] bool is_wit_package(const ValidComponent& component);

/// A component after validation, with all features on. The definitions of a package do not refer to each other, so each is a part of its own:
/// a package may be larger than a component's type may.
struct ReadComponent {
  std::shared_ptr<const Component> component;
  std::vector<ValidComponent> parts;  ///< all of it is the only part of what is no package
  bool is_package = false;
};
[[nodiscard]] Result<ReadComponent> read_wit_component(std::shared_ptr<const Component> component);
/// The packages of several binaries in one graph; roots: theirs, in order. An interface that only others' use is known of may have types only:
/// its package is then no root.
[[nodiscard]] Result<wit::Graph> decode_packages(std::span<const ReadComponent> packages);

/// The payload of a `component-type` section for one world.
[[nodiscard]] Result<Bytes> encode_component_type(const wit::Graph& graph, wit::WorldId world, StringEncoding encoding = StringEncoding::utf8);

struct DecodedWorld {
  wit::Graph graph;
  wit::WorldId world;
  StringEncoding encoding = StringEncoding::utf8;
};
/// Reads such a payload.
[[nodiscard]] Result<DecodedWorld> decode_component_type(ByteSpan payload);

/// All `component-type*` sections of a core module merged into one world, which is the first one's.
[[nodiscard]] Result<DecodedWorld> world_of_module(const core::Module& module);
/// The same for people: merged into the world `root` of a package `root:root`; the worlds of the sections are there, too.
[[nodiscard]] Result<DecodedWorld> wit_of_module(const core::Module& module);
/// The world a component implements: package `root:component`, world `root`, as the reference tool shows it.
[[nodiscard]] Result<DecodedWorld> world_of_component(const ValidComponent& component);

/// The relocatable object that carries the section and links into a guest with wasm-ld: only a `linking` (v2) section and the payload.
[[nodiscard]] Bytes component_type_object(std::string_view world_name, ByteSpan payload);

/// A core module's bytes with the section added.
[[nodiscard]] Bytes embed_component_type(ByteSpan module, std::string_view world_name, ByteSpan payload);

}  // namespace wcomp::component
