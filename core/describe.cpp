#include "core/describe.h"

#include <fmt/format.h>

#include "base/match.h"
#include "core/print_code.h"

namespace wcomp::core {

namespace {

std::string describe(const Limits& l) {
  return fmt::format("{}{}{}{}", l.is_64 ? "i64 " : "", l.min, l.max ? fmt::format(" {}", *l.max) : "", l.is_shared ? " shared" : "");
}

}  // namespace

std::string describe(const Module& module, const ExternType& type) {
  return match(
      type, [&](TypeIdx t) { return "func" + print_signature(Ids{}, module.types[t.value]); },
      [](const TableType& t) { return fmt::format("table {} {}", describe(t.limits), to_string(t.element)); },
      [](const MemType& t) { return fmt::format("memory {}", describe(t.limits)); },
      [](const GlobalType& t) { return t.is_mutable ? fmt::format("global (mut {})", to_string(t.type)) : fmt::format("global {}", to_string(t.type)); },
      [&](TagType t) { return "tag" + print_signature(Ids{}, module.types[t.type.value]); });
}

std::string describe(const Module& module, const Export& e) {
  switch (e.kind) {
    case ExternKind::func: return describe(module, module.func_types[e.index]);
    case ExternKind::table: return describe(module, module.table_types[e.index]);
    case ExternKind::mem: return describe(module, module.mem_types[e.index]);
    case ExternKind::global: return describe(module, module.global_types[e.index]);
    case ExternKind::tag: return describe(module, module.tag_types[e.index]);
  }
  return std::string(to_string(e.kind));
}

ExternKind kind_of(const ExternType& type) { return static_cast<ExternKind>(type.index()); }

}  // namespace wcomp::core
