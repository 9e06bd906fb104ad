#include "wit/operations/merge.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "wit/operations/elaborate.h"
#include "wit/operations/parts.h"
#include "wit/operations/rebuild.h"
#include "wit/type_text.h"

namespace wcomp::wit {

namespace {

/// Adds everything of `from` behind what `graph` has, as a graph of its own that shares nothing with it yet.
class Appender {
 public:
  Appender(Graph& graph, const Graph& from)
      : graph_(graph), from_(from), types_(graph.types.size()), decls_(graph.type_decls.size()), interfaces_(graph.interfaces.size()), worlds_(graph.worlds.size()), packages_(graph.packages.size()) {}

  void run() {
    for (std::size_t t = 0; t < from_.types.size(); ++t) {
      types::TypeDef def = with_parts(from_.types[types::TypeId(t)], [&](types::TypeId id) { return type(id); });
      if (std::holds_alternative<types::ResourceType>(def)) def = types::ResourceType{graph_.types.new_resource()};
      (void)graph_.types.add(std::move(def));
    }
    for (const auto& [id, stability] : from_.anonymous_stability) graph_.anonymous_stability.emplace(type(id), stability);
    for (const TypeDecl& old : from_.type_decls) {
      TypeDecl made = old;
      made.span = {};
      made.type = type(old.type);
      if (made.alias_of) made.alias_of = decl(*made.alias_of);
      if (const auto* i = std::get_if<InterfaceId>(&old.owner)) made.owner = interface(*i);
      if (const auto* w = std::get_if<WorldId>(&old.owner)) made.owner = world(*w);
      const types::TypeId of = made.type;
      graph_.decl_of_type.emplace(of, graph_.type_decls.add(std::move(made)));
    }
    for (const Interface& old : from_.interfaces) {
      Interface made = old;
      made.span = {};
      made.package = package(old.package);
      for (TypeDeclId& t : made.types) t = decl(t);
      for (Function& f : made.functions) f = function(std::move(f));
      if (made.clone_of) made.clone_of = interface(*made.clone_of);
      (void)graph_.interfaces.add(std::move(made));
    }
    for (const World& old : from_.worlds) {
      World made = old;
      made.span = {};
      made.package = package(old.package);
      items(made.imports);
      items(made.exports);
      (void)graph_.worlds.add(std::move(made));
    }
    for (const Package& old : from_.packages) {
      Package made = old;
      for (InterfaceId& i : made.interfaces) i = interface(i);
      for (WorldId& w : made.worlds) w = world(w);
      (void)graph_.packages.add(std::move(made));
    }
    for (const PackageId p : from_.roots) graph_.roots.push_back(package(p));
  }

 private:
  [[nodiscard]] types::TypeId type(types::TypeId id) const { return types::TypeId(id.value + types_); }
  [[nodiscard]] TypeDeclId decl(TypeDeclId id) const { return TypeDeclId(id.value + decls_); }
  [[nodiscard]] InterfaceId interface(InterfaceId id) const { return InterfaceId(id.value + interfaces_); }
  [[nodiscard]] WorldId world(WorldId id) const { return WorldId(id.value + worlds_); }
  [[nodiscard]] PackageId package(PackageId id) const { return PackageId(id.value + packages_); }
  [[nodiscard]] Function function(Function f) const {
    f.span = {};
    f.type = with_parts(std::move(f.type), [&](types::TypeId id) { return type(id); });
    if (f.resource) f.resource = decl(*f.resource);
    return f;
  }
  void items(std::vector<WorldItem>& list) const {
    for (WorldItem& item : list) {
      item.span = {};
      if (auto* i = std::get_if<InterfaceId>(&item.item)) *i = interface(*i);
      else if (auto* t = std::get_if<TypeDeclId>(&item.item)) *t = decl(*t);
      else item.item = function(std::move(std::get<Function>(item.item)));
    }
  }

