#include "wit/operations/merge_imports.h"

#include <map>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "wit/operations/elaborate.h"
#include "wit/operations/rebuild.h"

namespace wcomp::wit {

namespace {

class ImportMerger {
 public:
  ImportMerger(Graph& graph, WorldId world) : graph_(graph), world_(world) {}

  Result<Graph> run() {
    find_newest();
    if (newest_.empty()) return std::move(graph_);
    WCOMP_TRY(retarget_users());
    Uses uses(graph_);
    for (std::size_t w = 0; w < graph_.worlds.size(); ++w) {
      World& world = graph_.worlds[WorldId(w)];
      std::vector<WorldItem> imports = world.imports;
      if (WorldId(w) == world_) std::erase_if(imports, [&](const WorldItem& item) { return is_replaced(item); });
      WCOMP_TRY(elaborate(graph_, WorldId(w), std::move(imports), world.exports, uses));
    }
    return rebuild(graph_, {});
  }

 private:
  [[nodiscard]] bool is_replaced(const WorldItem& item) const { return is_under_own_name(graph_, item) && newest_.contains(std::get<InterfaceId>(item.item)); }

  void find_newest() {
    std::map<std::string, std::vector<InterfaceId>> tracks;
    for (const WorldItem& item : graph_.worlds[world_].imports) {
      if (!is_under_own_name(graph_, item)) continue;
      const InterfaceId id = std::get<InterfaceId>(item.item);
      const PackageName& package = graph_.packages[graph_.interfaces[id].package].name;
      if (package.version) tracks[fmt::format("{}:{}/{}@{}", package.ns, package.name, *graph_.interfaces[id].name, package.version->compatible_track())].push_back(id);
    }
    Uses uses(graph_);
    for (const auto& [track, ids] : tracks) {
      if (ids.size() == 1) continue;
      InterfaceId newest = ids[0];
      for (const InterfaceId id : ids) {
        if (version(newest) < version(id)) newest = id;
      }
      const std::unordered_set<InterfaceId> below = all_used(newest, uses);
      for (const InterfaceId id : ids) {
        if (id != newest && !below.contains(id)) newest_.emplace(id, newest);
      }
    }
  }
  [[nodiscard]] const SemVer& version(InterfaceId id) const { return *graph_.packages[graph_.interfaces[id].package].name.version; }
  static std::unordered_set<InterfaceId> all_used(InterfaceId root, Uses& uses) {
    std::unordered_set<InterfaceId> out;
    std::vector<InterfaceId> stack{root};
    while (!stack.empty()) {
      const std::vector<InterfaceId> used = uses.of(stack.back());
      stack.pop_back();
      for (const InterfaceId id : used) {
        if (out.insert(id).second) stack.push_back(id);
      }
    }
    return out;
  }

  Result<void> retarget_users() {
    const World& world = graph_.worlds[world_];
    for (const std::vector<WorldItem>* list : {&world.imports, &world.exports}) {
      for (const WorldItem& item : *list) {
        if (const auto* t = std::get_if<TypeDeclId>(&item.item)) WCOMP_TRY(retarget(*t));
        const auto* id = std::get_if<InterfaceId>(&item.item);
        if (id == nullptr || is_replaced(item)) continue;
        for (const TypeDeclId t : graph_.interfaces[*id].types) WCOMP_TRY(retarget(t));
      }
    }
    return {};
  }
  /// A `use` of a type of an older version.
  Result<void> retarget(TypeDeclId id) {
    TypeDecl& decl = graph_.type_decls[id];
    if (!decl.alias_of) return {};
    const TypeDecl& target = graph_.type_decls[*decl.alias_of];
    const auto* owner = std::get_if<InterfaceId>(&target.owner);
    if (owner == nullptr) return {};
    const auto newest = newest_.find(*owner);
    if (newest == newest_.end()) return {};
    const auto& types = types_of(newest->second);
    if (const auto found = types.find(target.name); found != types.end()) {
      decl.alias_of = found->second;
      return {};
    }
    Diagnostic d = error(diag::unknown_type, fmt::format("`{}` cannot stand for `{}`: it has no type `{}`, which {} uses", graph_.interface_id_name(newest->second), graph_.interface_id_name(*owner), target.name, user(decl)));
    d.notes.push_back("the two have compatible versions, so the newer one should have all that the older has");
    return Err(Failure(std::move(d)));
  }
  const std::unordered_map<std::string, TypeDeclId>& types_of(InterfaceId id) {
    const auto [found, is_new] = types_of_.try_emplace(id);
    if (is_new) {
      for (const TypeDeclId t : graph_.interfaces[id].types) found->second.emplace(graph_.type_decls[t].name, t);
    }
    return found->second;
  }
  [[nodiscard]] std::string user(const TypeDecl& decl) const {
    const auto* i = std::get_if<InterfaceId>(&decl.owner);
    if (i == nullptr) return fmt::format("world `{}`", graph_.worlds[world_].name);
    return graph_.interfaces[*i].name ? fmt::format("`{}`", graph_.interface_id_name(*i)) : fmt::format("an interface of world `{}`", graph_.worlds[world_].name);
  }

  Graph& graph_;
  WorldId world_;
  std::unordered_map<InterfaceId, InterfaceId> newest_;  ///< of older versions that go
  std::unordered_map<InterfaceId, std::unordered_map<std::string, TypeDeclId>> types_of_;  ///< by name; of the newest
};

}  // namespace

Result<Graph> merge_imports_by_version(Graph graph, WorldId world) { return ImportMerger(graph, world).run(); }

}  // namespace wcomp::wit
