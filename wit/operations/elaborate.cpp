#include "wit/operations/elaborate.h"

#include <string>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/diagnostic.h"

namespace wcomp::wit {

const std::vector<InterfaceId>& Uses::of(InterfaceId id) {
  if (known_.size() <= id.value) known_.resize(graph_.interfaces.size());
  auto& known = known_[id.value];
  if (known) return *known;
  std::vector<InterfaceId> out;
  std::unordered_set<InterfaceId> seen;
  for (const TypeDeclId t : graph_.interfaces[id].types) {
    const TypeDecl& decl = graph_.type_decls[t];
    if (!decl.is_use || !decl.alias_of) continue;
    const auto* owner = std::get_if<InterfaceId>(&graph_.type_decls[*decl.alias_of].owner);
    if (owner != nullptr && seen.insert(*owner).second) out.push_back(*owner);
  }
  known = std::move(out);
  return *known;
}

bool is_under_own_name(const Graph& graph, const WorldItem& item) {
  const auto* id = std::get_if<InterfaceId>(&item.item);
  return id != nullptr && graph.interfaces[*id].name && item.name.find(':') != std::string::npos;
}

namespace {

/// Each interface is walked at most once as an import and once as an export, however long the chains.
class Elaborator {
 public:
  Elaborator(Graph& graph, WorldId world, Uses& uses) : graph_(graph), world_(world), uses_(uses) {}

  Result<void> run(const std::vector<WorldItem>& imports, const std::vector<WorldItem>& exports) {
    for (const WorldItem& item : imports) {
      const auto* id = std::get_if<InterfaceId>(&item.item);
      if (id == nullptr) continue;
      walk_import(*id, item, false);
      add_import(item);
    }
    for (const WorldItem& item : imports) {
      if (std::holds_alternative<InterfaceId>(item.item)) continue;
      if (const auto* type = std::get_if<TypeDeclId>(&item.item)) import_owner(*type, item);
      add_import(item);
    }
    for (const WorldItem& item : exports) {
      if (is_under_own_name(graph_, item)) exported_.emplace(std::get<InterfaceId>(item.item), &item);
    }
    for (const WorldItem& item : exports) {
      if (!std::holds_alternative<InterfaceId>(item.item)) exports_.push_back(item);
    }
    walked_.clear();  // imports that are written may use what is exported; what exports imply may not
    for (const WorldItem& item : exports) {
      if (std::holds_alternative<InterfaceId>(item.item)) export_interface(item);
    }
    if (conflict_) return Err(Failure(std::move(*conflict_)));
    sort(imports_);
    graph_.worlds[world_].imports = std::move(imports_);
    graph_.worlds[world_].exports = std::move(exports_);
    return {};
  }

 private:
  struct Frame {
    InterfaceId id;
    std::size_t next = 0;
  };

  [[nodiscard]] WorldItem implied(InterfaceId id, const WorldItem& by) const {
    return {.name = graph_.interface_id_name(id), .item = id, .stability = by.stability, .docs = {}, .span = by.span};
  }
  /// Of two mentions of one interface the first that says something is believed.
  void add_import(const WorldItem& item) {
    const auto [first, is_new] = index_.emplace(item.name, imports_.size());
    if (is_new) return imports_.push_back(item);
    WorldItem& known = imports_[first->second];
    if (!known.stability.since && !known.stability.unstable_feature) known.stability = item.stability;
    if (known.docs.empty()) known.docs = item.docs;
    if (!known.external_id) known.external_id = item.external_id;
  }

