// The function types of a store: equal types of all its modules have one id, so that comparing two is comparing two numbers.
//
// A module's types may name each other, by indices that mean something in that module only. Here a type is kept with the ids of those it
// names (in its references the bits of core/val_type.h, with an id for the index), so that types are equal when their ids are. A type that
// names itself is one with all others that do so in the same way.
// https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "core/module.h"

namespace wcomp::engine {

using TypeIds = std::vector<std::uint32_t>;

class StoreTypes {
 public:
  /// `type` names types by their ids. Whether there is room for it was checked.
  [[nodiscard]] std::uint32_t add(const core::FuncType& type);
  /// The ids of a module's types, by index. Error: limit-exceeded.
  [[nodiscard]] Result<TypeIds> add(const core::Module& module);
  /// Stays where it is as long as the store lives.
  [[nodiscard]] const core::FuncType& operator[](std::uint32_t id) const { return types_[id]; }

 private:
  std::deque<core::FuncType> types_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> ids_;  ///< by what `key_of` gives
};

/// A type of a module as one of the store.
[[nodiscard]] core::ValType of_store(core::ValType t, std::span<const std::uint32_t> ids);
[[nodiscard]] core::TableType of_store(core::TableType t, std::span<const std::uint32_t> ids);
[[nodiscard]] core::GlobalType of_store(core::GlobalType t, std::span<const std::uint32_t> ids);

/// Whether a value of type `found` may stand where `expected` is asked for; both are types of one store.
/// https://webassembly.github.io/spec/core/valid/matching.html#value-types
[[nodiscard]] bool matches(core::ValType found, core::ValType expected);

}  // namespace wcomp::engine
