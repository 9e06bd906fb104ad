// When two types are the same, and when one fits where another is expected.
//
// Every function type is a recursive group of one: it may refer to types before it and to itself. Two of them are the same when they have the
// same shape, where a reference to the type itself matches only a reference to the type itself, and any other reference is compared by what
// it means. Written out, such a shape can be exponentially long (each type refers to the one before twice), so nothing here writes it out:
// canonical_types goes through the types in order and gives each shape the index of the first that has it; a reference is then compared by
// that index of its target. The cost is linear in the size of the type section. Types of several modules:
// core/type_interner.h.
// https://webassembly.github.io/spec/core/valid/matching.html https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling
#pragma once

#include <span>
#include <vector>

#include "core/module.h"

namespace wcomp::core {

/// Whether values of type `sub` can stand where `super` is expected; both are of the module.
[[nodiscard]] bool matches(const Module& m, ValType sub, ValType super);
/// The same for types that are equal when their indices are: ids of one TypeInterner, or canonical indices of one module.
[[nodiscard]] bool matches(ValType sub, ValType super);
/// Whether both mean the same type.
[[nodiscard]] inline bool same(const Module& m, TypeIdx a, TypeIdx b) { return m.canonical_types[a.value] == m.canonical_types[b.value]; }

/// For each type the index of the first that is the same. What Module::canonical_types is.
[[nodiscard]] std::vector<TypeIdx> canonical_types(std::span<const FuncType> types);

}  // namespace wcomp::core