  /// Imports what `id` uses, directly and indirectly, each after what it uses itself; and, `with_itself`, then `id`.
  void walk_import(InterfaceId id, const WorldItem& by, bool with_itself) {
    std::vector<Frame> stack{{id}};
    while (!stack.empty()) {
      Frame& top = stack.back();
      const std::vector<InterfaceId>& used = uses_.of(top.id);
      if (top.next < used.size()) {
        const InterfaceId next = used[top.next++];
        if (walked_.insert(next).second) stack.push_back({next});
        else if (by.stability.since || by.stability.unstable_feature) add_import(implied(next, by));
        continue;
      }
      if (stack.size() > 1 || with_itself) add_import(implied(top.id, by));
      stack.pop_back();
    }
  }
  void import_owner(TypeDeclId type, const WorldItem& by) {
    const TypeDecl& decl = graph_.type_decls[type];
    if (!decl.is_use || !decl.alias_of) return;
    const auto* owner = std::get_if<InterfaceId>(&graph_.type_decls[*decl.alias_of].owner);
    if (owner != nullptr) walk_import(*owner, by, true);
  }

  void export_interface(const WorldItem& root) {
    if (!done_.insert(root.name).second) return;
    struct Export {
      const WorldItem* item;
      std::size_t next = 0;
    };
    std::vector<Export> stack{{&root}};
    while (!stack.empty()) {
      Export& top = stack.back();
      const std::vector<InterfaceId>& used = uses_.of(std::get<InterfaceId>(top.item->item));
      if (top.next == used.size()) {
        exports_.push_back(*top.item);
        stack.pop_back();
        continue;
      }
      const InterfaceId next = used[top.next++];
      if (const auto other = exported_.find(next); other != exported_.end()) {
        if (done_.insert(other->second->name).second) stack.push_back({other->second});
      } else {
        import_for_export(next, *top.item);
      }
    }
  }

  /// What is reached through an import must be an import.
  void import_for_export(InterfaceId id, const WorldItem& by) {
    if (!walked_.insert(id).second) return add_import(implied(id, by));
    std::vector<Frame> stack{{id}};
    while (!stack.empty()) {
      Frame& top = stack.back();
      const std::vector<InterfaceId>& used = uses_.of(top.id);
      if (top.next == used.size()) {
        add_import(implied(top.id, by));
        stack.pop_back();
        continue;
      }
      const InterfaceId next = used[top.next++];
      if (exported_.contains(next) && !conflict_) {
        conflict_ = error(diag::invalid, fmt::format("export `{}` of world `{}` would use `{}` both as an export of the world and, through `{}`, as an import", by.name, graph_.worlds[world_].name,
                                                     graph_.interface_id_name(next), graph_.interface_id_name(top.id)));
        conflict_->notes.push_back(fmt::format("`{}` has to be exported too, or `{}` not", graph_.interface_id_name(top.id), graph_.interface_id_name(next)));
      }
      if (walked_.insert(next).second) stack.push_back({next});
    }
  }

  /// Interfaces, types, functions, functions of resources.
  static std::size_t rank(const WorldItem& item) {
    if (std::holds_alternative<InterfaceId>(item.item)) return 0;
    const auto* f = std::get_if<Function>(&item.item);
    return f == nullptr ? 1 : f->resource ? 3 : 2;
  }
  static void sort(std::vector<WorldItem>& items) {
    std::vector<WorldItem> out;
    out.reserve(items.size());
    for (std::size_t r = 0; r < 4; ++r) {
      for (WorldItem& item : items) {
        if (rank(item) == r) out.push_back(std::move(item));  // keeps its alternative, and so its rank
      }
    }
    items = std::move(out);
  }

  Graph& graph_;
  WorldId world_;
  Uses& uses_;
  std::vector<WorldItem> imports_, exports_;
  std::unordered_map<std::string, std::size_t> index_;             ///< of imports_, by name
  std::unordered_map<InterfaceId, const WorldItem*> exported_;     ///< under their own names
  std::unordered_set<std::string> done_;                           ///< names of exports
  std::unordered_set<InterfaceId> walked_;                         ///< as imports
  std::optional<Diagnostic> conflict_;
};

}  // namespace

Result<void> elaborate(Graph& graph, WorldId world, std::vector<WorldItem> imports, std::vector<WorldItem> exports, Uses& uses) {
  return Elaborator(graph, world, uses).run(imports, exports);
}

}  // namespace wcomp::wit
