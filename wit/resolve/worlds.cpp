#include "wit/resolve/worlds.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "wit/names.h"
#include "wit/resolve/copy_types.h"

namespace wcomp::wit {

namespace {

/// Items in order, unique by name.
class ItemList {
 public:
  ItemList(Definitions& all, std::string_view direction) : all_(all), direction_(direction) {}

  bool add(WorldItem item) {
    const auto [first, is_new] = by_name_.emplace(fold_case(item.name), items_.size());
    if (is_new) {
      items_.push_back(std::move(item));
      return true;
    }
    const WorldItem& known = items_[first->second];
    const bool is_same_name = known.name == item.name;
    Diagnostic& d = all_.report.error(diag::duplicate_name, item.span, fmt::format("`{}` is {} more than once", item.name, direction_));
    if (!is_same_name) d.notes.push_back(fmt::format("`{}` and `{}` differ only in case", known.name, item.name));
    d.labels.push_back(all_.report.label(known.span, "the first one"));
    return false;
  }
  [[nodiscard]] WorldItem* find(std::string_view name) {
    const auto found = by_name_.find(fold_case(name));
    return found == by_name_.end() ? nullptr : &items_[found->second];
  }
  [[nodiscard]] std::vector<WorldItem> take() { return std::move(items_); }

 private:
  Definitions& all_;
  std::string_view direction_;
  std::vector<WorldItem> items_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
};

/// Of two mentions of one interface the first that says something about its gate is believed.
void merge_stability(Stability& known, const Stability& other) {
  if (!known.since && !known.unstable_feature) known = other;
}

class WorldDefiner {
 public:
  WorldDefiner(Definitions& all, std::size_t definition, WorldId id)
      : all_(all), definition_(definition), d_(all.symbols.definitions[definition]), definer_(all, d_.package, d_.scope, id), id_(id), imports_(all, "imported"), exports_(all, "exported") {}

  void run() {
    definer_.define_types(*d_.items, false);
    for (const TypeDeclId t : definer_.types()) {
      const TypeDecl& decl = all_.graph.type_decls[t];
      imports_.add({.name = decl.name, .item = t, .stability = decl.stability, .docs = decl.docs, .span = decl.span});
    }
    for (const ast::Item& item : *d_.items) {
      const auto* e = std::get_if<ast::Extern>(&item.what);
      if (e != nullptr && definer_.gated(item).is_included) extern_item(item, *e);
    }
    for (Function& f : definer_.functions(*d_.items)) {  // of resources; a world has no other functions of this kind
      const std::string name = f.abi_name;
      const Stability stability = f.stability;
      const std::string docs = f.docs;
      const Span span = f.span;
      imports_.add({.name = name, .item = std::move(f), .stability = stability, .docs = docs, .span = span});
    }
    for (const ast::Item& item : *d_.items) {
      const auto* include = std::get_if<ast::Include>(&item.what);
      if (include != nullptr && definer_.gated(item).is_included) include_item(*include);
    }
    all_.drafts[definition_] = {imports_.take(), exports_.take()};
    all_.names[definition_] = std::move(definer_.names());
  }

 private:
  void extern_item(const ast::Item& item, const ast::Extern& e) {
    ItemList& list = e.is_export ? exports_ : imports_;
    WorldItem out{.name = e.name ? e.name->text : "", .item = {}, .stability = definer_.gated(item).stability, .docs = item.docs,
                  .span = e.name ? e.name->span : item.span, .external_id = item.external_id};
    if (const auto* type = std::get_if<ast::FuncType>(&e.what)) {
      auto f = definer_.function(*e.name, *type, item, out.stability);
      if (!f) return;
      out.item = std::move(*f);
    } else if (const auto* path = std::get_if<ast::Path>(&e.what)) {
      const auto id = interface_at(*path);
      if (!id) return;
      out.item = *id;
      if (!e.name) {
        out.name = all_.graph.interface_id_name(*id);
        out.span = path->span;
      }
    } else {
      const auto id = inline_interface(std::get<ast::InlineInterface>(e.what), item, out.stability);
      if (!id) return;
      out.item = *id;
    }
    list.add(std::move(out));
  }

