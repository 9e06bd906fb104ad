// Types and functions of one interface or world, into the graph.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "wit/graph.h"
#include "wit/resolve/collect.h"

namespace wcomp::wit {

/// What a name in an interface or world stands for once that is defined.
struct NameEntry {
  enum class State : std::uint8_t { pending, defined, excluded, failed, function } state = State::pending;
  TypeDeclId decl;
  Span span;
};
using NameTable = std::map<std::string, NameEntry, std::less<>>;

/// A world before its implied imports are added.
struct WorldDraft {
  std::vector<WorldItem> imports, exports;
};

/// The growing graph and what is known beside it, by index of Symbols' lists.
struct Definitions {
  Graph& graph;
  const Symbols& symbols;
  const Options& options;
  Report& report;
  std::vector<PackageId> packages;
  std::vector<std::optional<InterfaceId>> interfaces;
  std::vector<std::optional<WorldId>> worlds;
  std::vector<NameTable> names;      ///< of definitions
  std::vector<WorldDraft> drafts;    ///< of definitions that are worlds
  std::vector<bool> has_borrow;      ///< whether a type holds a borrow handle, by TypeId, as far as computed
};

using Owner = std::variant<std::monostate, InterfaceId, WorldId>;

/// Defines the types of `items` and, through `on_function`, its functions and those of its resources, in the order of the text.
class ItemDefiner {
 public:
  ItemDefiner(Definitions& all, std::size_t package, std::size_t scope, Owner owner)
      : all_(all), graph_(all.graph), report_(all.report), policy_(gate_policy(all.options, all.symbols.packages[package].name)), scope_(scope), owner_(owner) {}

  /// All declarations of types and uses among `items`. `is_excluded`: the container is gated off, so everything in it must be too.
  void define_types(const std::vector<ast::Item>& items, bool is_excluded);
  /// A function that is not a resource's.
  [[nodiscard]] std::optional<Function> function(const ast::Name& name, const ast::FuncType& type, const ast::Item& item, Stability stability);
  /// Functions declared in `items`, with those of resources. Names must have been declared by define_types.
  [[nodiscard]] std::vector<Function> functions(const std::vector<ast::Item>& items);

  [[nodiscard]] const std::vector<TypeDeclId>& types() const { return types_; }
  [[nodiscard]] NameTable& names() { return names_; }
  /// Gates of an item that define_types has seen.
  [[nodiscard]] const Gated& gated(const ast::Item& item) const { return gates_.find(&item)->second; }

 private:
  /// A type to be: an item that declares one, or one name of a `use`.
  struct Pending {
    const ast::Item* item = nullptr;
    const ast::Name* name = nullptr;
    const ast::Renamed* used = nullptr;  ///< for a `use`
    std::optional<std::size_t> from;     ///< definition that is used from
    Stability stability;
    std::optional<TypeDeclId> decl;
  };

  bool declare(const ast::Name& name, NameEntry::State state);
  void declare_use(const ast::Item& item, const ast::Use& use, const Gated& gated);
  void define(Pending& pending);
  void define_used(Pending& pending);
  std::optional<types::TypeDef> type_def(const Pending& pending, std::vector<std::string>& member_docs);
  std::optional<types::ValType> value_type(const ast::Type& type);
  std::optional<types::ValType> payload(const std::optional<ast::Type>& type, bool& is_sound);
  /// The declaration a name means; reports a name that means none.
  std::optional<TypeDeclId> look_up(const ast::Name& name);
  std::optional<types::TypeId> look_up_resource(const ast::Name& name);
  /// A type that is neither a primitive nor a name.
  std::optional<types::TypeDef> anonymous_type(const ast::Type& type);
  bool check_members(const std::vector<ast::Member>& members, std::string_view what);
  std::optional<types::FuncType> func_type(const ast::FuncType& type, std::string_view name, Span name_span);
  void resource_functions(const ast::Resource& resource, const ast::Item& item, std::vector<Function>& out);
  std::optional<Function> resource_function(const ast::Function& f, const ast::Item& item, TypeDeclId resource, Stability stability);
  std::optional<types::ValType> constructor_result(const ast::Function& f, TypeDeclId resource);
  bool contains_borrow(types::ValType t);
  void warn_deprecated(TypeDeclId used, Span at, const Stability& user);

  Definitions& all_;
  Graph& graph_;
  Report& report_;
  GatePolicy policy_;
  std::size_t scope_;
  Owner owner_;
  NameTable names_;
  std::map<std::string, Span, std::less<>> folded_;  ///< all names of the container, for uniqueness
  std::vector<Pending> pending_;
  std::vector<TypeDeclId> types_;
  std::map<const ast::Item*, Gated> gates_;          ///< read once, so that a mistake in them is reported once
};

}  // namespace wcomp::wit
