// What is behind the public handles: engines, components, linkers, instances.
//
// A component is decoded, validated and planned once (component.cpp). Instantiating (instance.cpp) carries out the plan's steps over one
// engine::Store: it instantiates core modules, and puts functions of store_functions.h and intrinsics.cpp where a step asks for one. Every
// component instance of the composition has flags in a global, which adapters read and write, and a handle table.
// Calls into a guest go through guest_call.cpp, calls out of it through store_functions.cpp; both make a CrossingImpl, over which the
// typed code of wcomp/abi.h lifts and lowers. A trap poisons the whole InstanceImpl: no call enters it again.
// Addresses of the members are handed to the store as contexts, so an InstanceImpl never moves.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "canonical-abi/fuse.h"
#include "engine/engine.h"
#include "link/plan.h"
#include "runtime/engine_impl.h"
#include "runtime/handle_table.h"
#include "runtime/link_cache.h"
#include "runtime/precompiled/place.h"
#include "runtime/prepared.h"
#include "wcomp/wcomp.h"

namespace wcomp {

struct ComponentImpl {
  std::shared_ptr<EngineImpl> engine;  // owners: handles, components, linkers
  std::string name;                    ///< of the file, for messages
  link::Plan plan;                     ///< of one that needs parts: names only
  runtime::PreparedPlan prepared;
  link::ComponentPart part;
  std::vector<link::PartImport> needs; ///< what has to be put in before it can be planned (runtime/parts.cpp)
  /// Plans it with what it needs, ComponentAccess::make; null: it was compiled ahead of time, needs nothing and cannot be a part of others.
  Result<Component> (*with_parts)(std::shared_ptr<EngineImpl> engine, std::string name, link::ComponentPart part, const link::HostParts* parts) = nullptr;
  std::shared_ptr<precompiled::Place> place = nullptr;  // owners: handles. Null: it does not go into the cache, or came from there
};

}  // namespace wcomp

namespace wcomp::runtime {

/// A component instance of the composition. CanonicalABI.md "Component Instances".
struct ComponentInstance {
  link::ComponentInstanceSlot slot;
  std::string_view path;  ///< of the plan
  engine::GlobalAddr flags_addr;
  std::uint64_t* flags = nullptr;  ///< cabi::flag_may_leave, cabi::flag_may_enter
  HandleTable handles;

  [[nodiscard]] bool may_leave() const { return (*flags & cabi::flag_may_leave) != 0; }
  [[nodiscard]] bool may_enter() const { return (*flags & cabi::flag_may_enter) != 0; }
  // Entered by a call from outside and left again: what may be entered does nothing, so that it may leave, too, and its flags are known.
  void enter() { *flags = cabi::flag_may_leave; }
  void leave() { *flags = cabi::flag_may_leave | cabi::flag_may_enter; }
  void set(std::int32_t flag, bool on) {
    *flags = on ? *flags | static_cast<std::uint64_t>(flag) : *flags & ~static_cast<std::uint64_t>(flag);
  }
};

/// canonopts with addresses.
struct Options {
  ComponentInstance* instance = nullptr;
  cabi::StringEncoding encoding{};
  std::optional<engine::MemAddr> memory;
  const engine::MemView* view = nullptr;   ///< of the memory, if there is one
  std::optional<engine::FuncAddr> realloc, post_return;
  core::ValType ptr = core::ValType::i32;  ///< the type of the memory's addresses
};

/// Which resource a C++ class stands for, in one function's type.
struct KeyBinding {
  const ResourceKey* key = nullptr;
  ResourceType* type = nullptr;
};

/// A host function of a Linker.
struct HostFuncDef {
  const FuncDesc* desc = nullptr;  ///< null: of any type: it takes Values, or is never called with success
  HostFunc fn;
  PlainHostFunc plain = {};        ///< does the same as `fn`, if its `run` is not null
  ValueFunc values = {};           ///< instead of `fn`, which is made of it for each import (runtime/dynamic_call.h)
  std::string type_text = {};      ///< of another instance's function
  std::string signature = {};      ///< of another instance's function: what an import of it has to have (runtime/linked_instance.h)
};

// Contexts of the host functions in the store.
struct HostImport {
  InstanceImpl* owner = nullptr;
  std::string_view name;                   ///< of the plan: `wasi:io/streams@0.2.0#read`
  std::shared_ptr<const HostFuncDef> def;  // owners: the linker and its instances
  void (*plain)(void* object, std::uint64_t* slots) = nullptr;  ///< of `def`
  void* object = nullptr;
  Options opts;
  std::span<const KeyBinding> keys;        ///< of the instance
  const cabi::FuncShape* shape = nullptr;         ///< of the plan
  std::shared_ptr<const cabi::FuncShape> narrow;  // owners: this. Set where `fn` sees a scratch memory with 32-bit addresses (runtime/relayout.h)
};
/// A host function that is an export, too.
struct HandedImport {
  std::shared_ptr<const HostFuncDef> def;  // owners: the linker and its instances
  std::vector<KeyBinding> keys;
};
struct ResourceBuiltIn {
  InstanceImpl* owner = nullptr;
  ComponentInstance* instance = nullptr;
  ResourceType* type = nullptr;
  std::optional<std::vector<ComponentInstance*>> entered = {};  ///< by a call of the destructor, once it is known
};
struct ErrorContextBuiltIn {
  InstanceImpl* owner = nullptr;
  Options opts;
};
struct AdapterContext {
  InstanceImpl* owner = nullptr;
  std::string_view name;  ///< of the plan
  Options sides[2];  ///< by cabi::Side
  std::vector<ResourceType*> resources;
  bool copies_strings = false;  ///< utf8 on both sides, between two memories with 32-bit addresses
};

}  // namespace wcomp::runtime

