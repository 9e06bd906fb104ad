// Calls whose types are known only at run time, in both directions: tools, test scripts, plugin hosts. Typed code uses wcomp/abi.h.
#pragma once

#include <optional>
#include <span>

#include "canonical-abi/value.h"
#include "runtime/instance_impl.h"

namespace wcomp::runtime {

/// What a Func is: to parse arguments for it and to print what it gives.
struct FuncView {
  const types::TypeArena& types;
  const types::FuncType& type;
  const cabi::FuncShape& shape;
};
[[nodiscard]] FuncView view(const Func& func);

/// Calls with values that fit the parameters' shapes (else `host_error`). No value when the function has no result.
[[nodiscard]] Result<std::optional<cabi::Value>, Trap> call(const Func& func, std::span<const cabi::Value> args);

/// Why a host function that takes Values cannot be imported with that type; empty if it can.
[[nodiscard]] std::string values_problem(InstanceImpl& owner, const types::FuncType& type);
/// The host function for one import: `def` has `values`, the plan has `shape`.
[[nodiscard]] std::shared_ptr<const HostFuncDef> bind_values(InstanceImpl& owner, std::shared_ptr<const HostFuncDef> def, const cabi::FuncShape& shape);

}  // namespace wcomp::runtime
