// witc encode PATH [-o pkg.wasm] [-t]
#include "cli/witc/commands.h"
#include "cli/witc/operations.h"
#include "cli/witc/wit_encoding.h"
#include "cli/witc/wit_input.h"

namespace wcomp::cli {

Action setup_encode(CLI::App& app) {
  auto input = add_wit_input(app, false);
  auto operations = add_wit_operations(app);
  auto encoding = add_wit_encoding(app);
  auto output = std::make_shared<std::string>("-");
  app.add_option("-o,--output", *output, "Write to this file")->type_name("FILE");
  return [input, operations, encoding, output] {
    component::WitForm form{};
    auto loaded = input->load(true, &form);
    if (!loaded) return report(loaded.error());
    const auto graph = operations->apply(std::move(loaded->graph), form == component::WitForm::component || form == component::WitForm::core_module);
    return graph ? encoding->write(*graph, *output) : report(graph.error());
  };
}

}  // namespace wcomp::cli
