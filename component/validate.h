// Validation of components: every index, name and type checked, every item given its type.
//
// Explainer.md "Type Checking", Binary.md. The result says for each item of each index space what it is, in one TypeArena per outermost
// component; link/ needs nothing else.
//
// Resources. A resource is a ResourceId, and two handles have the same type when their ResourceIds are equal. There are three sources:
//   1. `(type (resource ..))` of a component: one id for the definition, whose Scope it is in.
//   2. `(import "r" (type (sub resource)))`, and each `sub resource` export of an imported instance: an abstract id. All of a component's
//      are in its ComponentType::imported_resources, in order.
//   3. `(instance (instantiate $c ..))`: the exports of the new instance are those of $c's ComponentType after a substitution that takes
//      each of $c's imported_resources to the id that the arguments supply for it, and each of $c's defined_resources to a new id. The
//      same for a `sub resource` ascribed to an export: the index that the export adds has a new id.
// So the types in a Scope's `funcs`, `instances` and `types` are in terms of that Scope's ids only, never of a nested component's.
//
// A Scope is made once for a component, however often it is instantiated. Who follows an instantiation (link/) keeps a map from ResourceId
// to run-time resource for each instantiation, and fills it where an index is added: a definition gives its id a new run-time resource;
// for an import, an alias, an instance or an export, it walks the entry's Entity and the item that was supplied side by side, and binds
// each ResourceId of a TypeEntity to what stands there in the item. Ids that have an entry already are bound to the same thing again.
//
// Declared instance and component types (entries of `types`) are closed over the ids that they list as their own; using such a type for
// an import or export gives these ids new ones, so that no two instances share them.
//
// Values. A value is a ValueId in the same way: `value` definitions, imports and results of start functions have one each; one with the
// bound `eq` has that of another. Each entry of a component's value index space is used exactly once.
//
// Limits: those of types/limits.h, for instance and component types as well; a component whose validation makes an unreasonable number of types
// is refused.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "component/component.h"
#include "component/features.h"
#include "types/limits.h"

namespace wcomp::component {

struct InstanceType;
struct ComponentType;
struct ModuleType;
/// A func-sorted item.
struct FuncEntity { types::FuncType type; };
/// A type-sorted item that is a value type (a primitive or an entry), or a resource (a ResourceType entry or an alias of one). Each import
/// and export of a type is an AliasType entry of its own (or, for `sub resource`, a ResourceType), so its TypeId says where a type got its name.
struct TypeEntity { types::ValType type; };
using ValueId = Index<struct ValueTag>;
/// A value-sorted item. `is_eq`: it is declared to be a value that has the id already.
struct ValueEntity {
  types::ValType type;
  ValueId id{};
  bool is_eq = false;
};
/// A type-sorted import or export that is a func, component or instance type. In Scope::types such types stand for themselves.
struct DefTypeEntity;

/// The type of an item of any sort: what imports, exports and instance exports have.
using Entity = std::variant<FuncEntity, TypeEntity, std::shared_ptr<const InstanceType>, std::shared_ptr<const ComponentType>,
                            std::shared_ptr<const ModuleType>, std::shared_ptr<const DefTypeEntity>, ValueEntity>;
struct DefTypeEntity { Entity type; };

struct NamedEntity { std::string name; Entity type; Attributes attributes{}; };
struct InstanceType {
  std::vector<NamedEntity> exports;
  /// A declared type's own abstract resources; empty for the type of an instance, whose ids belong to the scope.
  std::vector<types::ResourceId> defined_resources{};
  std::uint32_t weight = 1;                           ///< nodes when written out
  std::uint32_t depth = 1;                            ///< instance and component types nested in each other
  bool has_values = false;                            ///< there are values in it
};
struct ComponentType {
  std::vector<NamedEntity> imports;
  std::vector<NamedEntity> exports;
  std::vector<types::ResourceId> imported_resources;  ///< abstract; substituted at instantiation, in order of appearance in imports
  std::vector<types::ResourceId> defined_resources;   ///< made afresh at each instantiation (appear in exports)
  std::uint32_t weight = 1;                           ///< nodes when written out
  std::uint32_t depth = 1;                            ///< instance and component types nested in each other
  bool has_values = false;                            ///< there are values in it
};
/// A tag of a core module, by what it carries.
struct CoreTag {
  core::FuncType type;
  friend bool operator==(const CoreTag&, const CoreTag&) = default;
};
/// Core types name each other by ids that the whole component shares (core/type_interner.h), not by indices of their modules.
using CoreExtern = std::variant<core::FuncType, core::TableType, core::MemType, core::GlobalType, CoreTag>;
struct ModuleType {
  struct Item { std::string module, name; CoreExtern type; };
  std::vector<Item> imports, exports;
};
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
  std::vector<CoreTag> core_tags;
  std::vector<ValueEntity> values;
  ComponentType type;                              ///< what the component imports and exports
};

/// A component that passed validation. Only `validate` makes one. Immutable, cheap to copy, safe to share between threads.
class ValidComponent {
 public:
  [[nodiscard]] const Component& component() const { return *scope_->component; }
  [[nodiscard]] const Scope& scope() const { return *scope_; }
  [[nodiscard]] const types::TypeArena& types() const { return *types_; }

 private:
  friend Result<ValidComponent> validate(std::shared_ptr<const Component>, const Features&);
  std::shared_ptr<const Scope> scope_;             ///< owners: every copy
  std::shared_ptr<const types::TypeArena> types_;  ///< owners: every copy
};

/// Parts of `component` that belong to a feature which is off are refused with `feature-disabled`, naming it.
[[nodiscard]] Result<ValidComponent> validate(std::shared_ptr<const Component> component, const Features& features = {});

/// Whether `found` may be used where `expected` is declared (instances may have more exports). Empty when so; else why not, naming the
/// narrowest difference. `substitution` maps resources of `expected` to those of `found` and grows as types are matched: the first resource
/// that stands where `expected` has one is taken for it from there on.
using Substitution = std::map<types::ResourceId, types::ResourceId>;
[[nodiscard]] std::string mismatch(const types::TypeArena& expected_types, const Entity& expected, const types::TypeArena& found_types, const Entity& found, Substitution& substitution);

}  // namespace wcomp::component
