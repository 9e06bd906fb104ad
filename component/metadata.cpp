#include "component/metadata.h"

#include <algorithm>

namespace wcomp::component {

void Producers::set(std::string_view field, std::string_view name, std::string_view version) {
  auto found = std::ranges::find(fields, field, &Field::name);
  if (found == fields.end()) found = fields.insert(fields.end(), Field{.name = std::string(field), .values = {}});
  const auto value = std::ranges::find(found->values, name, &std::pair<std::string, std::string>::first);
  if (value == found->values.end()) {
    found->values.emplace_back(name, version);
  } else {
    value->second = version;
  }
}

Result<Producers> decode_producers(ByteSpan contents) {
  ByteReader in(contents);
  Producers out;
  WCOMP_TRY(const std::uint32_t fields, in.leb_u32());
  for (std::uint32_t i = 0; i < fields; ++i) {
    Producers::Field field;
    WCOMP_TRY(field.name, in.name());
    WCOMP_TRY(const std::uint32_t values, in.leb_u32());
    for (std::uint32_t v = 0; v < values; ++v) {
      WCOMP_TRY(const std::string_view name, in.name());
      WCOMP_TRY(const std::string_view version, in.name());
      field.values.emplace_back(name, version);
    }
    out.fields.push_back(std::move(field));
  }
  return out;
}

Bytes encode_producers(const Producers& producers) {
  ByteWriter out;
  out.leb_u64(producers.fields.size());
  for (const Producers::Field& f : producers.fields) {
    out.name(f.name);
    out.leb_u64(f.values.size());
    for (const auto& [name, version] : f.values) {
      out.name(name);
      out.name(version);
    }
  }
  return out.take();
}

void append_custom(Bytes& binary, std::string_view name, ByteSpan contents) {
  ByteWriter body;
  body.name(name);
  body.bytes(contents);
  ByteWriter out;
  out.u8(0);
  out.sized(body.view());
  const Bytes section = out.take();
  binary.insert(binary.end(), section.begin(), section.end());
}

}  // namespace wcomp::component
