#include "core/text_ids.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "base/text.h"

namespace wcomp::core {
namespace {

/// https://webassembly.github.io/spec/core/text/values.html#text-idchar
bool is_id_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("!#$%&'*+-./:<=>?@\\^_`|~").find(c) != std::string_view::npos;
}

}  // namespace

std::string to_literal(ByteSpan bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const std::uint8_t b : bytes) {
    if (b >= 0x20 && b < 0x7f && b != '"' && b != '\\') {
      out += static_cast<char>(b);
    } else {
      out += '\\';
      out += digits[b >> 4];
      out += digits[b & 15];
    }
  }
  return out += '"';
}

std::string to_identifier(std::string_view name) {
  if (!name.empty() && std::ranges::all_of(name, is_id_char)) return fmt::format("${}", name);
  return "$" + to_literal(as_bytes(name));
}

Ids make_ids(const NameMap& names, std::size_t count) {
  Ids ids;
  if (names.empty()) return ids;
  ids.by_index.resize(std::min<std::size_t>(count, std::size_t{names.back().first} + 1));
  std::unordered_set<std::string> used;
  for (const auto& [index, name] : names) {
    if (index >= count) continue;
    if (name.empty()) {
      ids.names.emplace_back(index, name);
      continue;
    }
    std::string unique = name;
    while (!used.insert(unique).second) unique += fmt::format("#{}", index);
    if (unique.size() != name.size()) ids.names.emplace_back(index, name);
    ids.by_index[index] = to_identifier(unique);
  }
  return ids;
}

ModuleIds make_ids(const Module& m, bool use_names) {
  if (!use_names) return {};
  const Names& n = m.names;
  return {.types = make_ids(n.types, m.types.size()),
          .funcs = make_ids(n.funcs, m.func_types.size()),
          .tables = make_ids(n.tables, m.table_types.size()),
          .mems = make_ids(n.mems, m.mem_types.size()),
          .globals = make_ids(n.globals, m.global_types.size()),
          .elems = make_ids(n.elems, m.elems.size()),
          .datas = make_ids(n.datas, m.datas.size()),
          .tags = make_ids(n.tags, m.tag_types.size())};
}

std::string introduction(const Ids& ids, std::size_t index) {
  std::string out = index < ids.size() ? ids[index] : std::string();
  if (const std::string* name = find_name(ids.names, static_cast<std::uint32_t>(index))) {
    out += fmt::format("{}(@name {})", out.empty() ? "" : " ", to_literal(as_bytes(*name)));
  }
  return out;
}

std::string reference(const Ids& ids, std::size_t index) {
  const bool has_id = index < ids.size() && !ids[index].empty() && ids[index].size() <= max_repeated_id;
  return has_id ? ids[index] : std::to_string(index);
}

std::string type_text(const Ids& types, HeapType t) { return is_concrete(t) ? reference(types, type_idx_of(t).value) : to_string(t); }

std::string type_text(const Ids& types, ValType t) {
  if (!is_concrete_ref(t)) return to_string(t);
  return fmt::format("(ref {}{})", is_nullable(t) ? "null " : "", type_text(types, heap_type_of(t)));
}

}  // namespace wcomp::core
