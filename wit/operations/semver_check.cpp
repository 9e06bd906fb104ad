#include "wit/operations/semver_check.h"

#include <map>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "types/equality.h"
#include "wit/operations/elaborate.h"
#include "wit/operations/parts.h"

namespace wcomp::wit {

namespace {

std::string_view base_of(std::string_view name) { return name.substr(0, name.find('@')); }
std::optional<SemVer> version_of(std::string_view name) {
  const std::size_t at = name.find('@');
  return at == std::string_view::npos ? std::nullopt : SemVer::parse(name.substr(at + 1));
}
bool is_other_track(std::string_view a, std::string_view b) {
  const auto x = version_of(a), y = version_of(b);
  return x && y && !x->is_compatible_with(*y);
}

/// The same entries, each naming what is at the end of a chain of aliases: chains are as long as an input likes, and every comparison
/// would walk them.
types::TypeArena without_chains(const types::TypeArena& types) {
  types::TypeArena out;
  std::vector<types::TypeId> ends;
  for (std::size_t t = 0; t < types.size(); ++t) {
    types::TypeDef def = with_parts(types[types::TypeId(t)], [&](types::TypeId id) { return ends[id.value]; });
    const auto* alias = std::get_if<types::AliasType>(&def);
    const auto* target = alias == nullptr ? nullptr : std::get_if<types::TypeId>(&alias->target);
    ends.push_back(target == nullptr ? types::TypeId(t) : *target);
    (void)out.add(std::move(def));
  }
  return out;
}

/// Where a resource of a world comes from: `import a:b/c` and `r`.
struct Origin {
  bool is_export = false;
  std::string item;  ///< empty for the world's own types
  std::string resource;
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

/// One of the two worlds, with what has to be known to compare it.
class Side {
 public:
  Side(const Graph& graph, WorldId world) : graph_(graph), world_(graph.worlds[world]) {
    for (const auto* list : {&world_.imports, &world_.exports}) {
      for (const WorldItem& item : *list) by_base_[list == &world_.exports][std::string(base_of(item.name))].push_back(&item);
    }
    for (const WorldItem& item : world_.exports) {
      if (is_under_own_name(graph, item)) exported_.insert(std::get<InterfaceId>(item.item));
    }
    for (std::size_t d = 0; d < graph.type_decls.size(); ++d) {
      if (const auto* r = std::get_if<types::ResourceType>(&graph.types[graph.type_decls[TypeDeclId(d)].type])) declared_.emplace(r->id, TypeDeclId(d));
    }
  }

  [[nodiscard]] const World& world() const { return world_; }
  /// The item that `name` means: of that version, else of the newest that is compatible, else of the newest.
  [[nodiscard]] const WorldItem* find(std::string_view name, bool is_export) const {
    const auto found = by_base_[is_export].find(base_of(name));
    if (found == by_base_[is_export].end()) return nullptr;
    const WorldItem* best = nullptr;
    const auto rank = [&](const WorldItem& item) { return item.name == name ? 2 : is_other_track(item.name, name) ? 0 : 1; };
    for (const WorldItem* item : found->second) {
      if (best == nullptr || rank(*item) > rank(*best) || (rank(*item) == rank(*best) && version_of(best->name) < version_of(item->name))) best = item;
    }
    return best;
  }
  [[nodiscard]] bool has_several(std::string_view name, bool is_export) const {
    const auto found = by_base_[is_export].find(base_of(name));
    return found != by_base_[is_export].end() && found->second.size() > 1;
  }
  /// Where resource `id` comes from for the item `of` (null: the world's own types and functions).
  [[nodiscard]] Origin origin(types::ResourceId id, const WorldItem* of, bool is_export) const {
    const TypeDecl& decl = graph_.type_decls[declared_.at(id)];
    const auto* owner = std::get_if<InterfaceId>(&decl.owner);
    if (owner == nullptr) return {.is_export = false, .item = {}, .resource = decl.name};
    if (of != nullptr && std::get<InterfaceId>(of->item) == *owner) return {.is_export = is_export, .item = of->name, .resource = decl.name};
    return {.is_export = is_export && exported_.contains(*owner), .item = graph_.interface_id_name(*owner), .resource = decl.name};
  }

