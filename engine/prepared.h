// What all instances of some modules have in common, worked out once: a component is instantiated many times.
//
// Function types get their numbers here, for the store compares types by numbers (core/type_interner.h): a store that is made with prepared
// modules goes on counting where they end. Immutable once stores use it, so that threads may share it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/module.h"
#include "core/type_interner.h"

namespace wcomp::engine {

struct PreparedModule {
  explicit PreparedModule(core::ValidModule m) : module(std::move(m)) {}
  core::ValidModule module;
  core::TypeIds type_ids;  ///< by the module's type indices
  /// A function that the module defines: its type and its frame, in slots.
  struct Func {
    std::uint32_t type_id = 0;
    std::uint32_t header = 0;  ///< after the locals
  };
  std::vector<Func> funcs;
  /// Constant expressions that are one constant of an integer; nothing for the others, which every instance works out.
  using Constants = std::vector<std::optional<std::uint64_t>>;
  Constants globals, elem_offsets, data_offsets;  ///< by position among those that the module defines
};

/// `types` learns the module's. Error: limit-exceeded.
[[nodiscard]] Result<PreparedModule> prepare(const core::ValidModule& module, core::TypeInterner& types);

struct PreparedModules {
  core::TypeInterner types;
  std::vector<PreparedModule> modules;
  std::uint32_t funcs = 0;  ///< how many functions a store may expect; a hint
};

}  // namespace wcomp::engine