  Graph& graph_;
  const Graph& from_;
  std::size_t types_, decls_, interfaces_, worlds_, packages_;
};

class Merger {
 public:
  Merger(Graph into, const Graph& from) : graph_(std::move(into)), first_package_(graph_.packages.size()), first_interface_(graph_.interfaces.size()), first_world_(graph_.worlds.size()) {
    Appender(graph_, from).run();
  }

  Result<Graph> run() {
    find_packages();
    for (std::size_t i = first_interface_; i < graph_.interfaces.size(); ++i) WCOMP_TRY(interface(InterfaceId(i)));
    for (std::size_t w = first_world_; w < graph_.worlds.size(); ++w) WCOMP_TRY(world(WorldId(w)));
    WCOMP_TRY(Graph merged, rebuild(graph_, replaced_));
    // An interface that took in what uses another one has more imports implied than before.
    Uses uses(merged);
    for (std::size_t w = 0; w < merged.worlds.size(); ++w) {
      const World& world = merged.worlds[WorldId(w)];
      WCOMP_TRY(elaborate(merged, WorldId(w), world.imports, world.exports, uses));
    }
    return merged;
  }

 private:
  void find_packages() {
    std::map<std::string, PackageId> by_name;
    for (std::size_t p = 0; p < first_package_; ++p) by_name.emplace(graph_.packages[PackageId(p)].name.to_string(), PackageId(p));
    for (std::size_t p = first_package_; p < graph_.packages.size(); ++p) {
      const Package& from = graph_.packages[PackageId(p)];
      const auto known = by_name.find(from.name.to_string());
      if (known == by_name.end()) continue;
      replaced_.packages.emplace(PackageId(p), known->second);
      Package& into = graph_.packages[known->second];
      if (into.docs.empty()) into.docs = from.docs;
      for (const InterfaceId i : into.interfaces) interfaces_.emplace(std::pair(known->second, *graph_.interfaces[i].name), i);
      for (const WorldId w : into.worlds) worlds_.emplace(std::pair(known->second, graph_.worlds[w].name), w);
    }
  }
  /// The package that takes in what `id` is of, if it is one of those of both graphs.
  [[nodiscard]] std::optional<PackageId> target(PackageId id) const {
    const auto known = replaced_.packages.find(id);
    return known == replaced_.packages.end() ? std::nullopt : std::optional(known->second);
  }

