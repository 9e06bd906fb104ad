#include "wit/resolve/resolve.h"

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
  const InterfaceId id = all.graph.interfaces.add({.name = d.name->text, .package = all.packages[d.package], .types = {}, .functions = {}, .docs = d.item->docs,
                                                   .stability = d.gated.stability, .span = d.name->span});
  all.interfaces[definition] = id;
  ItemDefiner definer(all, d.package, d.scope, id);
  definer.define_types(*d.items, false);
  auto functions = definer.functions(*d.items);
  all.graph.interfaces[id].types = definer.types();
  all.graph.interfaces[id].functions = std::move(functions);
  all.names[definition] = std::move(definer.names());
}

/// A gated-off interface is checked for items that forgot their gates, and no more.
void check_excluded(Definitions& all, const Definition& d) {
  if (d.is_world || !d.gated.stability.unstable_feature) return;
  ItemDefiner definer(all, d.package, d.scope, {});
  definer.define_types(*d.items, true);
}

}  // namespace

Graph resolve(std::span<const SourceGroup> groups, const Options& options, Report& report) {
  Graph graph;
  const Symbols symbols = collect(groups, options, report);
  const std::size_t errors_before = report.error_count();
  const DefinitionOrder order = order_definitions(symbols, report);
  if (report.error_count() != errors_before) return graph;  // after a cycle nothing has an order to be defined in
  Definitions all{.graph = graph, .symbols = symbols, .options = options, .report = report, .packages = {}, .interfaces = {}, .worlds = {}, .names = {}, .drafts = {}, .has_borrow = {}};
  all.interfaces.resize(symbols.definitions.size());
  all.worlds.resize(symbols.definitions.size());
  all.names.resize(symbols.definitions.size());
  all.drafts.resize(symbols.definitions.size());
  add_packages(all, order.packages);
  for (const std::size_t d : order.definitions) {
    const Definition& definition = symbols.definitions[d];
    if (!definition.gated.is_included) check_excluded(all, definition);
    else if (definition.is_world) define_world(all, d);
    else define_interface(all, d);
  }
  for (std::size_t d = 0; d < symbols.definitions.size(); ++d) {
    Package& package = graph.packages[all.packages[symbols.definitions[d].package]];
    if (all.interfaces[d]) package.interfaces.push_back(*all.interfaces[d]);
    if (!all.worlds[d]) continue;
    package.worlds.push_back(*all.worlds[d]);
    if (!report.has_errors()) elaborate_world(all, d);
  }
  return graph;
}

}  // namespace wcomp::wit
