// The walk behind validate(): definitions in order, each checked and added to its index space. One file for each family of rules:
// validate.cpp (components, definitions), validate_types.cpp (defined types), validate_externs.cpp (names, imports, exports, ascription),
// validate_instances.cpp (instances, instantiation, aliases), validate_core.cpp (core modules and instances), validate_core_types.cpp,
// validate_canon.cpp (options, lift, lower, resources), validate_built_ins.cpp (canons.def), validate_values.cpp (values, start).
#pragma once

#include <set>
#include <unordered_map>

#include "base/diagnostic.h"
#include "canonical-abi/shape.h"
#include "component/matcher.h"
#include "component/names.h"
#include "component/type_table.h"
#include "component/validate.h"
#include "core/type_interner.h"

namespace wcomp::component {

/// The names of a scope's imports, or of its exports, or of an instance's.
struct NameTable {
  std::map<std::string, std::string> canonical;                ///< canonical form to the name as it was given
  std::map<std::string, types::ResourceId> resources;          ///< by canonical label: what methods belong to
};

/// A scope while it is being validated: a component, or a component or instance type.
struct Space {
  enum class Kind : std::uint8_t { component, component_type, instance_type };
  Kind kind = Kind::component;
  Space* parent = nullptr;
  std::shared_ptr<Scope> scope = std::make_shared<Scope>();
  NameTable import_names, export_names;
  std::vector<types::ResourceId> defined_resources;            ///< abstract ones that an export declared or was ascribed
  std::map<types::ResourceId, core::ValType> local_resources;  ///< `(type (resource ..))` of this very component, with their representations
  std::vector<bool> used_values;                               ///< parallel to Scope::values; those of a component are used exactly once
  /// By instance, for those of which an export was looked for: where its exports are by name.
  using ExportIndex = std::unordered_map<std::uint32_t, std::unordered_map<std::string_view, std::size_t>>;
  ExportIndex instance_exports, core_instance_exports;
  std::optional<core::ValType> context_type;                   ///< of the built-ins context.get and context.set
  /// Entries that give their type a name outside: what the types of imports, and of exports, may mention.
  std::set<types::TypeId> importable_types, exportable_types;
};

class Validator {
 public:
  explicit Validator(const Features& features) : features_(features), shapes32_(table_.arena()), shapes64_(table_.arena(), core::ValType::i64) {}

  Result<std::shared_ptr<const Scope>> component(const std::shared_ptr<const Component>& c, Space* parent, const std::string& path);
  [[nodiscard]] types::TypeArena take_types() { return table_.take(); }

 private:
  Result<void> definition(Space& s, const Definition& d, const std::string& path);
  /// `feature-disabled`, unless the feature is on. `what` has a name for what needs it.
  Result<void> need(bool is_on, std::string_view feature, std::string_view what) const;

  // Types.
  Result<Entity> def_type(Space& s, const DefType& t);
  Result<types::ValType> def_val_type(Space& s, const DefValType& t);
  Result<types::ValType> val_type(const Space& s, const ValTypeRef& t) const;
  Result<std::optional<types::ValType>> val_type(const Space& s, const std::optional<ValTypeRef>& t) const;
  Result<types::TypeId> resource_type(const Space& s, TypeIdx i) const;
  Result<types::FuncType> func_type(const Space& s, const FuncTypeRef& t);
  Result<void> type_decls(Space& s, const std::vector<TypeDeclItem>& decls);
  Result<types::ValType> add(types::TypeDef def);

  // Imports and exports.
  /// The entity that a description declares, closed types opened: their own resources are new ones, which are appended to `made`.
  Result<Entity> extern_type(Space& s, const ExternDesc& d, std::vector<types::ResourceId>& made);
  Result<void> import_(Space& s, const std::string& name, const ExternDesc& d, const Attributes& attributes);
  Result<void> export_decl(Space& s, const ExportDecl& e);
  Result<void> export_(Space& s, const Export& e);
  Result<void> check_name(NameTable& names, const std::string& name, const Entity& e, const Attributes& attributes) const;
  Result<void> check_interface_name(const ExternName& parsed, std::string_view text) const;
  Result<void> check_attributes(const ExternName& parsed, const std::string& name, const Entity& e, const Attributes& attributes) const;
  Result<void> check_visible(Space& s, std::string_view name, const Entity& e, bool is_import);
  bool is_named(const std::set<types::TypeId>& named, types::ValType t) const;
  bool parts_are_named(const std::set<types::TypeId>& named, types::ValType t) const;
  bool handles_are_named(const std::set<types::TypeId>& named, const types::FuncType& f) const;
  bool all_named(const std::set<types::TypeId>& named, const types::FuncType& f) const;
  void push(Space& s, const Entity& e);
  /// The entity as an import or export holds it, for an item of any sort.
  Result<Entity> item(Space& s, const SortIdx& i) const;

