// What is behind the public handles of core modules (wcomp/module.h).
//
// One ModuleInstance is one engine::Store with the modules of define_module and the main module in it. For every import that a host function
// meets there is a host function in the store of its own, whose context says which module calls: so a function finds the memory of its
// caller, not of whoever came first. Addresses of contexts are handed to the store, so a ModuleInstanceImpl never moves.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/module.h"
#include "engine/engine.h"
#include "runtime/engine_impl.h"
#include "runtime/precompiled/place.h"
#include "wcomp/module.h"

namespace wcomp {

struct ModuleImpl {
  std::shared_ptr<struct EngineImpl> engine;  // owners: handles, modules, linkers
  std::string name;                           ///< of the file, for messages
  core::ValidModule module;
  std::shared_ptr<precompiled::Place> place = nullptr;  // owners: handles. Null: it does not go into the cache, or came from there
};

/// Modules from inside of the library.
struct ModuleAccess {
  static const std::shared_ptr<const ModuleImpl>& impl(const Module& m) { return m.impl_; }
  static Module of(std::shared_ptr<const ModuleImpl> impl) {
    Module out;
    out.impl_ = std::move(impl);
    return out;
  }
};

/// A host function of a ModuleLinker.
struct CoreHostDef {
  CoreFuncType type;
  core::FuncType core_type;
  CoreHostFunc fn;
};

struct ModuleLinkerImpl {
  struct Definition {
    std::string name;
    std::shared_ptr<const ModuleImpl> module;
  };
  using Funcs = std::map<std::string, std::shared_ptr<const CoreHostDef>, std::less<>>;
  std::shared_ptr<struct EngineImpl> engine;
  std::map<std::string, Funcs, std::less<>> hosts;  ///< by module
  std::vector<Definition> modules;
  std::vector<std::pair<const void*, std::function<Result<std::shared_ptr<void>>()>>> states;
  Limits limits;
};

/// A module in the store, as its host functions see it. The memory is looked up when it is first needed: a start function may need it.
struct CoreImporter {
  struct ModuleInstanceImpl* owner = nullptr;
  engine::ModuleInstAddr addr;
  std::optional<engine::MemAddr> memory;
};
/// Context of a host function in the store.
struct CoreHostBinding {
  CoreImporter* importer = nullptr;
  std::string name;                        ///< `env.add`
  std::shared_ptr<const CoreHostDef> def;  // owners: the linker and its instances
};

struct ModuleInstanceImpl {
  ModuleInstanceImpl(const Limits& limits, const EngineImpl& engine) : store(limits, engine.store_options) {}
  ModuleInstanceImpl(const ModuleInstanceImpl&) = delete;
  ModuleInstanceImpl& operator=(const ModuleInstanceImpl&) = delete;

  std::shared_ptr<const ModuleImpl> module;
  std::vector<std::pair<const void*, std::shared_ptr<void>>> states;  // owners: this, and whatever else `make` gave them to
  std::deque<CoreHostBinding> bindings;
  std::deque<CoreImporter> importers;
  engine::ModuleInstAddr main;
  engine::Store store;  ///< last: what its code calls outlives it
};

/// Makes the handle that host functions get.
struct CoreCallerAccess {
  static CoreCaller make(CoreHostBinding& binding) { return CoreCaller(binding); }
};

}  // namespace wcomp

namespace wcomp::runtime {

[[nodiscard]] CoreType to_public(core::ValType type);
[[nodiscard]] CoreFuncType to_public(const core::FuncType& type);
[[nodiscard]] core::FuncType to_core(const CoreFuncType& type);

}  // namespace wcomp::runtime
