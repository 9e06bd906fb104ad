#include "wit/resolve/worlds.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "wit/names.h"
#include "wit/resolve/copy_types.h"

namespace wcomp::wit {

namespace {

/// Items in order, unique by name.
class ItemList {
  [[nodiscard]] auto name_at() const {
    return [this](std::uint32_t i) { return std::string_view(items_[i].name); };
  }

 public:
  ItemList(Definitions& all, std::string_view direction, std::vector<WorldItem> items = {}) : all_(all), direction_(direction), items_(std::move(items)) {
    for (const WorldItem& item : items_) index_.add(item.name, name_at());
  }

  bool add(WorldItem item) {
    const WorldItem* known = find(item.name);
    if (known == nullptr) {
      index_.add(item.name, name_at());
      items_.push_back(std::move(item));
      return true;
    }
    const bool is_same_name = known->name == item.name;
    Diagnostic& d = all_.report.error(diag::duplicate_name, item.span, fmt::format("`{}` is {} more than once", item.name, direction_));
    if (!is_same_name) d.notes.push_back(fmt::format("`{}` and `{}` differ only in case or in `-`", known->name, item.name));
    d.labels.push_back(all_.report.label(known->span, "the first one"));
    return false;
  }
  [[nodiscard]] WorldItem* find(std::string_view name) {
    const std::uint32_t found = index_.find(name, name_at());
    return found == NameIndex::none ? nullptr : &items_[found];
  }
  [[nodiscard]] std::vector<WorldItem> take() { return std::move(items_); }

 private:
  Definitions& all_;
  std::string_view direction_;
  std::vector<WorldItem> items_;
  NameIndex index_;
};

/// Of two mentions of one interface the first that says something about its gate is believed.
void merge_stability(Stability& known, const Stability& other) {
  if (!known.since && !known.unstable_feature) known = other;
}

/// Gates between something of a world and the interface or world that it names.
void check_use(Definitions& all, const Definition& used, std::size_t package, const ast::Path& path, const Stability& user) {
  const std::string_view kind = used.is_world ? "world" : "interface";
  const Stability& gate = used.gated.stability;
  if (!used.gated.is_included) {
    all.report.error(diag::bad_gate, path.span(), fmt::format("{} `{}` {}", kind, path.name.text(), why_closed(gate, all.options))).notes.push_back(how_to_open(gate));
    return;
  }
  const Mentioned what{kind, path.name.text()};
  if (used.package == package) check_gates(all, package, path.span(), user, gate, what);
  warn_deprecated(all, package, path.span(), what, gate, used.item, user);
}

class WorldDefiner {
 public:
  WorldDefiner(Definitions& all, std::size_t definition, WorldId id)
      : all_(all), definition_(definition), d_(all.symbols.definitions[definition]), definer_(all, d_.package, d_.scope, id, d_.gated.stability), imports_(all, "imported"), exports_(all, "exported") {}

  void run() {
    definer_.define_types(*d_.items, false);
    for (const TypeDeclId t : definer_.types()) {
      const TypeDecl& decl = all_.graph.type_decls[t];
      imports_.add({.name = decl.name, .item = t, .stability = decl.stability, .docs = decl.docs, .span = decl.span});
    }
    for (const ast::Item& item : *d_.items) {
      if (!definer_.gated(item).is_included) continue;
      if (const auto* e = std::get_if<ast::Extern>(&item.what)) extern_item(item, *e);
      if (const auto* r = std::get_if<ast::Resource>(&item.what)) resource(item, *r);
    }
    all_.drafts[definition_] = {imports_.take(), exports_.take()};
    all_.names[definition_] = std::move(definer_.names());
  }

 private:
  void resource(const ast::Item& item, const ast::Resource& r) {
    std::vector<Function> functions;
    definer_.resource_functions(r, item, functions);
    for (Function& f : functions) {
      WorldItem made{.name = f.abi_name, .item = {}, .stability = f.stability, .docs = f.docs, .span = f.span};
      made.item = std::move(f);
      imports_.add(std::move(made));
    }
  }

