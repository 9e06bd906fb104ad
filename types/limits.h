// How large value types may be, wherever they come from: a text, a binary, a world.
//
// Types are graphs: a few lines mention a type twice, that one another twice, and so on. What a type costs those who write it out (text, shapes,
// adapters) is the number of nodes of its tree; how deep they recurse is its depth. Both are bounded here, once, for every phase that takes
// types from outside.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "types/types.h"

namespace wcomp::types {

inline constexpr std::uint32_t max_type_depth = 100;
inline constexpr std::uint32_t max_type_weight = 1'000'000;

/// What is known of a value type. Sizes are those of `elem_size(t, 'i64')`, which bounds what a type may be.
struct TypeFacts {
  bool mentions_resources = false;
  bool has_borrow = false;
  std::uint32_t depth = 1;
  std::uint32_t links = 1;    ///< depth with aliases counted: how deep a walk gets
  std::uint32_t weight = 1;   ///< nodes when written out; 0: nothing is known yet
  std::uint64_t size = 0;     ///< bytes
  std::uint64_t alignment = 1;
};

/// The facts of a definition from those of other entries, by TypeId. Parts of which nothing is known are added to `unknown`; the result means
/// nothing then.
[[nodiscard]] TypeFacts facts_of(const TypeDef& def, std::span<const TypeFacts> known, std::vector<TypeId>* unknown = nullptr);
[[nodiscard]] TypeFacts facts_of(ValType type, std::span<const TypeFacts> known);
[[nodiscard]] std::uint32_t weight_of(const FuncType& type, std::span<const TypeFacts> known);

/// Error: limit-exceeded, with what to do about it. `bounds_links`: names of names of names are bounded, too.
[[nodiscard]] Result<void> check_limits(const TypeFacts& facts, bool bounds_links);
[[nodiscard]] Result<void> check_weight(std::uint32_t weight_of_function);

/// The same limits for the entries of an arena, in any order, none a part of itself. The arena outlives this and may grow.
class TypeLimits {
 public:
  explicit TypeLimits(const TypeArena& arena) : arena_(arena) {}
  [[nodiscard]] Result<void> check(TypeId id);
  [[nodiscard]] Result<void> check(const FuncType& type);

 private:
  const TypeArena& arena_;
  std::vector<TypeFacts> facts_;  ///< by TypeId
};

}  // namespace wcomp::types
