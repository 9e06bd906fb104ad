// The sections of core modules that carry WIT: writing them and finding them. What is in them is wit_encode's and wit_decode's business.
#include <fmt/format.h>

#include "component/wit_codec.h"

namespace wcomp::component {

namespace {

std::string section_name(std::string_view world_name) {
  return world_name.empty() ? "component-type" : fmt::format("component-type:{}", world_name);
}

void custom_section(ByteWriter& out, std::string_view name, ByteSpan payload) {
  ByteWriter body;
  body.name(name);
  body.bytes(payload);
  out.u8(0x00);
  out.sized(body.view());
}

}  // namespace

// https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md : a file with a `linking` section is a relocatable object, and
// wasm-ld copies the custom sections of objects into its output.
Bytes component_type_object(std::string_view world_name, ByteSpan payload) {
  static constexpr std::uint8_t preamble[] = {0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
  static constexpr std::uint8_t linking_version[] = {0x02};
  ByteWriter out;
  out.bytes(preamble);
  custom_section(out, "linking", linking_version);
  custom_section(out, section_name(world_name), payload);
  return out.take();
}

Bytes embed_component_type(ByteSpan module, std::string_view world_name, ByteSpan payload) {
  ByteWriter out;
  out.bytes(module);
  custom_section(out, section_name(world_name), payload);
  return out.take();
}

}  // namespace wcomp::component