  std::optional<InterfaceId> interface_at(const ast::Path& path) {
    const auto target = all_.symbols.look_up(path, d_.scope, &all_.report);
    if (!target) return std::nullopt;
    const Definition& definition = all_.symbols.definitions[*target];
    if (definition.is_world) {
      all_.report.error(diag::unknown_item, path.name.span, fmt::format("`{}` is a world, and an interface is needed here", path.name.text)).notes.push_back(fmt::format("to take over what a world has: `include {};`", path.name.text));
      return std::nullopt;
    }
    if (!definition.gated.is_included) {
      all_.report.error(diag::bad_gate, path.span, fmt::format("interface `{}` is not there: its feature or version gate is closed", path.name.text));
      return std::nullopt;
    }
    if (const auto& deprecated = definition.gated.stability.deprecated; deprecated) {
      all_.report.warning(diag::deprecated, path.span, fmt::format("interface `{}` is deprecated since {}", path.name.text, deprecated->to_string()));
    }
    return all_.interfaces[*target];
  }

  std::optional<InterfaceId> inline_interface(const ast::InlineInterface& written, const ast::Item& item, const Stability& stability) {
    const InterfaceId id = all_.graph.interfaces.add({.name = std::nullopt, .package = all_.packages[d_.package], .types = {}, .functions = {}, .docs = item.docs, .stability = stability, .span = item.span});
    ItemDefiner definer(all_, d_.package, d_.scope, id);
    definer.define_types(written.items, false);
    auto functions = definer.functions(written.items);
    all_.graph.interfaces[id].types = definer.types();
    all_.graph.interfaces[id].functions = std::move(functions);
    return id;
  }

  void include_item(const ast::Include& include) {
    const auto target = all_.symbols.look_up(include.path, d_.scope, &all_.report);
    if (!target) return;
    const Definition& other = all_.symbols.definitions[*target];
    if (!other.is_world) {
      all_.report.error(diag::unknown_item, include.path.name.span, fmt::format("`{}` is an interface, and only worlds can be included", include.path.name.text));
      return;
    }
    if (!other.gated.is_included) {
      all_.report.error(diag::bad_gate, include.path.span, fmt::format("world `{}` is not there: its feature or version gate is closed", include.path.name.text));
      return;
    }
    std::map<std::string, const ast::Renamed*, std::less<>> unused;
    std::map<std::string, std::string, std::less<>> renames;
    for (const ast::Renamed& r : include.with) {
      renames.insert_or_assign(r.name.text, r.as->text);
      if (!unused.emplace(r.name.text, &r).second) all_.report.error(diag::duplicate_name, r.name.span, fmt::format("`{}` is renamed twice", r.name.text));
    }
    const WorldDraft draft = all_.drafts[*target];  // a copy: ours may be added to the same list's reallocated storage
    TypeCopier copier(all_.graph, *all_.worlds[*target], id_, renames);
    for (const bool is_export : {false, true}) {
      for (const WorldItem& original : is_export ? draft.exports : draft.imports) include_one(original, include, is_export, other.package != d_.package, copier, renames, unused);
    }
    for (const auto& [name, renamed] : unused) {
      Diagnostic& d = all_.report.error(diag::unknown_item, renamed->name.span, fmt::format("world `{}` has no import or export with the plain name `{}`", include.path.name.text, name));
      d.notes.push_back("interfaces that are imported by their own name cannot be renamed");
    }
  }

  void include_one(const WorldItem& original, const ast::Include& include, bool is_export, bool is_foreign, TypeCopier& copier,
                   const std::map<std::string, std::string, std::less<>>& renames, std::map<std::string, const ast::Renamed*, std::less<>>& unused) {
    ItemList& list = is_export ? exports_ : imports_;
    WorldItem copy = original;
    copy.span = include.path.span;
    // Versions are those of the other world's package and mean nothing in another one.
    if (is_foreign && copy.stability.since) copy.stability = {};
    const bool is_plain = copy.name.find(':') == std::string::npos;
    if (!is_plain) {
      if (WorldItem* known = list.find(copy.name)) {  // one copy is enough
        merge_stability(known->stability, copy.stability);
      } else {
        list.add(std::move(copy));
      }
      return;
    }
    if (const auto renamed = renames.find(copy.name); renamed != renames.end()) {
      unused.erase(copy.name);
      copy.name = renamed->second;
    }
    if (const auto* type = std::get_if<TypeDeclId>(&original.item)) {
      WorldItem* known = list.find(copy.name);
      if (known != nullptr && is_same_use(*known, *type)) return copier.map_to(*type, std::get<TypeDeclId>(known->item));
      copy.item = copier.copy(*type);
    } else if (const auto* f = std::get_if<Function>(&original.item)) {
      Function made = copier.copy(*f);
      if (made.kind == FuncKind::freestanding) made.name = made.abi_name = copy.name;
      else copy.name = made.abi_name;
      copy.item = std::move(made);
    }
    list.add(std::move(copy));
  }

