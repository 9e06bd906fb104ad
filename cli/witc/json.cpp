// witc json PATH
#include "cli/witc/commands.h"
#include "cli/witc/wit_input.h"

namespace wcomp::cli {

Action setup_json(CLI::App& app) {
  auto input = add_wit_input(app, false);
  auto output = std::make_shared<std::string>("-");
  app.add_option("-o,--output", *output, "Write to this file")->type_name("FILE");
  return [input, output] {
    const auto loaded = input->load(true);
    return loaded ? write_output(*output, std::string_view(wit::to_json(loaded->graph))) : report(loaded.error());
  };
}

}  // namespace wcomp::cli