  // ---- interfaces, each after those it uses ----
  Result<void> interface(InterfaceId id) {
    Interface& from = graph_.interfaces[id];
    const auto package = target(from.package);
    if (!package || !from.name) return {};
    const auto known = interfaces_.find(std::pair(*package, *from.name));
    if (known == interfaces_.end()) {
      from.package = *package;
      graph_.packages[*package].interfaces.push_back(id);
      return {};
    }
    replaced_.interfaces.emplace(id, known->second);
    Interface& into = graph_.interfaces[known->second];
    const std::string where = fmt::format("interface `{}`", graph_.interface_id_name(known->second));
    WCOMP_TRY(stability(into.stability, from.stability, where));
    if (into.docs.empty()) into.docs = from.docs;
    std::map<std::string, TypeDeclId> types;
    std::map<std::string, Function*> functions;
    for (const TypeDeclId t : into.types) types.emplace(graph_.type_decls[t].name, t);
    for (Function& f : into.functions) functions.emplace(f.abi_name, &f);
    for (const TypeDeclId t : from.types) {
      TypeDecl& decl = graph_.type_decls[t];
      if (const auto same = types.find(decl.name); same != types.end()) {
        WCOMP_TRY(type_decl(same->second, t, where));
      } else if (functions.contains(decl.name)) {
        return disagree(where, fmt::format("`{}` is a function in one and a type in the other", decl.name));
      } else {
        decl.owner = known->second;
        into.types.push_back(t);
      }
    }
    std::vector<Function> added;
    for (Function& f : from.functions) {
      if (const auto same = functions.find(f.abi_name); same != functions.end()) {
        WCOMP_TRY(function(*same->second, f, where));
      } else if (!f.resource && types.contains(f.name)) {
        return disagree(where, fmt::format("`{}` is a function in one and a type in the other", f.name));
      } else {
        added.push_back(std::move(f));
      }
    }
    into.functions.insert(into.functions.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
    return {};
  }

  Result<void> type_decl(TypeDeclId into_id, TypeDeclId from_id, std::string_view where) {
    TypeDecl& into = graph_.type_decls[into_id];
    const TypeDecl& from = graph_.type_decls[from_id];
    const std::string what = fmt::format("type `{}` of {}", into.name, where);
    if (!same_definition(into.type, from.type)) return disagree(what, fmt::format("it is {} in one and {} in the other", text(into.type), text(from.type)));
    replaced_.types.emplace(from_id, into_id);
    WCOMP_TRY(stability(into.stability, from.stability, what));
    if (into.docs.empty()) into.docs = from.docs;
    if (into.member_docs.empty()) into.member_docs = from.member_docs;
    return external_id(into.external_id, from.external_id, what);
  }
  Result<void> function(Function& into, const Function& from, std::string_view where) {
    const std::string what = fmt::format("function `{}` of {}", into.abi_name, where);
    if (!same_type(into.type, from.type)) return disagree(what, fmt::format("it is `{}` in one and `{}` in the other", function_text(graph_, into), function_text(graph_, from)));
    WCOMP_TRY(stability(into.stability, from.stability, what));
    if (into.docs.empty()) into.docs = from.docs;
    return external_id(into.external_id, from.external_id, what);
  }

  // ---- worlds ----
  Result<void> world(WorldId id) {
    World& from = graph_.worlds[id];
    const auto package = target(from.package);
    if (!package) return {};
    const auto known = worlds_.find(std::pair(*package, from.name));
    if (known == worlds_.end()) {
      from.package = *package;
      graph_.packages[*package].worlds.push_back(id);
      return {};
    }
    World& into = graph_.worlds[known->second];
    const std::string where = fmt::format("world `{}` of `{}`", into.name, graph_.packages[*package].name.to_string());
    WCOMP_TRY(stability(into.stability, from.stability, where));
    if (into.docs.empty()) into.docs = from.docs;
    WCOMP_TRY(items(into.imports, from.imports, "import", where));
    return items(into.exports, from.exports, "export", where);
  }
  Result<void> items(std::vector<WorldItem>& into, const std::vector<WorldItem>& from, std::string_view direction, std::string_view where) {
    std::map<std::string, WorldItem*> by_name;
    for (WorldItem& item : into) by_name.emplace(item.name, &item);
    for (const WorldItem& item : from) {
      const auto known = by_name.find(item.name);
      if (known == by_name.end()) return disagree(where, fmt::format("only one has the {} `{}`", direction, item.name));
      const std::string what = fmt::format("{} `{}` of {}", direction, item.name, where);
      WCOMP_TRY(item_of_both(*known->second, item, what));
      WCOMP_TRY(stability(known->second->stability, item.stability, what));
      if (known->second->docs.empty()) known->second->docs = item.docs;
      WCOMP_TRY(external_id(known->second->external_id, item.external_id, what));
      by_name.erase(known);
    }
    if (by_name.empty()) return {};
    return disagree(where, fmt::format("only one has the {} `{}`", direction, by_name.begin()->first));
  }
  Result<void> item_of_both(WorldItem& into, const WorldItem& from, const std::string& what) {
    if (into.item.index() != from.item.index()) return disagree(what, "it is an interface, a type or a function in one, and another of these in the other");
    if (auto* f = std::get_if<Function>(&into.item)) return function(*f, std::get<Function>(from.item), what);
    if (const auto* t = std::get_if<TypeDeclId>(&into.item)) return type_decl(*t, std::get<TypeDeclId>(from.item), what);
    const InterfaceId a = std::get<InterfaceId>(into.item), b = std::get<InterfaceId>(from.item);
    if (graph_.interfaces[a].name || graph_.interfaces[b].name) {
      const auto mapped = replaced_.interfaces.find(b);
      if ((mapped == replaced_.interfaces.end() ? b : mapped->second) == a) return {};
      return disagree(what, fmt::format("it is `{}` in one and `{}` in the other", name_of(a), name_of(b)));
    }
    return inline_interfaces(a, b, what);
  }
  /// Of two views of a world, so they must be the same.
  Result<void> inline_interfaces(InterfaceId into_id, InterfaceId from_id, const std::string& what) {
    Interface& into = graph_.interfaces[into_id];
    const Interface& from = graph_.interfaces[from_id];
    replaced_.interfaces.emplace(from_id, into_id);
    std::map<std::string, TypeDeclId> types;
    std::map<std::string, Function*> functions;
    for (const TypeDeclId t : into.types) types.emplace(graph_.type_decls[t].name, t);
    for (Function& f : into.functions) functions.emplace(f.abi_name, &f);
    for (const TypeDeclId t : from.types) {
      const auto known = types.find(graph_.type_decls[t].name);
      if (known == types.end()) return disagree(what, fmt::format("only one has the type `{}`", graph_.type_decls[t].name));
      WCOMP_TRY(type_decl(known->second, t, what));
    }
    for (const Function& f : from.functions) {
      const auto known = functions.find(f.abi_name);
      if (known == functions.end()) return disagree(what, fmt::format("only one has the function `{}`", f.abi_name));
      WCOMP_TRY(function(*known->second, f, what));
    }
    if (into.types.size() != from.types.size() || into.functions.size() != from.functions.size()) return disagree(what, "one has types or functions that the other has not");
    return {};
  }

  // ---- what is the same ----
  /// A name means the same if it is the same declaration, or one that the other stands for now.
  bool same_type(types::ValType a, types::ValType b) {
    const auto* x = std::get_if<types::TypeId>(&a);
    const auto* y = std::get_if<types::TypeId>(&b);
    if (x == nullptr || y == nullptr) return a == b;
    if (graph_.decl_of_type.contains(*x) != graph_.decl_of_type.contains(*y)) return false;
    if (!graph_.decl_of_type.contains(*x)) return same_definition(*x, *y);
    const TypeDeclId other = graph_.decl_of_type.at(*y);
    const auto mapped = replaced_.types.find(other);
    return graph_.decl_of_type.at(*x) == (mapped == replaced_.types.end() ? other : mapped->second);
  }
  /// Entries of one shape with the same parts. What has no name is nested no deeper than the grammar or the binary format lets it be.
  bool same_definition(types::TypeId a, types::TypeId b) {
    if (same_.contains({a, b})) return true;
    const types::TypeDef& x = graph_.types[a];
    const types::TypeDef& y = graph_.types[b];
    if (x.index() != y.index() || !same_members(x, y)) return false;
    const std::vector<types::ValType> left = members(x), right = members(y);
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!same_type(left[i], right[i])) return false;
    }
    same_.emplace(a, b);
    return true;
  }
  bool same_type(const types::FuncType& a, const types::FuncType& b) {
    if (a.is_async != b.is_async || a.params.size() != b.params.size() || a.result.has_value() != b.result.has_value()) return false;
    for (std::size_t i = 0; i < a.params.size(); ++i) {
      if (a.params[i].name != b.params[i].name || !same_type(a.params[i].type, b.params[i].type)) return false;
    }
    return !a.result || same_type(*a.result, *b.result);
  }
  /// All that is not a type: names, lengths, and where a type is left out.
  static bool same_members(const types::TypeDef& x, const types::TypeDef& y) {
    return shape(x) == shape(y);
  }
  static std::vector<std::string> shape(const types::TypeDef& def) {
    const auto optional = [](const std::optional<types::ValType>& t) { return std::string(t ? "some" : "none"); };
    std::vector<std::string> out;
    match(
        def,
        [&](const types::RecordType& r) {
          for (const types::Field& f : r.fields) out.push_back(f.name);
        },
        [&](const types::VariantType& v) {
          for (const types::Case& c : v.cases) out.insert(out.end(), {c.name, optional(c.type)});
        },
        [&](const types::EnumType& e) { out = e.names; }, [&](const types::FlagsType& f) { out = f.names; }, [&](const types::FixedListType& l) { out.push_back(std::to_string(l.length)); },
        [&](const types::ResultType& r) { out = {optional(r.ok), optional(r.err)}; }, [&](const types::StreamType& s) { out.push_back(optional(s.element)); },
        [&](const types::FutureType& f) { out.push_back(optional(f.element)); }, [](const auto&) {});
    return out;
  }
  static std::vector<types::ValType> members(const types::TypeDef& def) {
    std::vector<types::ValType> out;
    const auto optional = [&](const std::optional<types::ValType>& t) {
      if (t) out.push_back(*t);
    };
    match(
        def,
        [&](const types::RecordType& r) {
          for (const types::Field& f : r.fields) out.push_back(f.type);
        },
        [&](const types::VariantType& v) {
          for (const types::Case& c : v.cases) optional(c.type);
        },
        [&](const types::TupleType& t) { out = t.types; }, [&](const types::ListType& l) { out.push_back(l.element); }, [&](const types::FixedListType& l) { out.push_back(l.element); },
        [&](const types::MapType& m) { out = {m.key, m.value}; }, [&](const types::OptionType& o) { out.push_back(o.some); },
        [&](const types::ResultType& r) {
          optional(r.ok);
          optional(r.err);
        },
        [&](const types::OwnType& o) { out.push_back(o.resource); }, [&](const types::BorrowType& b) { out.push_back(b.resource); }, [&](const types::StreamType& s) { optional(s.element); },
        [&](const types::FutureType& f) { optional(f.element); }, [&](const types::AliasType& a) { out.push_back(a.target); }, [](const auto&) {});
    return out;
  }

