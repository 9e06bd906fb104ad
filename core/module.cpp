#include "core/module.h"

#include <algorithm>

namespace wcomp::core {
namespace {

void append_types(std::string& out, const std::vector<ValType>& types) {
  out += '[';
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (i != 0) out += ' ';
    out += to_string(types[i]);
  }
  out += ']';
}

}  // namespace

std::string to_string(const FuncType& t) {
  std::string out;
  append_types(out, t.params);
  out += " -> ";
  append_types(out, t.results);
  return out;
}

std::string_view to_string(ExternKind k) {
  switch (k) {
    case ExternKind::func: return "func";
    case ExternKind::table: return "table";
    case ExternKind::mem: return "memory";
    case ExternKind::global: return "global";
    case ExternKind::tag: return "tag";
  }
  return "unknown";
}

const std::string* find_name(const NameMap& names, std::uint32_t index) {
  const auto at = std::ranges::lower_bound(names, index, {}, &NameMap::value_type::first);
  return at != names.end() && at->first == index ? &at->second : nullptr;
}

const Export* Module::find_export(std::string_view name) const {
  const auto at = std::ranges::find(exports, name, &Export::name);
  return at == exports.end() ? nullptr : &*at;
}

}  // namespace wcomp::core
