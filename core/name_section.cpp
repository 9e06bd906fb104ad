#include "core/name_section.h"

#include <algorithm>

namespace wcomp::core {
namespace {

/// Ids of the subsections that are name maps, with the map they fill. 4 to 9 and 11 are the extended name section's (10 is of field names).
struct MapRow {
  std::uint8_t id;
  NameMap Names::* map;
};
constexpr std::array<MapRow, 8> maps{{{1, &Names::funcs},
                                      {4, &Names::types},
                                      {5, &Names::tables},
                                      {6, &Names::mems},
                                      {7, &Names::globals},
                                      {8, &Names::elems},
                                      {9, &Names::datas},
                                      {11, &Names::tags}}};
constexpr std::uint8_t module_id = 0;
constexpr std::uint8_t locals_id = 2;
constexpr std::uint8_t labels_id = 3;
constexpr std::uint8_t type_params_id = 12;  ///< of nobody's specification yet: parameters of function types

using IndirectMap = IndirectNameMap;

template <class T>
void put_in_order(std::vector<std::pair<std::uint32_t, T>>& map) {
  using Entry = std::pair<std::uint32_t, T>;
  if (!std::ranges::is_sorted(map, {}, &Entry::first)) std::ranges::sort(map, {}, &Entry::first);
  const auto rest = std::ranges::unique(map, {}, &Entry::first);
  map.erase(rest.begin(), rest.end());
}

Result<void> read_map(ByteReader& in, NameMap& out) {
  WCOMP_TRY(const std::uint32_t n, in.count(2));
  for (std::uint32_t i = 0; i < n; ++i) {
    WCOMP_TRY(const std::uint32_t index, in.leb_u32());
    WCOMP_TRY(const std::string_view name, in.name());
    out.emplace_back(index, name);
  }
  put_in_order(out);
  return {};
}

Result<void> read_subsection(std::uint8_t id, ByteReader& in, Names& out, IndirectMap& type_params) {
  if (id == module_id) {
    WCOMP_TRY(out.module, in.name());
  } else if (id == locals_id || id == labels_id || id == type_params_id) {
    IndirectMap& maps = id == locals_id ? out.locals : id == labels_id ? out.labels : type_params;
    WCOMP_TRY(const std::uint32_t n, in.count(2));
    for (std::uint32_t i = 0; i < n; ++i) {
      WCOMP_TRY(const std::uint32_t func, in.leb_u32());
      NameMap map;
      WCOMP_TRY(read_map(in, map));
      maps.emplace_back(func, std::move(map));
    }
    put_in_order(maps);
  } else if (const auto row = std::ranges::find(maps, id, &MapRow::id); row != maps.end()) {
    return read_map(in, out.*row->map);
  }
  return {};
}

Result<void> read(ByteSpan contents, Names& out, IndirectMap& type_params) {
  ByteReader in(contents);
  while (!in.at_end()) {
    WCOMP_TRY(const std::uint8_t id, in.u8());
    WCOMP_TRY(const std::uint32_t size, in.leb_u32());
    WCOMP_TRY(ByteReader body, in.sub(size, {}));
    WCOMP_TRY(read_subsection(id, body, out, type_params));
  }
  return {};
}

void write_map(ByteWriter& out, const NameMap& map) {
  out.leb_u32(static_cast<std::uint32_t>(map.size()));
  for (const auto& [index, name] : map) {
    out.leb_u32(index);
    out.name(name);
  }
}

}  // namespace

Names decode_name_section(ByteSpan contents) {
  Names names;
  IndirectMap type_params;
  (void)read(contents, names, type_params).has_value();  // what was read before a mistake stays
  for (const MapRow& row : maps) put_in_order(names.*row.map);
  put_in_order(names.locals);
  put_in_order(names.labels);
  return names;
}

IndirectNameMap decode_type_param_names(ByteSpan contents) {
  Names names;
  IndirectMap type_params;
  (void)read(contents, names, type_params).has_value();
  put_in_order(type_params);
  return type_params;
}

Bytes encode_name_section(const Names& names, const IndirectNameMap& type_params) {
  ByteWriter out;
  const auto subsection = [&](std::uint8_t id, ByteWriter& body) {
    out.u8(id);
    out.sized(body.view());
  };
  if (!names.module.empty()) {
    ByteWriter body;
    body.name(names.module);
    subsection(module_id, body);
  }
  const auto indirect = [&](std::uint8_t id, const IndirectMap& map) {
    if (map.empty()) return;
    ByteWriter body;
    body.leb_u32(static_cast<std::uint32_t>(map.size()));
    for (const auto& [index, inner] : map) {
      body.leb_u32(index);
      write_map(body, inner);
    }
    subsection(id, body);
  };
  for (const MapRow& row : maps) {
    if (!(names.*row.map).empty()) {
      ByteWriter body;
      write_map(body, names.*row.map);
      subsection(row.id, body);
    }
    if (row.map != &Names::funcs) continue;
    indirect(locals_id, names.locals);  // these come right after the functions
    indirect(labels_id, names.labels);
  }
  indirect(type_params_id, type_params);
  return out.take();
}

}  // namespace wcomp::core
