// The world that a component is made for, as componentize asks about it: what of it is imported and exported under which name, and which
// import a type belongs to.
//
// The worlds of the main module and of all adapters are one world here. Where versions may stand for one another (component/versions.h) and
// the caller wants it, only the newest of such imports is left: core imports of the older ones are given the newest, and their types are
// the newest's types.
#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "component/componentize/wit_types.h"
#include "component/wit_codec.h"

namespace wcomp::component {

/// An import or an export of the world that is an interface. Name empty: the world itself, for its own functions and types.
///
/// Several imports may be of the same interface (`import a: ns:pkg/iface`), so an interface alone does not say whose types are meant.
struct Place {
  std::string name;
  std::optional<wit::InterfaceId> interface;
  friend auto operator<=>(const Place& a, const Place& b) { return a.name <=> b.name; }
  friend bool operator==(const Place& a, const Place& b) { return a.name == b.name; }
};

/// How core modules call what the world says. BuildTargets.md of the component model for `standard`, the C form before it for `legacy`.
enum class NameScheme : std::uint8_t { legacy, standard };
/// Core imports and exports of the standard scheme begin so (32-bit pointers, version 2 of preview).
inline constexpr std::string_view standard_prefix = "cm32p2";

class World {
 public:
  World(DecodedWorld decoded, bool merges_versions);

  [[nodiscard]] const wit::Graph& graph() const { return decoded_.graph; }
  [[nodiscard]] const wit::World& world() const { return decoded_.graph.worlds[decoded_.world]; }
  [[nodiscard]] Decl decl(wit::TypeDeclId id) const { return {&decoded_.graph, id}; }

  /// What is imported, without the versions that a newer one stands for.
  [[nodiscard]] const std::vector<const wit::WorldItem*>& imports() const { return imports_; }
  [[nodiscard]] const wit::WorldItem* find_import(std::string_view name) const;
  [[nodiscard]] const wit::WorldItem* find_export(std::string_view name) const;
  /// The imported or exported interface that a core module means by `name`.
  [[nodiscard]] std::optional<Place> imported_interface(std::string_view name, NameScheme scheme) const;
  [[nodiscard]] std::optional<Place> exported_interface(std::string_view name, NameScheme scheme) const;

  /// A function of the world itself that is imported or exported, by its name in the component; null: there is none.
  [[nodiscard]] const wit::Function* find_function(std::string_view abi_name, bool is_exported) const;
  /// A function of an interface, by its name in the component; null: there is none.
  [[nodiscard]] const wit::Function* find_function(wit::InterfaceId interface, std::string_view abi_name) const;
  /// A resource that an interface, or the world itself (none given), declares or names by `use`.
  [[nodiscard]] std::optional<Decl> find_resource(std::optional<wit::InterfaceId> interface, std::string_view name) const;

  /// The interface that an item's name alone does not tell: `implements` of its import or export.
  [[nodiscard]] std::optional<std::string> implements(const Place& place) const;

  /// A type spoken of at `place`, as an import has it: whose it is, and its declaration there.
  struct Located {
    Place place;
    Decl decl;
  };
  [[nodiscard]] Located locate_import(Decl decl, const Place& place) const;
  /// The same for what an export says; none when it is an import's type.
  [[nodiscard]] std::optional<Place> locate_export(Decl decl, const Place& place) const;

 private:
  using Functions = std::unordered_map<std::string_view, const wit::Function*>;
  using Resources = std::unordered_map<std::string_view, wit::TypeDeclId>;
  /// The items of one side of the world by the names that core modules may use for them.
  struct Side {
    std::map<std::string, const wit::WorldItem*, std::less<>> names;
    std::map<std::string, const wit::WorldItem*, std::less<>> compatible;  ///< interfaces, by compatible_key: the first of each
    Functions functions;
    [[nodiscard]] const wit::WorldItem* find_interface(std::string_view name, NameScheme scheme) const;
  };
  [[nodiscard]] Side side_of(const std::vector<wit::WorldItem>& items) const;
  void add_resource(Resources& out, wit::TypeDeclId id) const;

  [[nodiscard]] std::string name_of(wit::InterfaceId id, const std::map<wit::InterfaceId, std::string>& inline_names) const;

  DecodedWorld decoded_;
  std::vector<const wit::WorldItem*> imports_;
  Side import_side_, export_side_;
  Resources world_resources_;
  // By interface, filled when somebody asks.
  mutable std::unordered_map<wit::InterfaceId, Functions> functions_;
  mutable std::unordered_map<wit::InterfaceId, Resources> resources_;
  std::map<wit::InterfaceId, std::string> inline_imports_, inline_exports_;
  std::map<wit::InterfaceId, wit::InterfaceId> newest_;  ///< of an imported interface, the one that stands for it; those that stand for themselves are missing
};

/// `ns:pkg/iface@0.2` for `ns:pkg/iface@0.2.3`, as the standard scheme writes names; other names as they are.
[[nodiscard]] std::string standard_name(std::string_view name);

}  // namespace wcomp::component