 private:
  const Graph& graph_;
  const World& world_;
  std::map<std::string, std::vector<const WorldItem*>, std::less<>> by_base_[2];
  std::unordered_set<InterfaceId> exported_;
  std::unordered_map<types::ResourceId, TypeDeclId> declared_;
};

class Checker {
 public:
  Checker(const Graph& graph, WorldId prev, WorldId next) : graph_(graph), types_(without_chains(graph.types)), prev_(graph, prev), next_(graph, next) {}

  std::vector<Diagnostic> run() {
    const PackageName& a = graph_.packages[prev_.world().package].name;
    const PackageName& b = graph_.packages[next_.world().package].name;
    if (a.ns != b.ns || a.name != b.name) {
      add(error(diag::bad_usage, fmt::format("world `{}` is of package `{}:{}` and world `{}` of `{}:{}`: versions of one package are compared", prev_.world().name, a.ns, a.name, next_.world().name, b.ns, b.name)));
      return std::move(out_);
    }
    find_needed();
    for (const WorldItem& item : prev_.world().imports) import(item);
    for (const WorldItem& item : next_.world().exports) export_(item);
    return std::move(out_);
  }

 private:
  void add(Diagnostic d) {
    constexpr std::size_t enough = 100;
    if (out_.size() < enough) out_.push_back(std::move(d));
  }

  // ---- what a component of the old world may depend on ----
  void need(types::TypeId id, std::vector<types::TypeId>& stack) {
    if (needed_.insert(id).second) stack.push_back(id);
  }
  void need(const Function& f, std::vector<types::TypeId>& stack) {
    for (const types::TypeId t : parts_of(f.type)) need(t, stack);
    if (f.resource) need(graph_.type_decls[*f.resource].type, stack);
  }
  void find_needed() {
    std::vector<types::TypeId> stack;
    for (const auto* list : {&prev_.world().imports, &prev_.world().exports}) {
      for (const WorldItem& item : *list) {
        if (const auto* f = std::get_if<Function>(&item.item)) need(*f, stack);
        if (const auto* t = std::get_if<TypeDeclId>(&item.item)) need(graph_.type_decls[*t].type, stack);
        const auto* i = std::get_if<InterfaceId>(&item.item);
        if (i == nullptr) continue;
        for (const Function& f : graph_.interfaces[*i].functions) need(f, stack);
        for (const TypeDeclId t : graph_.interfaces[*i].types) {
          const types::TypeId type = graph_.type_decls[t].type;
          if (list == &prev_.world().exports || std::holds_alternative<types::ResourceType>(graph_.types[type])) need(type, stack);
        }
      }
    }
    while (!stack.empty()) {
      const types::TypeId id = stack.back();
      stack.pop_back();
      for (const types::TypeId t : parts_of(types_[id])) need(t, stack);
    }
  }
  /// Another name of a primitive type leaves no trace in a component.
  [[nodiscard]] bool is_needed(TypeDeclId t) const {
    const types::TypeId type = graph_.type_decls[t].type;
    return needed_.contains(type) && !std::holds_alternative<types::Prim>(types_.resolve(types::ValType(type)));
  }

  // ---- items ----
  static std::string_view kind(const WorldItem& item) { return item.item.index() == 0 ? "an interface" : item.item.index() == 1 ? "a function" : "a type"; }

