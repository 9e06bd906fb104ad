// A call from one component to another, as a core function.
//
// The adapter lifts from the caller's memory and lowers into the callee's in one pass, then the result back. It is an ordinary core module
// with one exported function, made from two option sets and the FuncShape; the engine runs it unchanged, our validator checks it, our
// printer shows it. What it does, in order (CanonicalABI.md `canon lower`, `canon lift`):
//   - trap unless the caller may leave and each entered instance may be entered; mark those as entered
//   - open a scope of borrows, if a parameter contains one (unless AdapterSide::borrows_reps)
//   - translate the parameters, allocating in the callee's memory through its realloc
//   - call the core function; close the scope of borrows
//   - translate the result, allocating in the caller's memory through its realloc
//   - call post-return with what the core function returned; mark the entered instances as free again
// While an instance's realloc or post-return runs, it may not leave. Everything in memory is hostile: pointers, lengths, alignments,
// discriminants, chars, encodings and what realloc returns are all checked, byte counts are computed in 64 bits, and a violation calls the
// `trap` intrinsic with a TrapCode. Flags and booleans are normalised; bits that no type uses are dropped. NaNs pass with their bits.
// Types that would repeat a lot of code are translated by helper functions, so that an adapter's size follows the type, not its tree.
//
// A side may have a memory with 64-bit addresses: its values are then laid out as a shape made for such memories says, its realloc takes and gives
// i64s, and its pointers in flat values are i64. Lengths are never more than 32 bits behind the check of their limit.
//
// Not yet: async functions and values.
//
// Imports of the adapter module, each only if needed, in module `a`:
//   func `callee`            the lifted core function;             func `post-return`   if the callee has one
//   memory `caller-memory`, `callee-memory`, func `caller-realloc`, `callee-realloc`
//   global `callee-flags`, `caller-flags`   mutable i32 of each component instance; bit 0 may_leave, bit 1 may_enter
//   global `ancestor-flags-0`, ...          of further entered instances (AdapterSide::entered_ancestors)
// and intrinsics in module `i`, rows of canonical-abi/intrinsics.def. Export `adapter`.
#pragma once

#include "canonical-abi/encoding.h"
#include "canonical-abi/intrinsics.h"
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
  // Callee only: which component instances the call enters (entering_set of the spec: the callee and its ancestors, without the caller and
  // its ancestors). The callee itself is not entered by a call from an instance inside it.
  bool enters_callee = true;
  /// Caller and callee are one instance. It would be entered again without a child in between: such a call traps (Explainer.md "Component
  /// Invariants" 2).
  bool is_own_instance = false;
  std::uint32_t entered_ancestors = 0;
  /// The callee gets representations for all that it borrows, and nobody can see that the caller's handles are lent meanwhile: the callee's instance
  /// defines those resources, no parameter owns one of them, and the callee is not inside of the caller, whose other functions it could call.
  bool borrows_reps = false;
};

/// How the adapter names a resource to the intrinsics: a small number that the linker maps to run-time resource types.
struct AdapterResources {
  std::vector<types::ResourceId> ids;  ///< position = number passed to the intrinsics
};

struct Adapter {
  core::ValidModule module;
  AdapterResources resources;
};

/// `lower` is the caller's (canon lower) side, `lift` the callee's (canon lift) side, each with the function's shape for its memory. The function
/// must not have async values, and the sides have the memory and realloc that it needs: component validation has seen to that.
[[nodiscard]] Adapter fuse(const FuncShape& lower_func, const FuncShape& lift_func, const AdapterSide& lower, const AdapterSide& lift);
/// The same between memories with 32-bit addresses.
[[nodiscard]] Adapter fuse(const FuncShape& func, const AdapterSide& lower, const AdapterSide& lift);

}  // namespace wcomp::cabi
