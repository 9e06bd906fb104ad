// witc check PATH..
#include "cli/witc/commands.h"
#include "cli/witc/wit_input.h"

namespace wcomp::cli {

Action setup_check(CLI::App& app) {
  auto input = add_wit_input(app, true);
  input->leaves_out_docs = true;
  return [input] {
    auto loaded = input->load();
    if (!loaded) return report(loaded.error());
    keep(std::move(*loaded));
    return status_ok;
  };
}

}  // namespace wcomp::cli
