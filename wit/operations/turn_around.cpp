#include "wit/operations/turn_around.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "wit/names.h"
#include "wit/operations/elaborate.h"

namespace wcomp::wit {

namespace {

bool is_of_resource(const WorldItem& item) {
  const auto* f = std::get_if<Function>(&item.item);
  return f != nullptr && f->resource.has_value();
}

/// A new name, and the last place in the package.
Result<void> rename(Graph& graph, WorldId id, std::string_view wanted, std::string_view suffix) {
  World& world = graph.worlds[id];
  const std::string name = wanted.empty() ? fmt::format("{}-{}", world.name, suffix) : std::string(wanted);
  if (!is_label(name)) return fail(diag::bad_name, fmt::format("`{}` is no name for a world: it takes words of letters and digits joined by `-`, such as `{}-{}`", name, world.name, suffix));
  Package& package = graph.packages[world.package];
  const auto is_taken = [&](std::string_view other) { return is_same_folded(other, name); };
  const bool taken_by_world = std::any_of(package.worlds.begin(), package.worlds.end(), [&](WorldId w) { return w != id && is_taken(graph.worlds[w].name); });
  const bool taken_by_interface = std::any_of(package.interfaces.begin(), package.interfaces.end(), [&](InterfaceId i) { return is_taken(*graph.interfaces[i].name); });
  if (taken_by_world || taken_by_interface) {
    Diagnostic d = error(diag::duplicate_name, fmt::format("package `{}` has {} `{}` already", package.name.to_string(), taken_by_world ? "a world" : "an interface", name));
    d.notes.push_back("give the new world another name");
    return Err(Failure(std::move(d)));
  }
  world.name = name;
  std::erase(package.worlds, id);
  package.worlds.push_back(id);
  return {};
}

/// What people call an item: by its name, its interface's, or in full.
bool is_called(const Graph& graph, const WorldItem& item, std::string_view name) {
  if (item.name == name) return true;
  return is_under_own_name(graph, item) && *graph.interfaces[std::get<InterfaceId>(item.item)].name == name;
}

}  // namespace

Result<Graph> importize(Graph graph, WorldId id, std::string_view name) {
  const World& world = graph.worlds[id];
  std::vector<WorldItem> imports;
  std::unordered_set<std::string> names;
  for (const WorldItem& item : world.imports) {
    if (!std::holds_alternative<TypeDeclId>(item.item)) continue;
    names.insert(fold_name(item.name));
    imports.push_back(item);
  }
  for (const WorldItem& item : world.exports) {
    if (!names.insert(fold_name(item.name)).second) {
      Diagnostic d = error(diag::duplicate_name, fmt::format("export `{}` of world `{}` cannot become an import: the world has a type of that name", item.name, world.name));
      d.notes.push_back("a world has one namespace for its imports; rename the type or the export");
      return Err(Failure(std::move(d)));
    }
    imports.push_back(item);
  }
  WCOMP_TRY(rename(graph, id, name, "importized"));
  Uses uses(graph);
  WCOMP_TRY(elaborate(graph, id, std::move(imports), {}, uses));
  return graph;
}

Result<Graph> exportize(Graph graph, WorldId id, std::string_view name, std::span<const std::string> only, std::vector<std::string>* unknown) {
  const World& world = graph.worlds[id];
  std::vector<WorldItem> imports, exports;
  std::vector<bool> is_known(only.size());
  for (const WorldItem& item : world.imports) {
    bool is_wanted = only.empty();
    for (std::size_t i = 0; i < only.size(); ++i) {
      if (!is_called(graph, item, only[i])) continue;
      is_known[i] = true;
      is_wanted = true;
    }
    const bool can_move = !std::holds_alternative<TypeDeclId>(item.item) && !is_of_resource(item);
    (is_wanted && can_move ? exports : imports).push_back(item);
  }
  for (std::size_t i = 0; i < only.size(); ++i) {
    if (!is_known[i] && unknown != nullptr) unknown->push_back(only[i]);
  }
  WCOMP_TRY(rename(graph, id, name, "exportized"));
  Uses uses(graph);
  WCOMP_TRY(elaborate(graph, id, std::move(imports), std::move(exports), uses));
  return graph;
}

}  // namespace wcomp::wit
