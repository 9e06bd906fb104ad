// Linking is data: how to instantiate a component, step by step, decided once.
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
  core::ValType ptr = core::ValType::i32;  ///< the type of the memory's addresses
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

/// A function of the host.
struct ImportName {
  std::string interface;  ///< empty: imported at the root
  std::string name;
};

/// A function as the host sees it; types refer to Plan::types, whose ResourceIds map to slots by Plan::resource_slots.
/// An export may be an import that is handed through: then nothing is lifted, `handed` says which import is called, without an instance of the
/// composition being entered, and `core_func` and `opts` mean nothing. Asynchronous imports that are handed
/// through are left out.
struct LiftedFunc {
  std::string name;  ///< for messages: `docs:adder/add@0.1.0#add`
  CoreRef core_func;
  Options opts;
  types::FuncType type;
  cabi::FuncShape shape;
  std::optional<ImportName> handed = {};
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
  types::FuncType type;
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
struct ErrorContext {  ///< one of the built-ins `error-context.*`; `opts` has only what it needs
  CoreFuncSlot func;
  component::BuiltIn built_in{};
  Options opts;
};
struct DefineResource {
  ResourceSlot resource;
};  ///< from here on the resource's destructor can be resolved
using Step = std::variant<InstantiateModule, LowerImport, MakeAdapter, ResourceNew, ResourceDrop, ResourceRep, ErrorContext, DefineResource>;

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

struct Frame;    // link/frame.h
struct Closure;

/// A component as a value: one that was loaded, or one that an instance exports.
struct ComponentPart {
  component::ValidComponent owner;
  const component::Scope* scope = nullptr;         ///< of the owner, or of a component nested in it
  std::shared_ptr<const Closure> closure;   // owners: parts. Null: it is the owner's outermost
  const Frame* parent = nullptr;            ///< in the closure
};
/// What a host gives in place of core modules and components that are imported, by the interface they are imported from (empty: the root) and name.
struct HostParts {
  using Name = std::pair<std::string, std::string>;
  std::map<Name, core::ValidModule> modules;
  std::map<Name, ComponentPart> components;
};
/// A core module or component that a host has to give.
struct PartImport {
  std::string interface, name;
  bool is_module = false;
};
[[nodiscard]] std::vector<PartImport> part_imports(const component::Scope& scope);

/// A module or component of the root's exports, or of an instance that it exports.
struct ExportedModule {
  std::string interface, name;
  core::ValidModule module;
};
struct ExportedComponent {
  std::string interface, name;
  ComponentPart component;
};
/// An import that is declared to be a resource that another import is. Hosts that have both must have one.
struct ResourceEquality {
  ResourceSlot resource;
  HostResource other;
};

struct Plan {
  types::TypeArena types;
  std::map<types::ResourceId, ResourceSlot> resource_slots;
  std::vector<Resource> resources;         ///< by ResourceSlot
  std::vector<core::ValidModule> modules;  ///< by ModuleSlot: the guests' and the adapters'
  std::uint32_t core_instances = 0, core_funcs = 0;
  std::vector<ComponentInstanceInfo> component_instances;  ///< by ComponentInstanceSlot; the root is first, parents come before children
  std::vector<Step> steps;
  std::vector<ImportedFunc> imports;  ///< every host function that a step lowers or an export hands through, for type checking against a Linker
  std::vector<ResourceEquality> equal_resources;
  std::vector<std::pair<std::string, std::variant<LiftedFunc, ExportedInstance>>> exports;  ///< instances in instances by `outer/inner`
  std::vector<std::pair<std::string, ResourceSlot>> exported_resources;  ///< the root's own
  std::vector<ExportedModule> exported_modules;
  std::vector<ExportedComponent> exported_components;
  std::vector<std::string> import_names, export_names;  ///< as the component declares them
};

/// The instances that a call from `caller` (none: the host) into `callee` enters, innermost first: the callee and its ancestors without
/// the caller and its ancestors. CanonicalABI.md `ComponentInstance.entering_set`.
[[nodiscard]] std::vector<ComponentInstanceSlot> entering_set(const Plan& plan, std::optional<ComponentInstanceSlot> caller,
                                                              ComponentInstanceSlot callee);

/// Fails with `unsupported` for what the plan cannot say yet, naming it; with `missing-import` and `import-mismatch` for core modules and
/// components that are imported and that `parts` does not have, or not of that type; with `limit-exceeded` when the instances of the
/// composition are too many.
[[nodiscard]] Result<Plan> plan(const component::ValidComponent& component, const HostParts& parts = {});
[[nodiscard]] Result<Plan> plan(const ComponentPart& component, const HostParts& parts);

/// The plan as text, for people and golden files.
[[nodiscard]] std::string print(const Plan& plan);
/// The same for programs.
[[nodiscard]] std::string to_json(const Plan& plan);
/// The adapters as the text of a component with them as its core modules, each with the functions and sides that it stands for.
[[nodiscard]] std::string print_adapters(const Plan& plan);

}  // namespace wcomp::link
