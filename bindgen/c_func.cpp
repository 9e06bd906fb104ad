#include "bindgen/c_func.h"

#include <algorithm>

#include <fmt/format.h>

namespace wcomp::bindgen {

using Pass = CParam::Pass;
using Return = CFunc::Return;

CFunc c_func(const Model& model, CTypes& types, const CNames& names, const Scope& scope, const FuncModel& func) {
  const bool is_export = scope.direction == Direction::export_;
  CFunc out;
  out.func = func.func;
  out.name = names.function(scope, *func.func);
  out.shape = cabi::shape_of(model.graph().types, func.func->type);
  out.locals = {"ret", "err", "malloc", "free", "memcpy"};
  for (const types::Param& p : func.func->type.params) {
    CParam param;
    param.type = &types.of(p.type, scope);
    param.pass = param.type->is_by_value() ? Pass::value : param.type->is_option() ? Pass::option : Pass::pointer;
    param.name = out.locals.take(param.pass == Pass::option ? "maybe_" + value_name(p.name) : value_name(p.name));
    param.is_handed_over = is_export && model.ownership() == TypeOwnership::owning && !model.contains_borrow(p.type);
    param.is_const = !param.type->has_own && !(param.is_handed_over && !param.type->free.empty());
    out.params.push_back(std::move(param));
  }
  if (func.func->type.result) {
    out.result = &types.of(*func.func->type.result, scope);
    out.returns = out.result->is_by_value() ? Return::value : out.result->is_option() ? Return::option : out.result->is_result() ? Return::result : Return::pointer;
  }
  return out;
}

std::string CFunc::declaration() const {
  std::string list;
  const auto add = [&](std::string_view type, std::string_view name) { list += fmt::format("{}{}{}", list.empty() ? "" : ", ", type, name); };
  for (const CParam& p : params) {
    add(p.pass == Pass::value ? p.type->name + " " : fmt::format("{}{} *", p.is_const ? "const " : "", p.target().name), p.name);
  }
  const auto add_out = [&](const CType* type, std::string_view name) {
    if (type != nullptr) add(type->name + " *", name);
  };
  if (returns == Return::pointer) add_out(result, "ret");
  if (returns == Return::option) add_out(result->members[1].type, "ret");
  if (returns == Return::result) {
    add_out(result->members[0].type, "ret");
    add_out(result->members[1].type, "err");
  }
  const std::string_view type = returns == Return::value ? std::string_view(result->name) : returns == Return::option || returns == Return::result ? "bool" : "void";
  return fmt::format("{} {}({})", type, name, list.empty() ? "void" : list);
}

bool CFunc::is_core() const {
  if (shape.params_spill || returns == Return::option || returns == Return::result) return false;
  if (returns == Return::pointer && !shape.results_spill) return false;
  return std::all_of(params.begin(), params.end(), [](const CParam& p) { return p.pass == Pass::value; });
}

}  // namespace wcomp::bindgen
