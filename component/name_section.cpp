#include "component/name_section.h"

#include <array>

#include "component/decode_types.h"

namespace wcomp::component {

namespace {

/// The order in which names are written.
constexpr std::array sorts{Sort::core_func, Sort::core_table,  Sort::core_memory,   Sort::core_global, Sort::core_tag,  Sort::core_type, Sort::core_module,
                           Sort::core_instance, Sort::func, Sort::value, Sort::type, Sort::component, Sort::instance};

Result<Sort> sort_of_names(ByteReader& in) {
  WCOMP_TRY(const std::uint8_t byte, in.peek());
  if (byte != 0x02) return decode_sort(in);
  WCOMP_TRY(in.u8());
  return Sort::value;  // names do not need the feature that values need
}

Result<void> name_map(ByteReader& in, core::NameMap& out) {
  WCOMP_TRY(const std::uint32_t count, in.count(2));
  for (std::uint32_t i = 0; i < count; ++i) {
    WCOMP_TRY(const std::uint32_t index, in.leb_u32());
    WCOMP_TRY(const std::string_view name, in.name());
    out.emplace_back(index, name);
  }
  return Ok{};
}

void put_in_order(core::NameMap& names) {
  const std::map<std::uint32_t, std::string> ordered(names.begin(), names.end());  // of several names for one index the first counts
  names.assign(ordered.begin(), ordered.end());
}

Result<void> read(ByteReader in, Names& out) {
  while (!in.at_end()) {
    WCOMP_TRY(const std::uint8_t id, in.u8());
    WCOMP_TRY(const std::uint32_t size, in.leb_u32());
    if (size > in.remaining()) return in.malformed("a subsection of names is longer than the section");
    WCOMP_TRY(ByteReader sub, in.sub(size, {}));
    if (id == 0x00 && out.component.empty()) {
      WCOMP_TRY(out.component, sub.name());
    } else if (id == 0x01) {
      WCOMP_TRY(const Sort sort, sort_of_names(sub));
      WCOMP_TRY(name_map(sub, out.items[sort]));
    }
  }
  return Ok{};
}

}  // namespace

Names decode_names(ByteSpan contents) {
  Names out;
  (void)read(ByteReader(contents), out);
  for (auto& [sort, names] : out.items) put_in_order(names);
  return out;
}

Bytes encode_names(const Names& names) {
  ByteWriter out;
  if (!names.component.empty()) {
    ByteWriter name;
    name.name(names.component);
    out.u8(0x00);
    out.sized(name.view());
  }
  for (const Sort sort : sorts) {
    const auto at = names.items.find(sort);
    if (at == names.items.end() || at->second.empty()) continue;
    ByteWriter body;
    if (is_core(sort)) body.u8(0x00);
    body.u8(static_cast<std::uint8_t>(static_cast<std::uint16_t>(sort) & 0xff));
    body.leb_u32(static_cast<std::uint32_t>(at->second.size()));
    for (const auto& [index, name] : at->second) {
      body.leb_u32(index);
      body.name(name);
    }
    out.u8(0x01);
    out.sized(body.view());
  }
  return out.take();
}

}  // namespace wcomp::component
