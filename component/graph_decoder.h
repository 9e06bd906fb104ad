// Interfaces and worlds of WIT from component types, added one after the other to one graph. What wit_decode reads binaries with.
//
// An instance type is an interface: its types are declarations, its funcs functions. Each export of a type is an entry of its own in the
// arena of the validated component (validate.h, TypeEntity), so an entry that is known already is a `use` or an alias of that declaration.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "component/names.h"
#include "component/validate.h"
#include "wit/graph.h"

namespace wcomp::component {

class GraphDecoder {
 public:
  [[nodiscard]] wit::PackageId package(const wit::PackageName& name);
  /// The world of the package, made if it is not there.
  [[nodiscard]] wit::WorldId world(wit::PackageId package, std::string_view name);
  void add_root(wit::PackageId package) { graph_.roots.push_back(package); }

  /// From here on types are those of `arena`, and none of them is known yet.
  void begin(const types::TypeArena& arena);
  /// What a component imports and exports becomes the world's.
  Result<void> add_world(wit::WorldId world, const ComponentType& type);
  /// An interface by its full name. `is_definition`: all of it, in its order, and not only what somebody uses of it.
  Result<wit::InterfaceId> add_interface(const std::string& name, const InstanceType& type, bool is_definition);

  [[nodiscard]] wit::Graph& graph() { return graph_; }
  /// Brings the packages into dependency order; ids of packages change.
  [[nodiscard]] wit::Graph finish();

 private:
  using Owner = std::variant<std::monostate, wit::InterfaceId, wit::WorldId>;
  /// A name of an interface's or world's own.
  struct Key {
    std::uint64_t owner = 0;  ///< with what sort of name it is
    std::string_view name;
  };
  struct OwnedKey {
    std::uint64_t owner = 0;
    std::string name;
    operator Key() const { return {owner, name}; }  // NOLINT: the same, owned
  };
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(const Key& k) const { return std::hash<std::string_view>()(k.name) * 31 + k.owner * 0x9e3779b97f4a7c15u; }
  };
  struct KeyEqual {
    using is_transparent = void;
    bool operator()(const Key& a, const Key& b) const { return a.owner == b.owner && a.name == b.name; }
  };
  template <class T>
  using NameMap = std::unordered_map<OwnedKey, T, KeyHash, KeyEqual>;
  enum class NameSort : std::uint8_t { type, function, import, export_, inline_import, inline_export };
  [[nodiscard]] static std::uint64_t key(const Owner& owner, NameSort sort);

  Result<void> items(wit::WorldId world, const std::vector<NamedEntity>& entities, bool is_import);
  wit::InterfaceId named_interface(const std::string& name, const ExternName& parsed);
  wit::InterfaceId interface_of(wit::WorldId world, const NamedEntity& entity, bool is_import);
  Result<void> fill_interface(wit::InterfaceId id, const InstanceType& type, bool is_definition);
  /// The declaration for an import or export of a type: a new one, or the one of the owner that has the name.
  Result<wit::TypeDeclId> declare(const NamedEntity& entity, types::ValType type, const Owner& owner, bool& is_new);
  Result<wit::Function> function(const NamedEntity& entity, const types::FuncType& type, const Owner& owner);
  /// Fails when a function that is there already has another type.
  Result<void> check_same(const wit::Function& have, const wit::Function& found) const;
  Result<types::ValType> copy(types::ValType t);
  Result<std::optional<types::ValType>> copy(const std::optional<types::ValType>& t);
  Result<types::TypeId> copy_resource(types::TypeId t);
  Result<types::TypeDef> copy_def(const types::TypeDef& def);
  [[nodiscard]] wit::PackageId package_of(const Owner& owner) const;
  [[nodiscard]] std::optional<wit::TypeDeclId> decl_of(types::ResourceId id) const;
  void set_decl_of(types::ResourceId id, wit::TypeDeclId decl);
  void add_use(wit::PackageId user, wit::PackageId used);

  wit::Graph graph_;
  const types::TypeArena* arena_ = nullptr;
  std::vector<std::optional<wit::TypeDeclId>> decls_;        ///< by entry of the arena: those that are declarations
  std::vector<std::optional<wit::TypeDeclId>> resources_;    ///< by resource of the arena
  std::vector<std::optional<types::ValType>> copies_;        ///< by entry of the arena: all others
  std::unordered_map<std::string, wit::PackageId> packages_;
  std::unordered_map<std::string, wit::InterfaceId> interfaces_;  ///< by full name
  NameMap<wit::TypeDeclId> types_;
  NameMap<std::uint32_t> positions_;                         ///< of functions in their interface, of items in their world's imports or exports
  NameMap<wit::InterfaceId> inline_interfaces_;
  NameMap<wit::WorldId> worlds_;                             ///< by package
  std::vector<std::vector<wit::PackageId>> uses_;            ///< by package, in the order of their first use
  std::unordered_set<std::uint64_t> known_uses_;             ///< the same, both in one number
};

}  // namespace wcomp::component