  void extern_item(const ast::Item& item, const ast::Extern& e) {
    ItemList& list = e.is_export ? exports_ : imports_;
    WorldItem out{.name = std::string(e.name.text()), .item = {}, .stability = definer_.gated(item).stability, .docs = all_.docs(item),
                  .span = e.name.exists() ? e.name.span() : item.span, .external_id = owned_text(item.external_id)};
    if (const auto* type = std::get_if<ast::FuncType>(&e.what)) {
      auto f = definer_.function(e.name, *type, item, out.stability);
      if (!f) return;
      out.item = std::move(*f);
    } else if (const auto* path = std::get_if<ast::Path>(&e.what)) {
      const auto id = interface_at(*path, out.stability);
      if (!id) return;
      out.item = *id;
      if (!e.name.exists()) {
        out.name = all_.graph.interface_id_name(*id);
        out.span = path->span();
      }
    } else {
      const auto id = inline_interface(std::get<ast::InlineInterface>(e.what), item, out.stability);
      if (!id) return;
      out.item = *id;
    }
    list.add(std::move(out));
  }

  std::optional<InterfaceId> interface_at(const ast::Path& path, const Stability& user) {
    const auto target = all_.symbols.look_up(path, d_.scope, &all_.report);
    if (!target) return std::nullopt;
    const Definition& definition = all_.symbols.definitions[*target];
    if (definition.is_world) {
      all_.report.error(diag::unknown_item, path.name.span(), fmt::format("`{}` is a world, and an interface is needed here", path.name.text())).notes.push_back(fmt::format("to take over what a world has: `include {};`", path.name.text()));
      return std::nullopt;
    }
    check_use(all_, definition, d_.package, path, user);
    if (!definition.gated.is_included) return std::nullopt;
    return all_.interfaces[*target];
  }

  std::optional<InterfaceId> inline_interface(const ast::InlineInterface& written, const ast::Item& item, const Stability& stability) {
    const InterfaceId id = all_.graph.interfaces.add({.name = std::nullopt, .package = all_.packages[d_.package], .types = {}, .functions = {}, .docs = all_.docs(item), .stability = stability, .span = item.span});
    ItemDefiner definer(all_, d_.package, d_.scope, id, stability);
    definer.define_types(written.items, false);
    auto functions = definer.functions(written.items);
    all_.graph.interfaces[id].types = std::move(definer.types());
    all_.graph.interfaces[id].functions = std::move(functions);
    return id;
  }

  Definitions& all_;
  std::size_t definition_;
  const Definition& d_;
  ItemDefiner definer_;
  ItemList imports_, exports_;
};

/// What a world takes over from others.
class Includer {
 public:
  Includer(Definitions& all, std::size_t definition)
      : all_(all), d_(all.symbols.definitions[definition]), id_(*all.worlds[definition]), draft_(all.drafts[definition]), imports_(all, "imported", std::move(draft_.imports)),
        exports_(all, "exported", std::move(draft_.exports)) {}

  void run() {
    const GatePolicy policy = gate_policy(all_.options, all_.symbols.packages[d_.package].name);
    Report unused(all_.report.sources());  // their mistakes have been reported
    for (const ast::Item& item : *d_.items) {
      const auto* include = std::get_if<ast::Include>(&item.what);
      if (include == nullptr) continue;
      const Gated gated = read_gates(item, policy, unused);
      if (gated.is_included) include_item(*include, gated.stability);
    }
    draft_ = {imports_.take(), exports_.take()};
  }

 private:
  void include_item(const ast::Include& include, const Stability& user) {
    const auto target = all_.symbols.look_up(include.path, d_.scope, &all_.report);
    if (!target) return;
    const Definition& other = all_.symbols.definitions[*target];
    if (!other.is_world) {
      all_.report.error(diag::unknown_item, include.path.name.span(), fmt::format("`{}` is an interface, and only worlds can be included", include.path.name.text())).notes.push_back(fmt::format("`import {0};` or `export {0};`", include.path.name.text()));
      return;
    }
    check_use(all_, other, d_.package, include.path, user);
    if (!other.gated.is_included || !all_.worlds[*target]) return;
    std::map<std::string, const ast::Renamed*, std::less<>> unused;
    std::map<std::string, std::string, std::less<>> renames;
    for (const ast::Renamed& r : include.with) {
      renames.insert_or_assign(std::string(r.name.text()), std::string(r.as.text()));
      if (!unused.emplace(r.name.text(), &r).second) all_.report.error(diag::duplicate_name, r.name.span(), fmt::format("`{}` is renamed twice", r.name.text()));
    }
    const World& from = all_.graph.worlds[*all_.worlds[*target]];  // worlds are all made; none is added while this is used
    TypeCopier copier(all_.graph, *all_.worlds[*target], id_, renames);
    for (const bool is_export : {false, true}) {
      for (const WorldItem& original : is_export ? from.exports : from.imports) include_one(original, include, is_export, other.package != d_.package, copier, renames, unused);
    }
    for (const auto& [name, renamed] : unused) {
      Diagnostic& d = all_.report.error(diag::unknown_item, renamed->name.span(), fmt::format("world `{}` has no import or export with the plain name `{}`", include.path.name.text(), name));
      d.notes.push_back("interfaces that are imported by their own name cannot be renamed");
    }
  }