  /// Two worlds that use the same type of the same interface under the same name mean the same.
  [[nodiscard]] bool is_same_use(const WorldItem& known, TypeDeclId type) const {
    const auto* other = std::get_if<TypeDeclId>(&known.item);
    const Graph& g = all_.graph;
    return other != nullptr && g.type_decls[*other].is_use && g.type_decls[type].is_use && g.type_decls[*other].alias_of == g.type_decls[type].alias_of;
  }

  Definitions& all_;
  std::size_t definition_;
  const Definition& d_;
  ItemDefiner definer_;
  WorldId id_;
  ItemList imports_, exports_;
};

/// The interfaces whose types an interface uses, in the order of its uses.
std::vector<InterfaceId> direct_dependencies(const Graph& graph, InterfaceId id) {
  std::vector<InterfaceId> out;
  for (const TypeDeclId t : graph.interfaces[id].types) {
    const TypeDecl& decl = graph.type_decls[t];
    if (!decl.is_use || !decl.alias_of) continue;
    const auto* owner = std::get_if<InterfaceId>(&graph.type_decls[*decl.alias_of].owner);
    if (owner != nullptr && std::find(out.begin(), out.end(), *owner) == out.end()) out.push_back(*owner);
  }
  return out;
}

class Elaborator {
 public:
  Elaborator(Definitions& all, std::size_t definition) : all_(all), graph_(all.graph), definition_(definition), world_(*all.worlds[definition]) {}

  void run() {
    const WorldDraft& draft = all_.drafts[definition_];
    for (const WorldItem& item : draft.imports) {
      const auto* id = std::get_if<InterfaceId>(&item.item);
      if (id == nullptr) continue;
      import_dependencies(*id, item);
      add_import(item);
    }
    for (const WorldItem& item : draft.imports) {
      if (std::holds_alternative<InterfaceId>(item.item)) continue;
      if (const auto* type = std::get_if<TypeDeclId>(&item.item)) import_owner(*type, item);
      add_import(item);
    }
    for (const WorldItem& item : draft.exports) {
      if (const auto* id = std::get_if<InterfaceId>(&item.item); id != nullptr && is_named(item, *id)) exported_.emplace(*id, &item);
    }
    for (const WorldItem& item : draft.exports) {
      if (!std::holds_alternative<InterfaceId>(item.item)) exports_.push_back(item);
    }
    for (const WorldItem& item : draft.exports) {
      if (const auto* id = std::get_if<InterfaceId>(&item.item)) export_interface(*id, item);
    }
    sort(imports_);
    graph_.worlds[world_].imports = std::move(imports_);
    graph_.worlds[world_].exports = std::move(exports_);
  }

 private:
  [[nodiscard]] bool is_named(const WorldItem& item, InterfaceId id) const { return graph_.interfaces[id].name && item.name.find(':') != std::string::npos; }
  [[nodiscard]] WorldItem implied(InterfaceId id, const WorldItem& by) const {
    return {.name = graph_.interface_id_name(id), .item = id, .stability = by.stability, .docs = {}, .span = by.span};
  }

  void add_import(const WorldItem& item) {
    const auto [first, is_new] = import_index_.emplace(item.name, imports_.size());
    if (is_new) return imports_.push_back(item);
    WorldItem& known = imports_[first->second];  // implied by one item, written or implied by another
    merge_stability(known.stability, item.stability);
    if (known.docs.empty()) known.docs = item.docs;
    if (!known.external_id) known.external_id = item.external_id;
  }

  /// What `id` uses; an interface that is imported has its own dependencies imported already.
  void import_dependencies(InterfaceId id, const WorldItem& by) {
    for (const InterfaceId d : all_dependencies(id, [&](InterfaceId other) { return complete_imports_.contains(other); })) {
      add_import(implied(d, by));
      complete_imports_.insert(d);
    }
  }

