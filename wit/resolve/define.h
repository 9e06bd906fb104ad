// Types and functions of one interface or world, into the graph.
//
// The order of types in the graph is that of the reference tool's JSON: in each package first interfaces in dependency order, then worlds;
// in each of them uses, then declarations in dependency order with their parts before them, then what functions mention. Types without a
// name are kept once a package. A resource that stands for itself in a parameter or result is an owned handle; functions get theirs when
// all of a package is defined (`finish_functions`), everything else when it is made.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "wit/graph.h"
#include "wit/lexer.h"
#include "wit/resolve/collect.h"
#include "wit/resolve/name_map.h"

namespace wcomp::wit {

/// What a name in an interface or world stands for once that is defined.
struct NameEntry {
  enum class State : std::uint8_t { pending, defined, excluded, failed, function } state = State::pending;
  TypeDeclId decl;
  Span span;
  const Stability* gate = nullptr;  ///< of an excluded one
  const ast::Item* item = nullptr;  ///< that declares the type, wherever it was used from; or null
  static constexpr std::uint32_t none = UINT32_MAX;
  std::uint32_t pending = none;     ///< while its container is defined: where a type stands among those that are to be
};
using NameTable = NameMap<NameEntry>;

/// A world before its implied imports are added, and before what it includes.
struct WorldDraft {
  std::vector<WorldItem> imports, exports;
};

/// What chains of aliases, which may be as long as the text allows, end in.
class AliasEnds {
 public:
  explicit AliasEnds(const Graph& graph) : graph_(graph) {}
  [[nodiscard]] types::ValType of(types::ValType t);
  /// The resource's own entry, if `t` is one.
  [[nodiscard]] std::optional<types::TypeId> resource(types::ValType t);

 private:
  const Graph& graph_;
  std::vector<types::ValType> ends_;  ///< by TypeId, as far as asked for
};

/// Types without a name in one package, each kept once.
class AnonymousTypes {
 public:
  AnonymousTypes(Graph& graph, AliasEnds& ends) : graph_(graph), ends_(ends) {}
  /// `context`: the gate of the declaration that `def` is part of.
  types::TypeId add(types::TypeDef def, const Stability& context);
  /// `t`, or the owned handle if it is a resource.
  types::ValType owned(types::ValType t);
  void own_parts(types::TypeDef& def);
  void own_parts(types::FuncType& f);

 private:
  [[nodiscard]] const Stability* stability_of(const types::TypeDef& def, const Stability& context) const;

  [[nodiscard]] bool is_same(types::TypeId known, const std::u32string& key) const;
  void grow();

  Graph& graph_;
  AliasEnds& ends_;
  /// A slot of a hash table of types by what they are.
  struct Slot {
    std::uint32_t type = 0;  ///< its number + 1; 0 in a free slot
    std::uint32_t hash = 0;
  };
  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

/// The growing graph and what is known beside it, by index of Symbols' lists.
struct Definitions {
  Graph& graph;
  const Symbols& symbols;
  const Options& options;
  Report& report;
  SpecFeatures& features;
  std::vector<PackageId> packages;
  std::vector<std::optional<InterfaceId>> interfaces;
  std::vector<std::optional<WorldId>> worlds;
  std::vector<NameTable> names;      ///< of definitions
  std::vector<WorldDraft> drafts;    ///< of definitions that are worlds
  std::vector<bool> has_borrow;      ///< whether a type holds a borrow handle, by TypeId, as far as computed
  std::deque<Gated> gates;           ///< of items of definitions
  AliasEnds ends;
  std::vector<std::pair<InterfaceId, std::size_t>> with_resources = {};  ///< functions of the package that mention resources directly
  AnonymousTypes* anonymous = nullptr;  ///< of the package that is being defined
  std::vector<std::optional<std::vector<InterfaceId>>> direct_uses;  ///< by InterfaceId, as far as asked for
  /// What the world that is being elaborated knows of an interface: kept for all worlds, since each looks at few interfaces.
  struct ImportMark {
    std::pair<std::uint32_t, std::uint32_t> listed = {UINT32_MAX, 0};  ///< the last world that has it among its imports, and where
    std::uint64_t walk = UINT64_MAX;                                   ///< the last walk that came by
  };
  std::vector<ImportMark> import_marks;  ///< by InterfaceId

