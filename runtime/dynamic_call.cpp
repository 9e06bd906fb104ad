#include "runtime/dynamic_call.h"

#include <fmt/format.h>

#include "base/check.h"
#include "runtime/type_access.h"
#include "runtime/value_crossing.h"

namespace wcomp {

/// The library's own look into a Func.
struct FuncAccess {
  static const FuncImpl& impl(const Func& f) {
    WCOMP_CHECK(f.impl_ != nullptr);
    return *f.impl_;
  }
  static InstanceImpl& instance(const Func& f) { return *f.instance_; }
};

}  // namespace wcomp

namespace wcomp::runtime {

using cabi::FuncShape;
using cabi::Value;

namespace {

/// Why values of a function's types cannot travel; empty if they can.
std::string problem_of(InstanceImpl& owner, const FuncShape& shape) {
  if (shape.has_async) return "streams and futures cannot be passed by value";
  std::string found = shape.result != nullptr ? ValueCrossing::problem(owner, *shape.result) : std::string();
  for (const cabi::Part& p : shape.params) found = found.empty() ? ValueCrossing::problem(owner, *p.shape) : found;
  return found;
}

std::string type_text(InstanceImpl& owner, const cabi::Shape& shape) { return types::to_string(owner.plan().types, shape.type); }

ValueFuncType public_type(const std::shared_ptr<const ComponentImpl>& component, const FuncShape& shape) {
  ValueFuncType out;
  for (const cabi::Part& p : shape.params) out.params.push_back({p.name, TypeAccess::make(component, p.shape)});
  if (shape.result != nullptr) out.result = TypeAccess::make(component, shape.result);
  return out;
}

/// CanonicalABI.md `canon lower` with a callee that takes Values.
void serve(HostCall& call, const FuncShape& shape, const ValueFuncType& type, const ValueFunc& fn) {
  auto& crossing = static_cast<CrossingImpl&>(call.crossing);
  ValueCrossing values(crossing);
  std::optional<std::vector<Value>> args = values.lift_params(shape, {call.slots, shape.lowered.params.size()});
  if (!args) return;
  const std::uint64_t result_ptr = shape.results_spill ? cabi::address_of(shape.lowered.params.back(), call.slots[shape.lowered.params.size() - 1]) : 0;
  ValueResult result = fn(type, *args);
  if (!result) return crossing.fail(std::move(result).error());
  const std::optional<Value>& value = *result;
  if (shape.result == nullptr) {
    if (value) crossing.fail(TrapCode::host_error, "the host gave a value, the function has no result");
    return;
  }
  if (!value || !cabi::fits(*value, *shape.result)) {
    return crossing.fail(TrapCode::host_error, fmt::format("what the host gave is no `{}`", type_text(crossing.owner, *shape.result)));
  }
  if (shape.results_spill) {
    (void)values.store(*value, *shape.result, result_ptr);
    return;
  }
  std::vector<std::uint64_t> slots;
  if (values.lower_flat(*value, *shape.result, slots)) call.slots[0] = slots[0];
}

}  // namespace

FuncView view(const Func& func) {
  const FuncImpl& impl = FuncAccess::impl(func);
  return {.types = FuncAccess::instance(func).plan().types, .type = impl.lifted->type, .shape = impl.shape()};
}

Result<std::optional<Value>, Trap> call(const Func& func, std::span<const Value> args) {
  const FuncShape& shape = view(func).shape;
  if (args.size() != shape.params.size()) {
    return Err(Trap(TrapCode::host_error, fmt::format("{} arguments for {} parameters", args.size(), shape.params.size())));
  }
  InstanceImpl& owner = FuncAccess::instance(func);
  std::string problem = problem_of(owner, shape);
  for (std::size_t i = 0; i < args.size() && problem.empty(); ++i) {
    if (!cabi::fits(args[i], *shape.params[i].shape)) problem = fmt::format("argument `{}` is no `{}`", shape.params[i].name, type_text(owner, *shape.params[i].shape));
  }
  if (!problem.empty()) return Err(Trap(TrapCode::host_error, std::move(problem)));

  GuestCall guest_call(func);
  ValueCrossing values(static_cast<CrossingImpl&>(guest_call.crossing()));
  std::vector<std::uint64_t> slots;
  (void)values.lower_params(shape, args, slots);
  slots.resize(std::max(shape.lifted.params.size(), shape.lifted.results.size()));
  std::optional<Value> result;
  if (guest_call.invoke(slots.data()) && shape.result != nullptr) {
    result = shape.results_spill ? values.load(cabi::address_of(shape.lifted.results[0], slots[0]), *shape.result)
                                 : values.lift_flat(std::span(slots).first(shape.result->flat.size()), *shape.result);
  }
  WCOMP_TRY(guest_call.finish());
  return result;
}

std::string values_problem(InstanceImpl& owner, const types::FuncType& type) { return problem_of(owner, cabi::shape_of(owner.plan().types, type)); }

std::shared_ptr<const HostFuncDef> bind_values(InstanceImpl& owner, std::shared_ptr<const HostFuncDef> def, const FuncShape& shape) {
  auto type = std::make_shared<const ValueFuncType>(public_type(owner.component, shape));
  auto fn = [def = std::move(def), type = std::move(type), &shape](HostCall& call) { serve(call, shape, *type, def->values); };
  return std::make_shared<const HostFuncDef>(HostFuncDef{.desc = nullptr, .fn = std::move(fn)});
}

}  // namespace wcomp::runtime