  const std::vector<InterfaceId>& direct(InterfaceId id) {
    const auto [it, is_new] = direct_.try_emplace(id);
    if (is_new) it->second = direct_dependencies(graph_, id);
    return it->second;
  }
  /// Everything that an interface uses directly and indirectly, each after what it uses itself. What a known one uses is left out.
  template <class IsKnown>
  std::vector<InterfaceId> all_dependencies(InterfaceId id, IsKnown&& is_known) {
    struct Frame {
      InterfaceId id;
      std::size_t next = 0;
    };
    std::vector<InterfaceId> out;
    std::set<InterfaceId> seen;
    std::vector<Frame> stack{{id}};
    while (!stack.empty()) {
      Frame& top = stack.back();
      const std::vector<InterfaceId>& dependencies = direct(top.id);
      const bool is_leaf = stack.size() > 1 && is_known(top.id);
      if (!is_leaf && top.next < dependencies.size()) {
        const InterfaceId d = dependencies[top.next++];
        if (seen.insert(d).second) stack.push_back({d});
        continue;
      }
      if (stack.size() > 1) out.push_back(top.id);
      stack.pop_back();
    }
    return out;
  }
  std::vector<InterfaceId> all_dependencies(InterfaceId id) {
    return all_dependencies(id, [](InterfaceId) { return false; });
  }
  void import_owner(TypeDeclId type, const WorldItem& by) {
    const TypeDecl& decl = graph_.type_decls[type];
    if (!decl.is_use || !decl.alias_of) return;
    const auto* owner = std::get_if<InterfaceId>(&graph_.type_decls[*decl.alias_of].owner);
    if (owner == nullptr) return;
    import_dependencies(*owner, by);
    add_import(implied(*owner, by));
  }

  /// An exported interface takes what it uses from the exports where those have it, else from the imports. An interface that is reached
  /// through an imported one must be an import, and no interface can be both for one user.
  void export_interface(InterfaceId id, const WorldItem& item) {
    if (!done_.insert(item.name).second) return;
    for (const InterfaceId d : all_dependencies(id)) {
      if (exported_.contains(d)) continue;
      add_import(implied(d, item));
      if (has_conflict_ || !checked_imports_.insert(d).second) continue;
      for (const InterfaceId through : all_dependencies(d)) {
        if (!exported_.contains(through)) continue;
        const Graph& g = graph_;
        all_.report.error(diag::invalid, g.worlds[world_].span, fmt::format("export `{}` uses `{}` both as an export of this world and, through `{}`, as an import", item.name, g.interface_id_name(through), g.interface_id_name(d)))
            .notes.push_back(fmt::format("export `{}` too, or do not export `{}`", g.interface_id_name(d), g.interface_id_name(through)));
        has_conflict_ = true;
        break;
      }
    }
    // What it uses of the exports comes before it.
    for (const InterfaceId d : all_dependencies(id)) {
      if (!exported_.contains(d)) continue;
      const WorldItem& other = *exported_.at(d);
      if (!done_.insert(other.name).second) continue;
      export_dependencies_only(d, other);
      exports_.push_back(other);
    }
    exports_.push_back(item);
  }
  void export_dependencies_only(InterfaceId id, const WorldItem& item) {
    for (const InterfaceId d : all_dependencies(id)) {
      if (!exported_.contains(d)) add_import(implied(d, item));
    }
  }

  static std::size_t rank(const WorldItem& item) { return item.item.index() == 0 ? 0 : std::holds_alternative<TypeDeclId>(item.item) ? 1 : 2; }
  static void sort(std::vector<WorldItem>& items) {
    std::vector<WorldItem> out;
    for (std::size_t r = 0; r < 3; ++r) {
      for (WorldItem& item : items) {
        if (rank(item) == r) out.push_back(std::move(item));  // keeps its alternative, and so its rank
      }
    }
    items = std::move(out);
  }

  Definitions& all_;
  Graph& graph_;
  std::size_t definition_;
  WorldId world_;
  std::vector<WorldItem> imports_, exports_;
  std::map<std::string, std::size_t, std::less<>> import_index_;
  std::map<InterfaceId, const WorldItem*> exported_;  ///< by their own names
  std::set<std::string, std::less<>> done_;
  std::set<InterfaceId> complete_imports_;  ///< implied imports whose own dependencies are imported too
  std::set<InterfaceId> checked_imports_;   ///< imports that are known not to need an export, or are reported
  std::map<InterfaceId, std::vector<InterfaceId>> direct_;
  bool has_conflict_ = false;
};

}  // namespace

void define_world(Definitions& all, std::size_t definition) {
  const Definition& d = all.symbols.definitions[definition];
  const WorldId id = all.graph.worlds.add({.name = d.name->text, .package = all.packages[d.package], .imports = {}, .exports = {}, .docs = d.item->docs,
                                           .stability = d.gated.stability, .span = d.name->span});
  all.worlds[definition] = id;
  WorldDefiner(all, definition, id).run();
}

void elaborate_world(Definitions& all, std::size_t definition) { Elaborator(all, definition).run(); }

}  // namespace wcomp::wit
