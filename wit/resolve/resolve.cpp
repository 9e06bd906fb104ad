#include "wit/resolve/resolve.h"

#include <fmt/format.h>

#include "types/limits.h"
#include "wit/resolve/collect.h"
#include "wit/resolve/define.h"
#include "wit/resolve/worlds.h"

namespace wcomp::wit {

namespace {

void add_packages(Definitions& all, const std::vector<std::size_t>& order) {
  all.packages.resize(all.symbols.packages.size());
  for (const std::size_t p : order) {
    const PackageSource& source = all.symbols.packages[p];
    PackageName name = source.name;
    if (const GatePolicy policy = gate_policy(all.options, source.name); policy.target) name.version = policy.target;
    all.packages[p] = all.graph.packages.add({.name = std::move(name), .interfaces = {}, .worlds = {}, .docs = source.docs});
  }
  for (std::size_t p = 0; p < all.symbols.packages.size(); ++p) {
    if (all.symbols.packages[p].is_root) all.graph.roots.push_back(all.packages[p]);
  }
}

void define_interface(Definitions& all, std::size_t definition) {
  const Definition& d = all.symbols.definitions[definition];
  const InterfaceId id = *all.interfaces[definition];
  ItemDefiner definer(all, d.package, d.scope, id, d.gated.stability);
  definer.define_types(*d.items, false);
  auto functions = definer.functions(*d.items);
  all.graph.interfaces[id].types = std::move(definer.types());
  all.graph.interfaces[id].functions = std::move(functions);
  all.names[definition] = std::move(definer.names());
}

/// A gated-off interface is checked for items that forgot their gates, and no more.
void check_excluded(Definitions& all, const Definition& d) {
  if (d.is_world || !d.gated.stability.unstable_feature) return;
  ItemDefiner definer(all, d.package, d.scope, {}, d.gated.stability);
  definer.define_types(*d.items, true);
}

/// Parameters and results that name a resource become owned handles of it.
void finish_functions(Definitions& all, std::span<const std::size_t> definitions) {
  for (const auto& [interface, function] : all.with_resources) all.anonymous->own_parts(all.graph.interfaces[interface].functions[function].type);
  all.with_resources.clear();
  for (const std::size_t d : definitions) {
    for (std::vector<WorldItem>* items : {&all.drafts[d].imports, &all.drafts[d].exports}) {
      for (WorldItem& item : *items) {
        if (auto* f = std::get_if<Function>(&item.item)) all.anonymous->own_parts(f->type);
      }
    }
  }
}

/// `definitions` are those of one package, in dependency order.
void define_package(Definitions& all, std::span<const std::size_t> definitions) {
  AnonymousTypes anonymous(all.graph, all.ends);
  all.anonymous = &anonymous;
  for (const std::size_t d : definitions) {
    const Definition& definition = all.symbols.definitions[d];
    if (definition.is_world || !definition.gated.is_included) continue;
    all.interfaces[d] = all.graph.interfaces.add({.name = std::string(definition.name->text()), .package = all.packages[definition.package], .types = {}, .functions = {},
                                                  .docs = all.docs(*definition.item), .stability = definition.gated.stability, .span = definition.name->span()});
  }
  for (const std::size_t d : definitions) {
    if (all.interfaces[d]) define_interface(all, d);
    else if (!all.symbols.definitions[d].gated.is_included) check_excluded(all, all.symbols.definitions[d]);
  }
  std::vector<std::size_t> worlds;
  for (const std::size_t d : definitions) {
    if (!all.symbols.definitions[d].is_world || !all.symbols.definitions[d].gated.is_included) continue;
    define_world(all, d);
    worlds.push_back(d);
  }
  finish_functions(all, definitions);
  for (const std::size_t d : worlds) {
    include_worlds(all, d);
    elaborate_world(all, d);
  }
  all.anonymous = nullptr;
}

/// Types that no component could have. Where the first is too large, so is what it is a part of: nothing more is said.
void check_limits(const Graph& graph, Report& report) {
  types::TypeLimits limits(graph.types);
  const auto keeps = [&](const auto& type, std::string_view what, std::string_view name, Span span) {
    const auto checked = limits.check(type);
    if (checked) return true;
    Diagnostic& d = report.error(diag::limit_exceeded, span, fmt::format("{} `{}`: {}", what, name, checked.error().first().message));
    d.notes = checked.error().first().notes;
    return false;
  };
  for (const TypeDecl& t : graph.type_decls) {
    if (!keeps(t.type, "type", t.name, t.span)) return;
  }
  for (const Interface& i : graph.interfaces) {
    for (const Function& f : i.functions) {
      if (!keeps(f.type, "function", f.name, f.span)) return;
    }
  }
  for (const World& w : graph.worlds) {
    for (const std::vector<WorldItem>* items : {&w.imports, &w.exports}) {
      for (const WorldItem& item : *items) {
        const auto* f = std::get_if<Function>(&item.item);
        if (f != nullptr && !keeps(f->type, "function", f->name, f->span)) return;
      }
    }
  }
}

}  // namespace

Graph resolve(std::span<const SourceGroup> groups, const Options& options, Report& report) {
  Graph graph;
  const Symbols symbols = collect(groups, options, report);
  const std::size_t errors_before = report.error_count();
  const DefinitionOrder order = order_definitions(symbols, report);
  if (report.error_count() != errors_before) return graph;  // after a cycle nothing has an order to be defined in
  SpecFeatures features(options, report);
  Definitions all{.graph = graph, .symbols = symbols, .options = options, .report = report, .features = features, .packages = {}, .interfaces = {}, .worlds = {}, .names = {}, .drafts = {},
                  .has_borrow = {}, .gates = {}, .ends = AliasEnds(graph), .anonymous = nullptr, .direct_uses = {}, .import_marks = {}};
  for (const PackageSource& p : symbols.packages) {
    if (p.is_nested_name) features.require(SpecFeature::nested_names, p.span);
  }
  all.interfaces.resize(symbols.definitions.size());
  all.worlds.resize(symbols.definitions.size());
  all.names.resize(symbols.definitions.size());
  all.drafts.resize(symbols.definitions.size());
  std::size_t declarations = 0;
  for (const SourceGroup& group : groups) {
    for (const ast::File& file : group.files) declarations += file.declarations;
  }
  graph.type_decls.reserve(declarations);
  graph.types.reserve(2 * declarations);
  graph.interfaces.reserve(symbols.definitions.size());
  add_packages(all, order.packages);
  const std::span<const std::size_t> definitions = order.definitions;
  for (std::size_t first = 0; first < definitions.size();) {
    const std::size_t package = symbols.definitions[definitions[first]].package;
    std::size_t last = first;
    while (last < definitions.size() && symbols.definitions[definitions[last]].package == package) ++last;
    define_package(all, definitions.subspan(first, last - first));
    first = last;
  }
  for (std::size_t d = 0; d < symbols.definitions.size(); ++d) {
    Package& package = graph.packages[all.packages[symbols.definitions[d].package]];
    if (all.interfaces[d]) package.interfaces.push_back(*all.interfaces[d]);
    if (all.worlds[d]) package.worlds.push_back(*all.worlds[d]);
  }
  check_limits(graph, report);
  return graph;
}

}  // namespace wcomp::wit
