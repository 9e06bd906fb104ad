// Which world a user means.
#include <fmt/format.h>

#include "base/diagnostic.h"
#include "wit/names.h"
#include "wit/wit.h"

namespace wcomp::wit {

namespace {

std::string full_name(const Graph& graph, WorldId id) {
  const World& w = graph.worlds[id];
  const PackageName& p = graph.packages[w.package].name;
  return fmt::format("{}:{}/{}{}", p.ns, p.name, w.name, p.version ? "@" + p.version->to_string() : "");
}

/// `ns:pkg/world` or `ns:pkg/world@1.2.3`; without a version any version matches.
bool is_meant(const Graph& graph, WorldId id, std::string_view name) {
  const std::string full = full_name(graph, id);
  return full == name || (name.find('@') == std::string_view::npos && full.substr(0, full.find('@')) == name);
}

Err<Failure> no_world(const Graph& graph, std::string_view name, const std::vector<WorldId>& known) {
  Diagnostic d = error(diag::unknown_item, fmt::format("there is no world `{}`", name));
  NearestName nearest(name);
  std::string list;
  for (const WorldId w : known) {
    nearest.offer(graph.worlds[w].name);
    nearest.offer(full_name(graph, w));
    list += fmt::format("{}`{}`", list.empty() ? "" : ", ", full_name(graph, w));
  }
  if (nearest.get()) d.notes.push_back(fmt::format("did you mean `{}`?", *nearest.get()));
  else if (!list.empty()) d.notes.push_back(fmt::format("there are {}", list));
  return Err(Failure(std::move(d)));
}

}  // namespace

Result<WorldId> select_world(const Graph& graph, std::string_view written) {
  // As in WIT, a `%` may stand before a name.
  std::string name(written);
  std::erase(name, '%');
  std::vector<WorldId> of_roots;
  for (const PackageId p : graph.roots) {
    for (const WorldId w : graph.packages[p].worlds) of_roots.push_back(w);
  }
  std::vector<WorldId> found;
  if (name.empty()) {
    found = of_roots;
    if (found.empty()) return fail(diag::unknown_item, "the package has no world");
  } else if (name.find(':') == std::string_view::npos) {
    for (const WorldId w : of_roots) {
      if (graph.worlds[w].name == name) found.push_back(w);
    }
    if (found.empty()) return no_world(graph, name, of_roots);
  } else {
    std::vector<WorldId> all;
    for (std::size_t w = 0; w < graph.worlds.size(); ++w) {
      all.push_back(WorldId(w));
      if (is_meant(graph, all.back(), name)) found.push_back(all.back());
    }
    if (found.empty()) return no_world(graph, name, all);
  }
  if (found.size() == 1) return found[0];
  std::string list;
  for (const WorldId w : found) list += fmt::format("{}`{}`", list.empty() ? "" : ", ", full_name(graph, w));
  Diagnostic d = error(diag::ambiguous_world, name.empty() ? "the package has several worlds" : fmt::format("`{}` means several worlds", name));
  d.notes.push_back(fmt::format("choose one of {}", list));
  return Err(Failure(std::move(d)));
}

}  // namespace wcomp::wit
