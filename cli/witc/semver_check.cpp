// witc semver-check PATH --prev WORLD --new WORLD
#include "wit/operations/semver_check.h"

#include "cli/witc/commands.h"
#include "cli/witc/wit_input.h"

namespace wcomp::cli {

Action setup_semver_check(CLI::App& app) {
  auto input = add_wit_input(app, false);
  auto prev = std::make_shared<std::string>();
  auto next = std::make_shared<std::string>();
  app.add_option("--prev", *prev, "The world as it was")->type_name("WORLD")->required();
  app.add_option("--new", *next, "The world as it is to be")->type_name("WORLD")->required();
  return [input, prev, next] {
    const auto loaded = input->load();
    if (!loaded) return report(loaded.error());
    const auto before = wit::select_world(loaded->graph, *prev);
    if (!before) return report(before.error());
    const auto after = wit::select_world(loaded->graph, *next);
    if (!after) return report(after.error());
    int status = status_ok;
    for (const Diagnostic& d : wit::semver_check(loaded->graph, *before, *after)) {
      print(d);
      if (d.severity == Severity::error) status = status_failed;
    }
    return status;
  };
}

}  // namespace wcomp::cli
