// Calls whose types are known only at run time: tools, test scripts. Typed code uses wcomp/abi.h.
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

/// Calls with values that fit the parameters' shapes (else `host_error`). No value when the function has no result. Resources that guests
/// define travel as HandleValue::resource; functions with a host's resources in their types are refused with `host_error`.
[[nodiscard]] Result<std::optional<cabi::Value>, Trap> call(const Func& func, std::span<const cabi::Value> args);

}  // namespace wcomp::runtime