  void import(const WorldItem& old) {
    const auto* interface = std::get_if<InterfaceId>(&old.item);
    if (interface != nullptr && !needs_any(*interface)) return;
    const WorldItem* now = next_.find(old.name, false);
    // Where there are several versions at once it is plain which one means which.
    if (now != nullptr && is_other_track(old.name, now->name) && (prev_.has_several(old.name, false) || next_.has_several(old.name, false))) now = nullptr;
    if (now == nullptr) {
      Diagnostic d = error(diag::missing_import, fmt::format("import `{}` is gone", old.name));
      d.notes.push_back(fmt::format("components made for `{}` may need it", prev_.world().name));
      return add(std::move(d));
    }
    if (is_other_track(old.name, now->name)) {
      Diagnostic d = warning(diag::import_mismatch, fmt::format("import `{}` is now `{}`, an incompatible version", old.name, now->name));
      d.notes.push_back("versions are left out of account here; a component that imports the old one will not be given the new one");
      add(std::move(d));
    }
    const std::string what = fmt::format("import `{}`", old.name);
    if (old.item.index() != now->item.index()) return add(error(diag::import_mismatch, fmt::format("{} was {} and is {}", what, kind(old), kind(*now))));
    if (const auto* f = std::get_if<Function>(&old.item)) return function(*f, nullptr, std::get<Function>(now->item), nullptr, false, what);
    if (const auto* t = std::get_if<TypeDeclId>(&old.item)) return type(*t, nullptr, std::get<TypeDeclId>(now->item), nullptr, false, what);
    members(*interface, old, std::get<InterfaceId>(now->item), *now, false);
  }
  [[nodiscard]] bool needs_any(InterfaceId id) const {
    const Interface& i = graph_.interfaces[id];
    if (!i.functions.empty()) return true;
    for (const TypeDeclId t : i.types) {
      if (is_needed(t)) return true;
    }
    return false;
  }

  void export_(const WorldItem& now) {
    const WorldItem* old = prev_.find(now.name, true);
    if (old == nullptr) {
      Diagnostic d = error(diag::missing_export, fmt::format("export `{}` is new", now.name));
      d.notes.push_back(fmt::format("components made for `{}` do not have it", prev_.world().name));
      return add(std::move(d));
    }
    const std::string what = fmt::format("export `{}`", now.name);
    if (old->item.index() != now.item.index()) return add(error(diag::export_mismatch, fmt::format("{} was {} and is {}", what, kind(*old), kind(now))));
    if (const auto* f = std::get_if<Function>(&now.item)) return function(std::get<Function>(old->item), nullptr, *f, nullptr, true, what);
    if (const auto* i = std::get_if<InterfaceId>(&now.item)) members(std::get<InterfaceId>(old->item), *old, *i, now, true);
  }

  /// Of an import all that the old interface has must be in the new one, of an export the other way round.
  void members(InterfaceId old_id, const WorldItem& old_item, InterfaceId now_id, const WorldItem& now_item, bool is_export) {
    const Interface& old = graph_.interfaces[old_id];
    const Interface& now = graph_.interfaces[now_id];
    const std::string where = fmt::format("{} `{}`", is_export ? "export" : "import", is_export ? now_item.name : old_item.name);
    const Interface& needed = is_export ? now : old;
    const Interface& there = is_export ? old : now;
    std::unordered_map<std::string_view, TypeDeclId> types;
    std::unordered_map<std::string_view, const Function*> functions;
    for (const TypeDeclId t : there.types) types.emplace(graph_.type_decls[t].name, t);
    for (const Function& f : there.functions) functions.emplace(f.abi_name, &f);
    for (const TypeDeclId t : needed.types) {
      if (!is_export && !is_needed(t)) continue;
      const auto known = types.find(graph_.type_decls[t].name);
      if (known == types.end()) {
        missing(where, fmt::format("type `{}`", graph_.type_decls[t].name), is_export);
        continue;
      }
      const TypeDeclId a = is_export ? known->second : t, b = is_export ? t : known->second;
      type(a, &old_item, b, &now_item, is_export, fmt::format("{}: type `{}`", where, graph_.type_decls[t].name));
    }
    for (const Function& f : needed.functions) {
      const auto known = functions.find(f.abi_name);
      if (known == functions.end()) {
        missing(where, fmt::format("function `{}`", f.abi_name), is_export);
        continue;
      }
      const Function& a = is_export ? *known->second : f;
      const Function& b = is_export ? f : *known->second;
      function(a, &old_item, b, &now_item, is_export, fmt::format("{}: function `{}`", where, f.abi_name));
    }
  }
  void missing(const std::string& where, const std::string& what, bool is_export) {
    Diagnostic d = error(is_export ? diag::missing_export : diag::missing_import, fmt::format("{}: {} is {}", where, what, is_export ? "new" : "gone"));
    d.notes.push_back(fmt::format("components made for `{}` {}", prev_.world().name, is_export ? "do not have it" : "may need it"));
    add(std::move(d));
  }

