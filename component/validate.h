// Validation of components: every index, name and type checked, every item given its type.
//
// Explainer.md and Binary.md. The result says for each item of each index space what it is, in one TypeArena per outermost component;
// link/ needs nothing else. Resources are ResourceIds: each `resource` definition, each `sub resource` import and each resource exported
// by an instantiation is a fresh one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "component/component.h"
#include "types/types.h"

namespace wcomp::component {

struct InstanceType;
struct ComponentType;
struct ModuleType;
/// A type-sorted item: a value type or a resource by its entry in the arena, or a func/component/instance type.
struct FuncEntity { types::FuncType type; };
struct TypeEntity { types::ValType type; };   ///< value type, or a TypeId of a ResourceType / alias of one

/// The type of an item of any sort: what imports, exports and instance exports have.
using Entity = std::variant<FuncEntity, TypeEntity, std::shared_ptr<const InstanceType>, std::shared_ptr<const ComponentType>, std::shared_ptr<const ModuleType>>;

struct NamedEntity { std::string name; Entity type; };
/// Exports in order. Resources that the instance defines afresh each time it is made are listed (for component types).
struct InstanceType { std::vector<NamedEntity> exports; };
struct ComponentType {
  std::vector<NamedEntity> imports;
  std::vector<NamedEntity> exports;
  std::vector<types::ResourceId> imported_resources;  ///< abstract; substituted at instantiation, in order of appearance in imports
  std::vector<types::ResourceId> defined_resources;   ///< made afresh at each instantiation (appear in exports)
};
struct ModuleType {
  struct Item { std::string module, name; std::variant<core::FuncType, core::TableType, core::MemType, core::GlobalType> type; };
  std::vector<Item> imports, exports;
};
using CoreExtern = std::variant<core::FuncType, core::TableType, core::MemType, core::GlobalType>;
struct CoreInstanceType { std::vector<std::pair<std::string, CoreExtern>> exports; };

/// The index spaces of one component after validation, by sort; parallel to definitions' order of appearance.
struct Scope {
  std::shared_ptr<const Component> component;
  std::vector<Entity> types;                       ///< `type` space; func types as FuncEntity, value/resource types as TypeEntity
  std::vector<types::FuncType> funcs;
  std::vector<std::shared_ptr<const InstanceType>> instances;
  std::vector<std::shared_ptr<const ComponentType>> components;
  std::vector<std::shared_ptr<const Scope>> component_scopes;  ///< parallel to `components`; null for imported or aliased-from-instance ones
  std::vector<std::variant<core::FuncType, std::shared_ptr<const ModuleType>>> core_types;
  std::vector<std::shared_ptr<const ModuleType>> core_modules;
  std::vector<std::optional<core::ValidModule>> core_module_bodies;  ///< parallel to core_modules; none for imported ones
  std::vector<CoreInstanceType> core_instances;
  std::vector<core::FuncType> core_funcs;
  std::vector<core::TableType> core_tables;
  std::vector<core::MemType> core_memories;
  std::vector<core::GlobalType> core_globals;
  ComponentType type;                              ///< what the component imports and exports
};

/// A component that passed validation. Only `validate` makes one. Immutable, cheap to copy, safe to share between threads.
class ValidComponent {
 public:
  [[nodiscard]] const Component& component() const { return *scope_->component; }
  [[nodiscard]] const Scope& scope() const { return *scope_; }
  [[nodiscard]] const types::TypeArena& types() const { return *types_; }
  [[nodiscard]] std::shared_ptr<const types::TypeArena> share_types() const { return types_; }

 private:
  friend Result<ValidComponent> validate(std::shared_ptr<const Component>);
  std::shared_ptr<const Scope> scope_;             ///< owners: every copy
  std::shared_ptr<const types::TypeArena> types_;  ///< owners: every copy
};

[[nodiscard]] Result<ValidComponent> validate(std::shared_ptr<const Component> component);

/// Whether `found` may be used where `expected` is declared (instances may have more exports). Empty when so; else why not, naming the
/// narrowest difference. `substitution` maps abstract resources of `expected` to those of `found` and grows as types are matched.
using Substitution = std::map<types::ResourceId, types::ResourceId>;
[[nodiscard]] std::string mismatch(const types::TypeArena& expected_types, const Entity& expected, const types::TypeArena& found_types, const Entity& found, Substitution& substitution);

}  // namespace wcomp::component