  void include_one(const WorldItem& original, const ast::Include& include, bool is_export, bool is_foreign, TypeCopier& copier,
                   const std::map<std::string, std::string, std::less<>>& renames, std::map<std::string, const ast::Renamed*, std::less<>>& unused) {
    ItemList& list = is_export ? exports_ : imports_;
    WorldItem copy = original;
    copy.span = include.path.span();
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
    } else if (const InterfaceId id = std::get<InterfaceId>(original.item); !all_.graph.interfaces[id].name) {
      copy.item = inline_copy(id);
    }
    list.add(std::move(copy));
  }

  /// An inline interface is another one in each world, with other resources.
  InterfaceId inline_copy(InterfaceId original) {
    const InterfaceId id = all_.graph.interfaces.add(all_.graph.interfaces[original]);
    const TypeCopier::Renames none;
    TypeCopier copier(all_.graph, original, id, none);
    Interface made = all_.graph.interfaces[id];
    for (TypeDeclId& t : made.types) t = copier.copy(t);
    for (Function& f : made.functions) f = copier.copy(f);
    made.clone_of = original;
    all_.graph.interfaces[id] = std::move(made);
    return id;
  }

  /// Two worlds that use the same type of the same interface under the same name mean the same.
  [[nodiscard]] bool is_same_use(const WorldItem& known, TypeDeclId type) const {
    const auto* other = std::get_if<TypeDeclId>(&known.item);
    const Graph& g = all_.graph;
    return other != nullptr && g.type_decls[*other].is_use && g.type_decls[type].is_use && g.type_decls[*other].alias_of == g.type_decls[type].alias_of;
  }

  Definitions& all_;
  const Definition& d_;
  WorldId id_;
  WorldDraft& draft_;
  ItemList imports_, exports_;
};

/// The interfaces whose types an interface uses, in the order of its uses.
const std::vector<InterfaceId>& direct_dependencies(Definitions& all, InterfaceId id) {
  if (all.direct_uses.size() <= id.value) all.direct_uses.resize(all.graph.interfaces.size());
  auto& known = all.direct_uses[id.value];
  if (known) return *known;
  std::vector<InterfaceId> out;
  std::unordered_set<InterfaceId> seen;  // once there are many
  const auto is_new = [&](InterfaceId used) {
    constexpr std::size_t few = 8;
    if (out.size() < few) return std::find(out.begin(), out.end(), used) == out.end();
    if (seen.empty()) seen.insert(out.begin(), out.end());
    return seen.insert(used).second;
  };
  for (const TypeDeclId t : all.graph.interfaces[id].types) {
    const TypeDecl& decl = all.graph.type_decls[t];
    if (!decl.is_use || !decl.alias_of) continue;
    const auto* owner = std::get_if<InterfaceId>(&all.graph.type_decls[*decl.alias_of].owner);
    if (owner != nullptr && is_new(*owner)) out.push_back(*owner);
  }
  known = std::move(out);
  return *known;
}

/// Adds the imports that are implied. Each interface is walked at most once as an import and once as an export, however long the chains.
class Elaborator {
 public:
  Elaborator(Definitions& all, std::size_t definition) : all_(all), graph_(all.graph), definition_(definition), world_(*all.worlds[definition]) {
    all.import_marks.resize(all.graph.interfaces.size());
  }

