// What the modules of a script share: the store, the instances by their script names, and what later modules may import.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <variant>

#include "engine/engine.h"
#include "wast/judge.h"
#include "wast/spectest.h"
#include "wast/value.h"

namespace wcomp::wast {

/// An action that could be carried out gives values or a trap.
using Acted = Result<std::vector<Value>, Trap>;

class CoreStore {
 public:
  explicit CoreStore(const engine::StoreLimits& limits = {}, const engine::StoreOptions& options = {});

  /// A trap while segments are filled or in the start function is the inner Result; unlinkable: an import that is missing or does not fit.
  /// Imports are looked for among what is registered, then among the instances by their script names (as wasmtime's scripts have it).
  [[nodiscard]] Result<Result<void, Trap>, Refusal> instantiate(const core::ValidModule& module, const std::optional<std::string>& id);
  /// No instance has this name any more, and none is the current one.
  void forget(const std::optional<std::string>& id);
  void define(const std::optional<std::string>& id, core::ValidModule module);
  /// Without a name the last one.
  [[nodiscard]] const core::ValidModule* definition(const std::optional<std::string>& id) const;
  [[nodiscard]] Held register_as(std::string name, const std::optional<std::string>& id);

  [[nodiscard]] Result<Acted, Miss> invoke(const std::optional<std::string>& id, const std::string& name, std::span<const Value> args);
  [[nodiscard]] Result<Acted, Miss> get(const std::optional<std::string>& id, const std::string& name);

 private:
  [[nodiscard]] Result<engine::Extern, Miss> find(const std::optional<std::string>& id, const std::string& name) const;
  [[nodiscard]] std::optional<engine::Extern> find_import(const core::Import& import) const;

  engine::Store store_;
  Exports spectest_;
  std::optional<Trap> broken_;  ///< why there is no spectest
  std::map<std::string, engine::ModuleInstAddr, std::less<>> named_, registered_;
  std::map<std::string, core::ValidModule, std::less<>> definitions_;
  std::optional<core::ValidModule> last_definition_;
  std::optional<engine::ModuleInstAddr> current_;
};

}  // namespace wcomp::wast