  void function(const Function& old, const WorldItem* old_item, const Function& now, const WorldItem* now_item, bool is_export, const std::string& what) {
    differ(what, types::difference(types_, old.type, types_, now.type, same_resource(old_item, now_item, is_export)), is_export);
  }
  void type(TypeDeclId old, const WorldItem* old_item, TypeDeclId now, const WorldItem* now_item, bool is_export, const std::string& what) {
    const types::ValType a(graph_.type_decls[old].type), b(graph_.type_decls[now].type);
    // An abstract resource is whatever the other side has in its place.
    const auto* abstract = std::get_if<types::ResourceType>(&graph_.types[graph_.type_decls[is_export ? now : old].type]);
    const auto* concrete = types_.get<types::ResourceType>(is_export ? a : b);
    if (abstract != nullptr && concrete != nullptr) {
      const Origin x = is_export ? next_.origin(abstract->id, now_item, true) : prev_.origin(abstract->id, old_item, false);
      const Origin y = is_export ? prev_.origin(concrete->id, old_item, true) : next_.origin(concrete->id, now_item, false);
      (is_export ? of_next_ : of_prev_).insert_or_assign(x, is_export ? meant_by_prev(y) : y);
      return;
    }
    differ(what, types::difference(types_, a, types_, b, same_resource(old_item, now_item, is_export)), is_export);
  }
  void differ(const std::string& what, const std::string& difference, bool is_export) {
    if (!difference.empty()) add(error(is_export ? diag::export_mismatch : diag::import_mismatch, fmt::format("{} has another type: {}", what, difference)));
  }

  [[nodiscard]] types::SameResource same_resource(const WorldItem* old_item, const WorldItem* now_item, bool is_export) const {
    return [this, old_item, now_item, is_export](types::ResourceId a, types::ResourceId b) {
      return meant_by_prev(prev_.origin(a, old_item, is_export)) == meant_by_next(next_.origin(b, now_item, is_export));
    };
  }
  /// A resource that the old world imports is, to a component of it, one of the new world.
  [[nodiscard]] Origin meant_by_prev(const Origin& o) const {
    const auto known = of_prev_.find(o);
    return known == of_prev_.end() ? o : known->second;
  }
  [[nodiscard]] Origin meant_by_next(const Origin& o) const {
    const auto known = of_next_.find(o);
    return known == of_next_.end() ? o : known->second;
  }

  const Graph& graph_;
  types::TypeArena types_;
  Side prev_, next_;
  std::unordered_set<types::TypeId> needed_;
  std::map<Origin, Origin> of_prev_;  ///< imported by the old world -> what the new world has there
  std::map<Origin, Origin> of_next_;  ///< exported by the new world -> what the old world has there
  std::vector<Diagnostic> out_;
};

}  // namespace

std::vector<Diagnostic> semver_check(const Graph& graph, WorldId prev, WorldId next) { return Checker(graph, prev, next).run(); }

}  // namespace wcomp::wit
