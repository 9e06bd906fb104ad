// Linking is data: how to instantiate a component, step by step, decided once.
// Exports that are imports handed through have no entry in Plan::exports: the host has those functions already.
//
// plan() flattens nested components, aliases and instance arguments of a ValidComponent away. What is left is an ordered list of a handful
// of step kinds over numbered slots, which runtime/ executes blindly; `wcomp plan` prints it. Calls between two components of the
// composition become adapter modules (canonical-abi/fuse.h); calls to the host become LowerImport; exports that the host calls become
// LiftedFunc. Explainer.md "Instance Definitions", "Canonical Definitions".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "canonical-abi/fuse.h"
#include "canonical-abi/shape.h"
#include "component/validate.h"

namespace wcomp::link {

using ModuleSlot = Index<struct ModuleSlotTag>;                        ///< a core module of Plan::modules
using CoreInstanceSlot = Index<struct CoreInstanceSlotTag>;            ///< an instantiated core module
using CoreFuncSlot = Index<struct CoreFuncSlotTag>;                    ///< a core function made by a step
using ComponentInstanceSlot = Index<struct ComponentInstanceSlotTag>;  ///< a component instance: flags and a handle table
using ResourceSlot = Index<struct ResourceSlotTag>;                    ///< a concrete resource type

/// An item that an earlier step made: an export of a core instance, or a core function made by a canon.
struct CoreExportRef {
  CoreInstanceSlot instance;
  std::string name;  ///< for people; what it is in the instance:
  core::ExternKind kind{};
  std::uint32_t index = 0;
};
using CoreRef = std::variant<CoreExportRef, CoreFuncSlot>;

/// canonopts with everything resolved.
struct Options {
  ComponentInstanceSlot instance;
  cabi::StringEncoding encoding{};
  std::optional<CoreRef> memory;
  std::optional<CoreRef> realloc;
  std::optional<CoreRef> post_return;
};

/// A concrete resource: imported from the host, or defined by a component instance.
struct HostResource {
  std::string interface;
  std::string name;
};
struct GuestResource {
  ComponentInstanceSlot instance;
  std::optional<CoreRef> dtor;
};
struct Resource {
  std::variant<HostResource, GuestResource> origin;
  std::string name;  ///< for messages: the name it is imported or exported under, as far as there is one
};

/// A function as the host sees it; types refer to Plan::types, whose ResourceIds map to slots by Plan::resource_slots.
struct LiftedFunc {
  std::string name;  ///< for messages: `docs:adder/add@0.1.0#add`
  CoreRef core_func;
  Options opts;
  types::FuncType type;
  cabi::FuncShape shape;
};

// --- steps ---
struct InstantiateModule {  ///< makes the next CoreInstanceSlot
  ModuleSlot module;
  std::vector<CoreRef> imports;  ///< in the module's import order
  std::string name;              ///< component path, for backtraces
};
struct LowerImport {  ///< makes `func`: a core function that calls the host
  CoreFuncSlot func;
  std::string interface;  ///< empty: a function imported at the root
  std::string name;
  Options opts;
  types::FuncType type;
  cabi::FuncShape shape;
};
struct MakeAdapter {  ///< makes `func`: a core function that calls `callee` of another component instance
  CoreFuncSlot func;
  ModuleSlot adapter;
  CoreRef callee;
  std::string name;  ///< for messages: the function as the caller imports it
  Options lower, lift;
  std::vector<ComponentInstanceSlot> entered_ancestors;  ///< entered besides the callee, innermost first
  std::vector<ResourceSlot> resources;                   ///< by the adapter's resource numbers
};
struct ResourceNew {
  CoreFuncSlot func;
  ResourceSlot resource;
  ComponentInstanceSlot instance;
};
struct ResourceDrop {
  CoreFuncSlot func;
  ResourceSlot resource;
  ComponentInstanceSlot instance;
};
struct ResourceRep {
  CoreFuncSlot func;
  ResourceSlot resource;
  ComponentInstanceSlot instance;
};
struct DefineResource {
  ResourceSlot resource;
};  ///< from here on the resource's destructor can be resolved
using Step = std::variant<InstantiateModule, LowerImport, MakeAdapter, ResourceNew, ResourceDrop, ResourceRep, DefineResource>;

/// A component instance of the composition. `parent`: the one whose component contains it; none for the root.
struct ComponentInstanceInfo {
  std::optional<ComponentInstanceSlot> parent;
  std::string path;  ///< `component > component#1`, or with the names of the `name` section
};
struct ImportedFunc {
  std::string interface, name;
  types::FuncType type;
};
struct ExportedInstance {
  std::vector<std::pair<std::string, LiftedFunc>> funcs;
  std::vector<std::pair<std::string, ResourceSlot>> resources;
};

struct Plan {
  types::TypeArena types;
  std::map<types::ResourceId, ResourceSlot> resource_slots;
  std::vector<Resource> resources;         ///< by ResourceSlot
  std::vector<core::ValidModule> modules;  ///< by ModuleSlot: the guests' and the adapters'
  std::uint32_t core_instances = 0, core_funcs = 0;
  std::vector<ComponentInstanceInfo> component_instances;  ///< by ComponentInstanceSlot; the root is first, parents come before children
  std::vector<Step> steps;
  std::vector<ImportedFunc> imports;  ///< every host function that a step lowers, for type checking against a Linker
  std::vector<std::pair<std::string, std::variant<LiftedFunc, ExportedInstance>>> exports;
  std::vector<std::string> import_names, export_names;  ///< as the component declares them
};

/// The instances that a call from `caller` (none: the host) into `callee` enters, innermost first: the callee and its ancestors without
/// the caller and its ancestors. CanonicalABI.md `ComponentInstance.entering_set`.
[[nodiscard]] std::vector<ComponentInstanceSlot> entering_set(const Plan& plan, std::optional<ComponentInstanceSlot> caller,
                                                              ComponentInstanceSlot callee);

/// Fails with `unsupported` for what the plan cannot say yet (imported core modules or components), naming it, and with `limit-exceeded`
/// when the instances of the composition are too many.
[[nodiscard]] Result<Plan> plan(const component::ValidComponent& component);

/// The plan as text, for people and golden files.
[[nodiscard]] std::string print(const Plan& plan);

}  // namespace wcomp::link
