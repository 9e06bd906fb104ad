#include "engine/code_names.h"

#include <fmt/format.h>

#include "base/demangle.h"
#include "core/expr_reader.h"
#include "engine/instance.h"

namespace wcomp::engine {

std::string describe_func(const core::Module& module, core::FuncIdx f) {
  const std::string name = func_name(module, f);
  std::string out = name.empty() ? fmt::format("func[{}]", f.value) : demangle(name);
  for (const core::Export& e : module.exports) {
    if (e.kind == core::ExternKind::func && e.index == f.value && e.name != name) return out + " (" + e.name + ")";
  }
  return out;
}

std::string describe_import(const core::Module& module, core::FuncIdx f) {
  for (std::uint32_t at = 0; const core::Import& i : module.imports) {
    if (std::holds_alternative<core::TypeIdx>(i.type) && at++ == f.value) return i.module.empty() ? i.name : i.module + "#" + i.name;
  }
  return {};
}

std::string describe_callee(const core::Module& module, std::uint32_t defined_func, std::uint32_t offset) {
  if (defined_func >= module.funcs.size()) return {};
  const core::Expr& body = module.funcs[defined_func].body;
  if (offset >= body.code.size()) return {};
  core::ExprReader in({.code = body.code.subspan(offset), .offset = body.offset + offset});
  if (!in.next()) return {};
  if (in->row->immediate == core::Immediate::func && in->index < module.imported_funcs) return describe_import(module, core::FuncIdx(in->index));
  return std::string(in->row->text);
}

}  // namespace wcomp::engine
