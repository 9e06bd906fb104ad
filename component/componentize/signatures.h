// Core signatures of lifted and lowered functions, asynchronous ones too, and what of the module they need. CanonicalABI.md "Flattening",
// `flatten_functype`; validation of canonical options.
#pragma once

#include "canonical-abi/core_signatures.h"
#include "canonical-abi/shape.h"

namespace wcomp::component {

/// How an export is lifted.
enum class LiftAbi : std::uint8_t { sync, callback, stackful };

/// What a lift or lower has to be given.
struct Needs {
  bool memory = false;
  bool realloc = false;
};

[[nodiscard]] core::FuncType lifted_type(const cabi::FuncShape& shape, LiftAbi abi);
[[nodiscard]] Needs lift_needs(const cabi::FuncShape& shape, LiftAbi abi);
/// `ptr`: the type of addresses that the shape was made with.
[[nodiscard]] core::FuncType lowered_type(const cabi::FuncShape& shape, bool is_async, core::ValType ptr);
[[nodiscard]] Needs lower_needs(const cabi::FuncShape& shape, bool is_async);
/// `task.return` for the function.
[[nodiscard]] core::FuncType task_return_type(const cabi::FuncShape& shape, core::ValType ptr);
[[nodiscard]] Needs task_return_needs(const cabi::FuncShape& shape);

/// The types of streams and futures that a function mentions, in the order in which intrinsics number them: parameters, then the result;
/// what a stream or future carries before itself.
[[nodiscard]] std::vector<types::TypeId> streams_and_futures(const types::TypeArena& arena, const types::FuncType& func);

}  // namespace wcomp::component