  /// Of an item or member in `source`.
  [[nodiscard]] Text docs(SourceId source, ast::Docs docs) const {
    if (docs.empty() || options.leaves_out_docs) return {};
    return docs_text(report.sources().text({source, docs.begin, docs.end}), options.all_comments_are_docs);
  }
  [[nodiscard]] Text docs(const ast::Item& item) const { return docs(item.span.source, item.docs); }
};

/// An item in a message: interface `a`.
struct Mentioned {
  std::string_view kind, name;  ///< without a name the kind says it all
  [[nodiscard]] std::string to_string() const;
};

/// The rules of gates between two items of one package; in packages that were asked for.
void check_gates(Definitions& all, std::size_t package, Span at, const Stability& user, const Stability& used, Mentioned what, const Span* declared = nullptr, bool is_container = false);
/// The warning for a use of something deprecated, `item`, by what is not deprecated itself; in packages that were asked for.
void warn_deprecated(Definitions& all, std::size_t package, Span at, Mentioned what, const Stability& used, const ast::Item* item, const Stability& user);

[[nodiscard]] inline Shared<std::string> owned_text(const std::string_view* text) { return text != nullptr ? Shared<std::string>(*text) : Shared<std::string>(); }

using Owner = std::variant<std::monostate, InterfaceId, WorldId>;

/// Defines the types of `items` and its functions and those of its resources, in the order of the text.
class ItemDefiner {
 public:
  /// `container`: the gates of what the items stand in.
  ItemDefiner(Definitions& all, std::size_t package, std::size_t scope, Owner owner, const Stability& container)
      : all_(all), graph_(all.graph), report_(all.report), policy_(gate_policy(all.options, all.symbols.packages[package].name)), scope_(scope), owner_(owner), container_(container), package_(package), is_root_(all.symbols.packages[package].is_root) {}

  /// All declarations of types and uses among `items`, which have to live as long as the definer. `is_excluded`: the container is gated
  /// off, so everything in it must be too.
  void define_types(const ast::List<ast::Item>& items, bool is_excluded);
  /// A function that is not a resource's. Owned handles that its type mentions directly are still resources: see `finish_functions`.
  [[nodiscard]] std::optional<Function> function(const ast::Name& name, const ast::FuncType& type, const ast::Item& item, Stability stability);
  /// Functions declared in `items`, with those of resources. Names must have been declared by define_types.
  [[nodiscard]] std::vector<Function> functions(const ast::List<ast::Item>& items);
  void resource_functions(const ast::Resource& resource, const ast::Item& item, std::vector<Function>& out);

  [[nodiscard]] std::vector<TypeDeclId>& types() { return types_; }
  [[nodiscard]] NameTable& names() { return names_; }
  /// Gates of an item that define_types has seen.
  [[nodiscard]] const Gated& gated(const ast::Item& item) const;

 private:
  /// A type to be: an item that declares one, or one name of a `use`.
  struct Pending {
    const ast::Item* item = nullptr;
    const ast::Name* name = nullptr;
    const ast::Renamed* used = nullptr;  ///< for a `use`
    std::optional<std::size_t> from;     ///< definition that is used from
    const Stability* stability = nullptr;
    std::optional<TypeDeclId> decl;
    std::size_t entry = 0;               ///< of names_
  };

  bool declare(const ast::Name& name, NameEntry::State state, const Stability* gate, const ast::Item* item = nullptr);
  void declare_use(const ast::Item& item, const ast::Use& use, const Gated& gated);
  void check_resource(const ast::Resource& resource, const Gated& gated);
  /// What is pending in dependency order.
  std::vector<std::size_t> order_pending();
  void define(Pending& pending);
  void define_used(Pending& pending);
  std::optional<types::TypeDef> type_def(const Pending& pending, std::vector<std::string>& member_docs);
  /// A resource means itself here, and its owner decides.
  std::optional<types::ValType> value_type(const ast::Type& type);
  std::optional<types::ValType> payload(const ast::Type* type, bool& is_sound);
  /// The declaration a name means; reports a name that means none.
  std::optional<TypeDeclId> look_up(const ast::Name& name);
  std::optional<types::TypeId> look_up_resource(const ast::Name& name);
  /// A type that is neither a primitive nor a name.
  std::optional<types::TypeDef> anonymous_type(const ast::Type& type);
  bool check_members(const ast::List<ast::Member>& members, std::string_view what);
  bool check_count(const ast::List<ast::Member>& members, const ast::Name& name, std::string_view what, std::string_view member);
  std::optional<types::FuncType> func_type(const ast::FuncType& type, std::string_view name, Span name_span);
  std::optional<Function> resource_function(const ast::Function& f, const ast::Item& item, TypeDeclId resource, Stability stability);
  std::optional<types::ValType> constructor_result(const ast::Function& f, TypeDeclId resource);
  bool contains_borrow(types::ValType t);
  [[nodiscard]] bool mentions_resource(const types::FuncType& type) const;
  /// Gates that an item has to have because of what it stands in.
  void check_container(const ast::Item& item, const Gated& gated, const Stability& container);

  Definitions& all_;
  Graph& graph_;
  Report& report_;
  GatePolicy policy_;
  std::size_t scope_;
  Owner owner_;
  const Stability& container_;
  std::size_t package_;
  bool is_root_;                     ///< what dependencies do is not the user's to mend
  NameTable names_;
  std::vector<Pending> pending_;
  std::vector<TypeDeclId> types_;
  const ast::Item* items_ = nullptr;       ///< what define_types got
  std::vector<const Gated*> gate_of_;      ///< by item, null for one without gates; empty if all are. Read once, so that a mistake in them is reported once
  const Stability* user_ = nullptr;        ///< gates of the item whose types are being looked up
  bool is_in_function_ = false;            ///< what functions mention takes no gate from them
};

}  // namespace wcomp::wit
