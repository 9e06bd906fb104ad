// wcomp wit [PATH]
#include <cstdio>

#include "base/diagnostic.h"
#include "cli/wcomp/commands.h"
#include "cli/witc/operations.h"
#include "cli/witc/wit_encoding.h"
#include "cli/witc/wit_input.h"
#include "cli/witc/wit_output.h"

namespace wcomp::cli {

Action setup_wit(CLI::App& app) {
  auto input = add_wit_input(app, false, true);
  auto operations = add_wit_operations(app);
  auto output = add_wit_output(app, true);
  auto encoding = add_wit_encoding(app);
  auto is_json = std::make_shared<bool>(false);
  CLI::Option* json = app.add_flag("-j,--json", *is_json, "Write the resolved packages as JSON");
  json->excludes(app.get_option("--wasm"))->excludes(app.get_option("--wat"))->excludes(app.get_option("--out-dir"));
  return [input, operations, output, encoding, is_json] {
    component::WitForm form{};
    auto loaded = input->load(true, &form);
    if (!loaded) return report(loaded.error());
    auto graph = operations->apply(std::move(loaded->graph), form == component::WitForm::component || form == component::WitForm::core_module);
    if (!graph) return report(graph.error());
    if (*is_json) return write_output(output->path, std::string_view(wit::to_json(*graph)));
    if (encoding->as_wasm || encoding->as_wat) return encoding->write(*graph, output->path);
    return output->write(std::move(*graph));
  };
}

}  // namespace wcomp::cli
