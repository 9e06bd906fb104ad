// A call from one component to another, as a core function.
//
// The adapter lifts from the caller's memory and lowers into the callee's in one pass, then the result back. It is an ordinary core module
// with one function, made from two option sets and the FuncShape; the engine runs it unchanged, our validator checks it, our printer shows it.
// Imports of the adapter module (module name `a`):
//   func `callee`            the lifted core function;             func `post-return`   if the callee has one
//   memory `callee-memory`, `caller-memory`, func `callee-realloc`, `caller-realloc`   as far as needed
//   global `callee-flags`, `caller-flags`   mutable i32 of each component instance; bit 0 may_leave, bit 1 may_enter
//   intrinsics (module name `i`), listed in canonical-abi/intrinsics.def
// Export `adapter`.
#pragma once

#include "canonical-abi/encoding.h"
#include "canonical-abi/shape.h"
#include "core/builder.h"

namespace wcomp::cabi {

inline constexpr std::int32_t flag_may_leave = 1;
inline constexpr std::int32_t flag_may_enter = 2;

/// One side of an adapter. Which memory, realloc... is the linker's business: here only whether it has them.
struct AdapterSide {
  StringEncoding encoding = StringEncoding::utf8;
  bool has_memory = false;
  core::MemType memory;
  bool has_realloc = false;
  bool has_post_return = false;  ///< callee only
};

/// How the adapter names a resource to the intrinsics: a small number that the linker maps to run-time resource types.
/// `caller_table` / `callee_table`: for each resource of the function's type, by ResourceId.
struct AdapterResources {
  std::vector<types::ResourceId> ids;  ///< position = number passed to the intrinsics
};

struct Adapter {
  core::ValidModule module;
  AdapterResources resources;
};

/// `lower` is the caller's (canon lower) side, `lift` the callee's (canon lift) side.
[[nodiscard]] Adapter fuse(const FuncShape& func, const AdapterSide& lower, const AdapterSide& lift);

}  // namespace wcomp::cabi