  // Values.
  Result<void> value(Space& s, const ValueDef& v);
  Result<void> start(Space& s, const Start& start);
  void push_value(Space& s, const ValueEntity& v, bool is_used = false);
  /// Marks it as used.
  Result<ValueEntity> use_value(Space& s, std::uint32_t index) const;
  Result<void> all_used(const Space& s) const;

  // Instances and aliases.
  Result<void> instance(Space& s, const Instance& i);
  Result<std::shared_ptr<const InstanceType>> instantiate(Space& s, const Instantiate& i);
  Result<std::shared_ptr<const InstanceType>> inline_exports(Space& s, const InlineExports& i);
  Result<void> alias(Space& s, const Alias& a);
  Result<void> outer_alias(Space& s, const AliasOuter& a);
  void free_resources(const Entity& e, const std::function<void(types::ResourceId)>& each) const;
  Result<void> set_weight(InstanceType& t) const;
  Result<void> set_weight(ComponentType& t) const;

  // Core.
  Result<void> core_module(Space& s, const CoreModuleDef& m, const std::string& path);
  Result<void> core_instance(Space& s, const CoreInstance& i);
  Result<CoreExtern> core_item(const Space& s, const SortIdx& i) const;
  void push_core(Space& s, const CoreExtern& e);

  // Core types: as written, with indices of `ids`, to those of core_types_.
  using CoreType = std::variant<core::FuncType, std::shared_ptr<const ModuleType>>;
  Result<CoreType> core_type(const Space& s, const CoreDefType& t);
  Result<core::FuncType> core_func_type(const core::FuncType& t, const std::vector<CoreType>& space);
  Result<core::ValType> core_val_type(core::ValType t, const std::vector<CoreType>& space, bool may_be_self = false);
  Result<CoreExtern> core_extern_type(const core::ExternType& t, const std::vector<CoreType>& space);
  Result<std::shared_ptr<const ModuleType>> core_module_type(const Space& s, const CoreModuleType& t);

  // Canonical definitions.
  /// What holds for options wherever they stand; gives the type of addresses.
  Result<core::ValType> canon_opts(const Space& s, const CanonOpts& o) const;
  Result<cabi::FuncShape> shape_of(const types::FuncType& type, core::ValType ptr);
  Result<void> canon(Space& s, const Canon& c);
  Result<void> lift(Space& s, const CanonLift& l);
  Result<void> lower(Space& s, const CanonLower& l);
  Result<void> resource_built_in(Space& s, const Canon& c);
  Result<void> built_in(Space& s, const CanonBuiltIn& b);
  /// The payload's type, or none, of the stream or future that the immediate `t` names.
  Result<std::optional<types::ValType>> payload(const Space& s, const CanonBuiltIn& b) const;
  Result<void> built_in_opts(const CanonBuiltIn& b, const std::optional<types::ValType>& payload);
  Result<std::vector<core::ValType>> built_in_part(Space& s, const CanonBuiltIn& b, char letter, core::ValType ptr);
  Result<core::ValType> thread_argument(const Space& s, CoreTypeIdx type) const;

  const Features features_;
  TypeTable table_;
  core::TypeInterner core_types_;
  cabi::ShapeCache shapes32_, shapes64_;
  std::uint32_t values_ = 0;  ///< ids that were given
};

/// `index-out-of-range`: what there is none of.
[[nodiscard]] Err<Failure> out_of_range(std::string_view sort, std::uint32_t index, std::size_t count);

/// `space[index]`, or a Failure that names the sort.
template <class T>
Result<const T*> at(const std::vector<T>& space, std::uint32_t index, std::string_view sort) {
  if (index < space.size()) return &space[index];
  return out_of_range(sort, index, space.size());
}

}  // namespace wcomp::component
