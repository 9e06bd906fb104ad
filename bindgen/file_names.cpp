#include "bindgen/file_names.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "bindgen/cpp_names.h"

namespace wcomp::bindgen {
namespace {

/// What a world's files end in, before `.h`, `.cpp` and `.o`.
constexpr auto world_suffixes = std::to_array<std::string_view>({"", "_exports", "_impl", "_component_type", "_host"});

template <class F>
void for_each_own_item(const wit::Graph& graph, const wit::World& world, F f) {
  for (const auto* items : {&world.imports, &world.exports}) {
    for (const wit::WorldItem& item : *items) {
      const auto* id = std::get_if<wit::InterfaceId>(&item.item);
      if (id != nullptr && has_own_name(graph, item, *id)) f(item.name);
    }
  }
}

}  // namespace

bool has_own_name(const wit::Graph& graph, const wit::WorldItem& item, wit::InterfaceId id) {
  return !graph.interfaces[id].name || item.name != graph.interface_id_name(id);
}

std::string FileNames::package_name(const wit::Graph& graph, wit::PackageId id) {
  const wit::PackageName& name = graph.packages[id].name;
  std::string out = to_snake_case(name.name);
  const bool has_sibling = std::any_of(graph.packages.begin(), graph.packages.end(), [&](const wit::Package& p) {
    return p.name.ns == name.ns && p.name.name == name.name && p.name.version != name.version;
  });
  if (!has_sibling || !name.version) return out;
  out += "_v";
  for (const char c : name.version->to_string()) out += c == '.' || c == '-' || c == '+' ? '_' : c;
  return out;
}

FileNames::FileNames(const wit::Graph& graph) {
  NameScope package_names, files{"wcomp_guest"};
  for (std::size_t i = 0; i < graph.packages.size(); ++i) {
    const wit::PackageId id(i);
    packages_.emplace(id, package_names.take(to_snake_case(graph.packages[id].name.ns) + "_" + package_name(graph, id)));
  }
  for (const wit::Package& package : graph.packages) {
    for (const wit::InterfaceId i : package.interfaces) {
      interfaces_.emplace(i, files.take(packages_.at(graph.interfaces[i].package) + "_" + to_snake_case(*graph.interfaces[i].name)));
    }
  }
  for (const wit::Package& package : graph.packages) {
    for (const wit::WorldId w : package.worlds) {
      const std::string prefix = packages_.at(graph.worlds[w].package) + "_" + to_snake_case(graph.worlds[w].name) + "_";
      for_each_own_item(graph, graph.worlds[w], [&](const std::string& name) {
        const auto [it, is_new] = items_.try_emplace({w, name});
        if (is_new) it->second = files.take(prefix + to_snake_case(name));
      });
    }
  }
  // Worlds of different packages have the same name so often that each package counts for itself.
  for (const wit::Package& package : graph.packages) {
    NameScope all = files;
    for (const wit::WorldId w : package.worlds) worlds_.emplace(w, all.take_all(to_snake_case(graph.worlds[w].name), world_suffixes));
  }
}

}  // namespace wcomp::bindgen
