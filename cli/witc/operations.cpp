#include "cli/witc/operations.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "cli/common/program.h"
#include "wit/operations/merge_imports.h"
#include "wit/operations/nominal_types.h"
#include "wit/operations/turn_around.h"

namespace wcomp::cli {

namespace {

/// `--importize` means a component's world, `--importize-world` names one of a package.
Result<wit::WorldId> world_of(const wit::Graph& graph, bool of_component, const std::string& name, std::string_view option, bool is_component) {
  if (!of_component) return wit::select_world(graph, name);
  if (is_component) return wit::select_world(graph, "");
  Diagnostic d = error(diag::bad_usage, fmt::format("`--{}` takes a component, and this is a package of WIT", option));
  d.notes.push_back(fmt::format("for a world of a package: `--{}-world WORLD`", option));
  return Err(Failure(std::move(d)));
}

}  // namespace

Result<wit::Graph> WitOperations::apply(wit::Graph graph, bool is_component) const {
  if (importize || !importize_world.empty()) {
    WCOMP_TRY(const wit::WorldId world, world_of(graph, importize, importize_world, "importize", is_component));
    WCOMP_TRY(graph, wit::importize(std::move(graph), world, importize_out_name));
  } else if (!importize_out_name.empty()) {
    return fail(diag::bad_usage, "`--importize-out-world-name` needs `--importize-world` or `--importize`");
  }
  if (exportize || !exportize_world.empty()) {
    WCOMP_TRY(const wit::WorldId world, world_of(graph, exportize, exportize_world, "exportize", is_component));
    std::vector<std::string> unknown;
    WCOMP_TRY(graph, wit::exportize(std::move(graph), world, exportize_out_name, exportize_imports, &unknown));
    for (const std::string& name : unknown) print(warning(diag::unknown_item, fmt::format("world has no import `{}` to export", name)));
  } else if (!exportize_out_name.empty() || !exportize_imports.empty()) {
    return fail(diag::bad_usage, fmt::format("`--exportize-{}` needs `--exportize-world` or `--exportize`", exportize_imports.empty() ? "out-world-name" : "import"));
  }
  if (!merge_world.empty()) {
    WCOMP_TRY(const wit::WorldId world, wit::select_world(graph, merge_world));
    WCOMP_TRY(graph, wit::merge_imports_by_version(std::move(graph), world));
  }
  if (!nominal_world.empty()) {
    WCOMP_TRY(const wit::WorldId world, wit::select_world(graph, nominal_world));
    graph = wit::generate_nominal_types(std::move(graph), world);
  }
  return graph;
}

std::shared_ptr<WitOperations> add_wit_operations(CLI::App& app) {
  auto o = std::make_shared<WitOperations>();
  CLI::Option* importize = app.add_flag("--importize", o->importize, "Of a component: a world that imports what the component exports");
  CLI::Option* importize_world = app.add_option("--importize-world", o->importize_world, "Turn this world's exports into imports, for those who use a component of it")->type_name("WORLD");
  app.add_option("--importize-out-world-name", o->importize_out_name, "Name of the world that --importize or --importize-world makes")->type_name("NAME");
  CLI::Option* exportize = app.add_flag("--exportize", o->exportize, "Of a component: a world that exports what the component imports");
  CLI::Option* exportize_world = app.add_option("--exportize-world", o->exportize_world, "Turn this world's imports into exports, for those who provide them")->type_name("WORLD");
  app.add_option("--exportize-out-world-name", o->exportize_out_name, "Name of the world that --exportize or --exportize-world makes")->type_name("NAME");
  app.add_option("--exportize-import", o->exportize_imports, "Turn only these imports into exports")->type_name("IMPORT")->allow_extra_args(false);
  for (CLI::Option* a : {importize, importize_world}) {
    for (CLI::Option* b : {exportize, exportize_world}) a->excludes(b);
  }
  importize->excludes(importize_world);
  exportize->excludes(exportize_world);
  app.add_option("--merge-world-imports-based-on-semver", o->merge_world, "Of several compatible versions that this world imports, keep the newest")->type_name("WORLD");
  app.add_option("--generate-nominal-type-ids", o->nominal_world, "Give each import and export of this world types of its own, for generators of bindings")->type_name("WORLD");
  return o;
}

}  // namespace wcomp::cli
