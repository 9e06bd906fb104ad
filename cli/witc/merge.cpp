// witc merge INTO FROM..
#include "wit/operations/merge.h"

#include "cli/witc/commands.h"
#include "cli/witc/wit_input.h"
#include "cli/witc/wit_output.h"

namespace wcomp::cli {

Action setup_merge(CLI::App& app) {
  auto into = std::make_shared<WitInput>();
  auto from = std::make_shared<WitInput>();
  into->paths.resize(1);
  app.add_option("INTO", into->paths[0], "WIT file or directory: its packages come first")->required();
  app.add_option("FROM", from->paths, "WIT files or directories, each with its own view of packages of the same names")->required();
  app.add_option("--features", into->features, "Keep items that are @unstable under these features")->delimiter(',')->allow_extra_args(false);
  app.add_flag("--all-features", into->all_features, "Keep all @unstable items");
  auto output = add_wit_output(app, true);
  return [into, from, output] {
    auto merged = into->load();
    if (!merged) return report(merged.error());
    for (const std::string& path : from->paths) {
      WitInput next = *into;
      next.paths = {path};
      const auto other = next.load();
      if (!other) return report(other.error());
      auto graph = wit::merge(std::move(merged->graph), other->graph);
      if (!graph) return report(graph.error());
      merged->graph = std::move(*graph);
    }
    return output->write(std::move(merged->graph));
  };
}

}  // namespace wcomp::cli
