// witc check PATH..
#include "cli/witc/commands.h"
#include "cli/witc/wit_input.h"

namespace wcomp::cli {

Action setup_check(CLI::App& app) {
  auto input = add_wit_input(app, true);
  return [input] {
    const auto loaded = input->load();
    return loaded ? status_ok : report(loaded.error());
  };
}

}  // namespace wcomp::cli
