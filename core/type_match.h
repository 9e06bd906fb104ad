// When two types are the same, and when one fits where another is expected.
//
// Every function type is a recursive group of one: it may refer to types before it and to itself. Two of them are the same when they have the
// same shape, where a reference to the type itself matches only a reference to the type itself, and any other reference is compared by what
// it means. Written out, such a shape can be exponentially long (each type refers to the one before twice), so nothing here writes it out:
// TypeIds goes through the types of a module in order and gives each shape an id; a reference is then compared by the id of its target.
// The cost is linear in the size of the type section.
//
// Within a module, decode has filled Module::canonical_types, and `matches` uses it. Between modules, types are compared by the ids that one
// TypeIds gave them: `with_ids` replaces the indices of a value type, after which `matches_by_ids` and == compare types of any origin.
// https://webassembly.github.io/spec/core/valid/matching.html https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling
#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/module.h"

namespace wcomp::core {

/// Whether values of type `sub` can stand where `super` is expected; both are of the module.
[[nodiscard]] bool matches(const Module& m, ValType sub, ValType super);
/// Whether both mean the same type.
[[nodiscard]] bool same(const Module& m, ValType a, ValType b);
[[nodiscard]] inline bool same(const Module& m, TypeIdx a, TypeIdx b) { return m.canonical_types[a.value] == m.canonical_types[b.value]; }

/// `matches` for types whose concrete references are ids of one TypeIds instead of indices of a module.
[[nodiscard]] bool matches_by_ids(ValType sub, ValType super);
/// The type with indices of a module replaced by their ids.
[[nodiscard]] ValType with_ids(ValType t, std::span<const std::uint32_t> ids);
[[nodiscard]] FuncType with_ids(const FuncType& t, std::span<const std::uint32_t> ids);

/// Ids for function types, from 0 on: the same type has the same id, whichever module it is from.
class TypeIds {
 public:
  /// The ids of `types`, by index, where each refers only to types before it and to itself. Nothing if there are more than ids can name.
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> add(std::span<const FuncType> types);
  [[nodiscard]] std::size_t size() const { return types_.size(); }
  /// Its concrete references are ids.
  [[nodiscard]] const FuncType& operator[](std::uint32_t id) const { return types_[id]; }

 private:
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::vector<FuncType> types_;
};

/// For each type the index of the first that is the same. What Module::canonical_types is.
[[nodiscard]] std::vector<TypeIdx> canonical_types(std::span<const FuncType> types);

}  // namespace wcomp::core