  static Result<void> external_id(auto& into, const auto& from, std::string_view what) {
    if (into && from && *into != *from) return disagree(what, fmt::format("its external id is `{}` in one and `{}` in the other", *into, *from));
    if (!into) into = from;
    return {};
  }
  static Result<void> stability(Stability& into, const Stability& from, std::string_view what) {
    const auto is_silent = [](const Stability& s) { return !s.since && !s.unstable_feature && !s.deprecated; };
    if (is_silent(from) || (into.since == from.since && into.unstable_feature == from.unstable_feature && into.deprecated == from.deprecated)) return {};
    if (!is_silent(into)) return disagree(what, "its gates in one are not those in the other");
    into = from;
    return {};
  }
  [[nodiscard]] std::string name_of(InterfaceId id) const { return graph_.interfaces[id].name ? graph_.interface_id_name(id) : "an inline interface"; }
  [[nodiscard]] std::string text(types::TypeId id) const {
    constexpr std::size_t longest = 60;
    std::string out = types::to_string(graph_.types, id);
    if (out.size() > longest) out = out.substr(0, longest) + "..";
    return fmt::format("`{}`", out);
  }
  static Err<Failure> disagree(std::string_view what, std::string why) {
    Diagnostic d = error(diag::type_mismatch, fmt::format("the two sides disagree about {}: {}", what, why));
    d.notes.push_back("packages of one name and version are taken for the same package");
    return Err(Failure(std::move(d)));
  }

  Graph graph_;
  std::size_t first_package_, first_interface_, first_world_;  ///< of what came from `from`
  Replaced replaced_;
  std::map<std::pair<PackageId, std::string>, InterfaceId> interfaces_;  ///< of the packages of both
  std::map<std::pair<PackageId, std::string>, WorldId> worlds_;
  std::set<std::pair<types::TypeId, types::TypeId>> same_;
};

}  // namespace

Result<Graph> merge(Graph into, const Graph& from) { return Merger(std::move(into), from).run(); }

}  // namespace wcomp::wit
