// Subtyping of entities. Explainer.md "Type Checking": structure and names, resources under a substitution.
#pragma once

#include <set>

#include "component/validate.h"
#include "core/type_interner.h"

namespace wcomp::component {

/// Checks that what is found may stand where something is expected. Both sides' types may be of one arena or of two.
///
/// Resources are compared after each side's substitution. An expected resource that is open has none yet and takes the first resource
/// found in its place. Which are open: those listed by open(); with `all_open`, every one.
class Matcher {
 public:
  Matcher(const types::TypeArena& expected, const types::TypeArena& found) : expected_{.arena = &expected}, found_{.arena = &found} {
    const bool is_one = &expected == &found;
    expected_.space = is_one ? 1 : 0;
    found_.space = 1;
  }
  void open(std::span<const types::ResourceId> ids) { expected_.open.insert(ids.begin(), ids.end()); }
  void open_all() { expected_.is_all_open = true; }
  /// What was expected is from now on found and the reverse; what resources have become stays.
  void swap_sides() { std::swap(expected_, found_); }
  void substitute(types::ResourceId expected, types::ResourceId found) { expected_.map.insert_or_assign(expected, Node{found_.space, found}); }

  /// Empty, or why `found` does not do, in words.
  [[nodiscard]] std::string check(const Entity& expected, const Entity& found);

  /// What an open resource has become; none if nothing was found for it.
  [[nodiscard]] std::optional<types::ResourceId> found_for(types::ResourceId id) const;
  /// All of them.
  [[nodiscard]] Substitution substitution() const;

 private:
  /// A resource of one of the two arenas.
  struct Node {
    int space = 0;
    types::ResourceId id;
    friend bool operator==(const Node&, const Node&) = default;
  };
  struct Side {
    const types::TypeArena* arena = nullptr;
    int space = 0;
    std::map<types::ResourceId, Node> map{};
    std::set<types::ResourceId> open{};
    bool is_all_open = false;
    std::map<ValueId, std::pair<int, ValueId>> values{};  ///< what expected values have become

    [[nodiscard]] Node resolve(types::ResourceId id) const {
      const auto it = map.find(id);
      return it == map.end() ? Node{space, id} : it->second;
    }
  };

  std::string func(const types::FuncType& expected, const types::FuncType& found);
  std::string type(types::ValType expected, types::ValType found);
  std::string instance(const std::vector<NamedEntity>& expected, const std::vector<NamedEntity>& found, std::string_view what);
  std::string component(const ComponentType& expected, const ComponentType& found);
  std::string resource(types::ResourceId expected, types::ResourceId found);
  std::string value(const ValueEntity& expected, const ValueEntity& found);

  Side expected_, found_;
};

/// What a module imports and exports. Fails when it imports one name twice.
[[nodiscard]] Result<ModuleType> module_type(const core::ValidModule& module, core::TypeInterner& types);

/// Core subtyping: empty, or why not. Indices in types are ids of one validation's TypeInterner. Where the two sides come from two of them,
/// one was declared by a component, whose core types name no others.
[[nodiscard]] std::string core_mismatch(const CoreExtern& expected, const CoreExtern& found);
[[nodiscard]] std::string core_mismatch(const ModuleType& expected, const ModuleType& found);
[[nodiscard]] std::string_view sort_name(const CoreExtern& e);
[[nodiscard]] std::string_view sort_name(const Entity& e);

}  // namespace wcomp::component
