// The function types of several modules: equal types of all of them have one id, so that comparing two is comparing two numbers.
//
// A module's types may name each other, by indices that mean something in that module only. Here a type is kept with the ids of those it
// names (in its references the bits of core/val_type.h, with an id for the index), so that types are equal when their ids are. A type that
// names itself is one with all others that do so in the same way. A store has one of these (engine/), and so has the validation of a
// component, whose core modules are linked with each other. Inside one module: core/type_match.h.
// https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/module.h"

namespace wcomp::core {

/// By a module's type indices.
using TypeIds = std::vector<std::uint32_t>;

class TypeInterner {
 public:
  /// One that knows already what `base` knows, which outlives it and does not change any more.
  explicit TypeInterner(const TypeInterner* base = nullptr) : base_(base), first_(base == nullptr ? 0 : base->size()) {}

  /// `type` names types by their ids. Whether there is room for it was checked.
  [[nodiscard]] std::uint32_t add(const FuncType& type);
  /// The ids of a module's types, by index. Error: limit-exceeded.
  [[nodiscard]] Result<TypeIds> add(const Module& module);
  /// Stays where it is as long as this lives.
  [[nodiscard]] const FuncType& operator[](std::uint32_t id) const { return id < first_ ? (*base_)[id] : *types_[id - first_]; }
  [[nodiscard]] std::uint32_t size() const { return first_ + static_cast<std::uint32_t>(types_.size()); }

 private:
  [[nodiscard]] const std::uint32_t* find(const std::string& key) const;

  const TypeInterner* base_;
  std::uint32_t first_;  ///< the ids below are the base's
  std::vector<std::unique_ptr<const FuncType>> types_;
  std::map<std::string, std::uint32_t> ids_;  ///< by what `type_key` gives
};

/// A module's type with ids for its indices.
[[nodiscard]] ValType interned(ValType t, std::span<const std::uint32_t> ids);
[[nodiscard]] TableType interned(TableType t, std::span<const std::uint32_t> ids);
[[nodiscard]] GlobalType interned(GlobalType t, std::span<const std::uint32_t> ids);

}  // namespace wcomp::core