  void run() {
    WorldDraft& draft = all_.drafts[definition_];
    imports_.reserve(draft.imports.size());
    for (WorldItem& item : draft.imports) {
      const auto* id = std::get_if<InterfaceId>(&item.item);
      if (id == nullptr) continue;
      import_dependencies(*id, item);
      add_import(std::move(item));  // keeps its alternative
    }
    for (WorldItem& item : draft.imports) {
      if (std::holds_alternative<InterfaceId>(item.item)) continue;
      if (const auto* type = std::get_if<TypeDeclId>(&item.item)) import_owner(*type, item);
      add_import(std::move(item));
    }
    for (const WorldItem& item : draft.exports) {
      if (const auto* id = std::get_if<InterfaceId>(&item.item); id != nullptr && is_named(item, *id)) exported_.emplace(*id, &item);
    }
    for (const WorldItem& item : draft.exports) {
      if (!std::holds_alternative<InterfaceId>(item.item)) exports_.push_back(item);
    }
    is_export_ = true;  // imports that are written may use what is exported; what exports imply may not
    for (const WorldItem& item : draft.exports) {
      if (const auto* id = std::get_if<InterfaceId>(&item.item)) export_interface(*id, item);
    }
    sort(imports_);
    graph_.worlds[world_].imports = std::move(imports_);
    graph_.worlds[world_].exports = std::move(exports_);
  }

 private:
  struct Frame {
    InterfaceId id;
    std::size_t next = 0;
  };

  [[nodiscard]] bool is_named(const WorldItem& item, InterfaceId id) const { return graph_.interfaces[id].name && item.name.find(':') != std::string::npos; }
  [[nodiscard]] WorldItem implied(InterfaceId id, const WorldItem& by) const {
    return {.name = graph_.interface_id_name(id), .item = id, .stability = by.stability, .docs = {}, .span = by.span};
  }

  void add_import(WorldItem item) {
    if (WorldItem* known = find_import(item)) {  // implied by one item, written or implied by another
      merge_stability(known->stability, item.stability);
      if (known->docs.empty()) known->docs = item.docs;
      if (!known->external_id) known->external_id = item.external_id;
      return;
    }
    if (const auto* id = std::get_if<InterfaceId>(&item.item); id != nullptr && is_named(item, *id)) all_.import_marks[id->value].listed = {world_.value, static_cast<std::uint32_t>(imports_.size())};
    else plain_imports_.emplace(item.name, imports_.size());
    imports_.push_back(std::move(item));
  }
  /// The import of the same name, if there is one.
  [[nodiscard]] WorldItem* find_import(const WorldItem& item) {
    if (const auto* id = std::get_if<InterfaceId>(&item.item); id != nullptr && is_named(item, *id)) return listed(*id);
    const auto known = plain_imports_.find(item.name);
    return known == plain_imports_.end() ? nullptr : &imports_[known->second];
  }
  /// Adds an interface because of `by`.
  void add_implied(InterfaceId id, const WorldItem& by) {
    if (WorldItem* known = listed(id)) return merge_stability(known->stability, by.stability);
    add_import(implied(id, by));
  }
  /// The import of an interface under its own name, if it is there already.
  [[nodiscard]] WorldItem* listed(InterfaceId id) {
    const auto [world, position] = all_.import_marks[id.value].listed;
    return world == world_.value ? &imports_[position] : nullptr;
  }
  /// Notes that `id` is walked as an import; false if it was.
  bool enter(InterfaceId id) {
    const std::uint64_t walk = 2 * std::uint64_t{world_.value} + (is_export_ ? 1 : 0);
    return std::exchange(all_.import_marks[id.value].walk, walk) != walk;
  }

  /// Imports what `id` uses, directly and indirectly, each after what it uses itself.
  void import_dependencies(InterfaceId id, const WorldItem& by) {
    std::vector<Frame> stack{{id}};
    while (!stack.empty()) {
      Frame& top = stack.back();
      const std::vector<InterfaceId>& dependencies = direct_dependencies(all_, top.id);
      if (top.next < dependencies.size()) {
        const InterfaceId d = dependencies[top.next++];
        if (enter(d)) stack.push_back({d});
        else if (by.stability.since || by.stability.unstable_feature) add_implied(d, by);
        continue;
      }
      if (stack.size() > 1) add_implied(top.id, by);
      stack.pop_back();
    }
  }
  void import_owner(TypeDeclId type, const WorldItem& by) {
    const TypeDecl& decl = graph_.type_decls[type];
    if (!decl.is_use || !decl.alias_of) return;
    const auto* owner = std::get_if<InterfaceId>(&graph_.type_decls[*decl.alias_of].owner);
    if (owner == nullptr) return;
    import_dependencies(*owner, by);
    add_implied(*owner, by);
  }