namespace wcomp {

struct LinkerImpl {
  struct Interface {
    std::map<std::string, std::shared_ptr<const runtime::HostFuncDef>, std::less<>> funcs;
    std::map<std::string, const ResourceKey*, std::less<>> resources;
    std::map<std::string, runtime::ResourceType*, std::less<>> linked_resources;  ///< of an instance that is kept
    std::map<std::string, core::ValidModule, std::less<>> modules;
    std::map<std::string, link::ComponentPart, std::less<>> components;
  };
  std::shared_ptr<EngineImpl> engine;
  std::map<std::string, Interface, std::less<>> interfaces;
  std::map<std::string, std::string, std::less<>> refused;  ///< interfaces of which every call traps, and why
  bool has_linked = false;                                  ///< there are instances among them
  Limits limits;
  std::vector<std::shared_ptr<void>> kept;  // owners: this linker and its instances
  runtime::LinkCache found;                 ///< of what is above; whoever changes a definition clears it
};

struct InstanceImpl {
  InstanceImpl(const Limits& limits, std::shared_ptr<const ComponentImpl> c);
  InstanceImpl(const InstanceImpl&) = delete;
  InstanceImpl& operator=(const InstanceImpl&) = delete;
  ~InstanceImpl();

  std::shared_ptr<const ComponentImpl> component;
  std::vector<std::shared_ptr<void>> kept;
  engine::Store store;
  // Each has room for all that the plan makes, so that what is in them stays where it is.
  std::vector<runtime::ComponentInstance> instances;  ///< by link::ComponentInstanceSlot
  std::vector<runtime::ResourceType> resources;       ///< those that this instance brings
  std::vector<runtime::ResourceType*> resource_types; ///< by link::ResourceSlot: here, or in an instance that is kept
  std::vector<engine::ModuleInstAddr> core_instances;
  std::vector<engine::FuncAddr> core_funcs;
  std::vector<runtime::HostImport> host_imports;
  std::vector<runtime::KeyBinding> keys;              ///< of the host imports
  std::map<const link::LiftedFunc*, runtime::HandedImport> handed;  ///< by the exports of the plan that are imports
  std::vector<runtime::ResourceBuiltIn> built_ins;
  std::vector<runtime::AdapterContext> adapters;
  std::vector<runtime::ErrorContextBuiltIn> error_contexts;
  runtime::ResourceType error_context_type;  ///< what a handle of an error context says that it is (runtime/error_context.cpp)
  runtime::BorrowScopes scopes;  ///< of calls between components that are going on, innermost last
  std::vector<GuestRep> pending_drops;      ///< dropped by the host while guest code was running
  bool is_poisoned = false;

  [[nodiscard]] const link::Plan& plan() const { return component->plan; }
  [[nodiscard]] engine::Extern resolve(const link::CoreRef& ref) const;
  [[nodiscard]] engine::FuncAddr resolve_func(const link::CoreRef& ref) const;
  [[nodiscard]] runtime::Options resolve(const link::Options& opts);
  [[nodiscard]] runtime::ResourceType& resource(link::ResourceSlot s) { return *resource_types[s.value]; }

  /// What a call from `caller` (null: the host) into `callee` enters.
  [[nodiscard]] std::vector<runtime::ComponentInstance*> entered_by(const runtime::ComponentInstance* caller, const runtime::ComponentInstance& callee);
  /// Calls the destructor of a guest's resource of this instance; cannot_enter if one is entered already.
  std::optional<Trap> run_destructor(const runtime::ResourceType& type, std::uint64_t rep, std::span<runtime::ComponentInstance* const> entered);

  /// Ends a resource whose `own` is gone: runs the guest's destructor or the host's. `caller` is null when the host drops it.
  std::optional<Trap> destroy(runtime::ResourceType& type, std::uint64_t rep, const runtime::ComponentInstance* caller);
  /// Drops that had to wait until no guest code was running.
  std::optional<Trap> run_pending_drops();
};

struct FuncImpl {
  std::string name;
  const link::LiftedFunc* lifted = nullptr;  ///< in the plan
  std::size_t slots = 0;                     ///< of the core function's parameters or its results, whichever are more
  bool has_core_result = false;
  engine::FuncAddr core_func;
  runtime::Options opts;
  std::vector<runtime::ComponentInstance*> entered;  ///< entering_set of a call from the host
  std::vector<runtime::KeyBinding> keys;
  const runtime::HandedImport* handed = nullptr;  ///< in the instance: what is called instead of a core function
  /// The shape of what a call lowers and lifts, where that is not the function's own: values pass through a scratch memory (runtime/relayout.h).
  std::shared_ptr<const cabi::FuncShape> narrow;  // owners: handles

  [[nodiscard]] const cabi::FuncShape& shape() const { return narrow != nullptr ? *narrow : lifted->shape; }
};

}  // namespace wcomp
