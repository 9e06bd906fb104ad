// witc print PATH
#include "cli/witc/commands.h"
#include "cli/witc/operations.h"
#include "cli/witc/wit_input.h"
#include "cli/witc/wit_output.h"

namespace wcomp::cli {

Action setup_print(CLI::App& app) {
  auto input = add_wit_input(app, false);
  auto operations = add_wit_operations(app);
  auto output = add_wit_output(app);
  return [input, operations, output] {
    component::WitForm form{};
    auto loaded = input->load(true, &form);
    if (!loaded) return report(loaded.error());
    auto graph = operations->apply(std::move(loaded->graph), form == component::WitForm::component || form == component::WitForm::core_module);
    if (!graph) return report(graph.error());
    return output->write(std::move(*graph));
  };
}

}  // namespace wcomp::cli