  /// An exported interface takes what it uses from the exports where those have it, which then come before it, else from the imports.
  void export_interface(InterfaceId root, const WorldItem& root_item) {
    if (!done_.insert(root_item.name).second) return;
    struct Export {
      InterfaceId id;
      const WorldItem* item;
      std::size_t next = 0;
    };
    std::vector<Export> stack{{root, &root_item}};
    while (!stack.empty()) {
      Export& top = stack.back();
      const std::vector<InterfaceId>& dependencies = direct_dependencies(all_, top.id);
      if (top.next == dependencies.size()) {
        exports_.push_back(*top.item);
        stack.pop_back();
        continue;
      }
      const InterfaceId d = dependencies[top.next++];
      if (const auto other = exported_.find(d); other != exported_.end()) {
        if (done_.insert(other->second->name).second) stack.push_back({d, other->second});
      } else {
        import_for_export(d, *top.item);
      }
    }
  }

  /// Imports `id` and what it uses for an export. What is reached through an import must be an import, and no interface is both for one user.
  void import_for_export(InterfaceId id, const WorldItem& by) {
    if (!enter(id)) return add_implied(id, by);
    std::vector<Frame> stack{{id}};
    while (!stack.empty()) {
      Frame& top = stack.back();
      const std::vector<InterfaceId>& dependencies = direct_dependencies(all_, top.id);
      if (top.next == dependencies.size()) {
        add_implied(top.id, by);
        stack.pop_back();
        continue;
      }
      const InterfaceId d = dependencies[top.next++];
      if (exported_.contains(d) && !has_conflict_) {
        all_.report.error(diag::invalid, graph_.worlds[world_].span,
                          fmt::format("export `{}` uses `{}` both as an export of this world and, through `{}`, as an import", by.name, graph_.interface_id_name(d), graph_.interface_id_name(top.id)))
            .notes.push_back(fmt::format("export `{}` too, or do not export `{}`", graph_.interface_id_name(top.id), graph_.interface_id_name(d)));
        has_conflict_ = true;
      }
      if (enter(d)) stack.push_back({d});
    }
  }

  /// Interfaces, types, functions, functions of resources.
  static std::size_t rank(const WorldItem& item) {
    if (std::holds_alternative<InterfaceId>(item.item)) return 0;
    const auto* f = std::get_if<Function>(&item.item);
    return f == nullptr ? 1 : f->resource ? 3 : 2;
  }
  static void sort(std::vector<WorldItem>& items) {
    if (std::is_sorted(items.begin(), items.end(), [](const WorldItem& a, const WorldItem& b) { return rank(a) < rank(b); })) return;
    std::vector<WorldItem> out;
    out.reserve(items.size());
    for (std::size_t r = 0; r < 4; ++r) {
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
  std::unordered_map<std::string, std::size_t> plain_imports_;  ///< places of imports that are not interfaces under their own names
  std::unordered_map<InterfaceId, const WorldItem*> exported_;  ///< by their own names
  std::unordered_set<std::string> done_;           ///< names of exports
  bool is_export_ = false;                         ///< what exports imply is walked, after what imports do
  bool has_conflict_ = false;
};

}  // namespace

void define_world(Definitions& all, std::size_t definition) {
  const Definition& d = all.symbols.definitions[definition];
  const WorldId id = all.graph.worlds.add({.name = std::string(d.name->text()), .package = all.packages[d.package], .imports = {}, .exports = {}, .docs = all.docs(*d.item),
                                           .stability = d.gated.stability, .span = d.name->span()});
  all.worlds[definition] = id;
  WorldDefiner(all, definition, id).run();
}

void include_worlds(Definitions& all, std::size_t definition) {
  const ast::List<ast::Item>& items = *all.symbols.definitions[definition].items;
  const bool has_includes = std::any_of(items.begin(), items.end(), [](const ast::Item& item) { return std::holds_alternative<ast::Include>(item.what); });
  if (has_includes) Includer(all, definition).run();
}
void elaborate_world(Definitions& all, std::size_t definition) { Elaborator(all, definition).run(); }

}  // namespace wcomp::wit
