// When two types are the same, and when one value type may stand for another.
// Explainer.md "Type Checking": value types are compared structurally, resources by identity under a substitution.
#pragma once

#include <functional>
#include <string>

#include "types/types.h"

namespace wcomp::types {

/// Says whether resource `b` (of the right arena) stands for resource `a` (of the left arena).
using SameResource = std::function<bool(ResourceId a, ResourceId b)>;

/// Structure plus `same_resource`; looks through aliases. The arenas may be one and the same. An empty function compares ids.
[[nodiscard]] bool structurally_equal(const TypeArena& arena_a, ValType a, const TypeArena& arena_b, ValType b, const SameResource& same_resource = {});
[[nodiscard]] bool structurally_equal(const TypeArena& arena_a, const FuncType& a, const TypeArena& arena_b, const FuncType& b, const SameResource& same_resource = {});

/// Why they differ, in words, naming the narrowest difference (`field "x": expected u32, found u64`); empty when they do not.
[[nodiscard]] std::string difference(const TypeArena& arena_expected, ValType expected, const TypeArena& arena_found, ValType found, const SameResource& same_resource = {});
[[nodiscard]] std::string difference(const TypeArena& arena_expected, const FuncType& expected, const TypeArena& arena_found, const FuncType& found, const SameResource& same_resource = {});

}  // namespace wcomp::types
