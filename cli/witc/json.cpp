// witc json PATH
#include <cstdio>

#include "base/diagnostic.h"
#include "cli/witc/commands.h"
#include "cli/witc/operations.h"
#include "cli/witc/wit_input.h"

namespace wcomp::cli {

Action setup_json(CLI::App& app) {
  auto input = add_wit_input(app, false);
  auto operations = add_wit_operations(app);
  auto output = std::make_shared<std::string>("-");
  app.add_option("-o,--output", *output, "Write to this file")->type_name("FILE");
  return [input, operations, output] {
    component::WitForm form{};
    auto loaded = input->load(true, &form);
    if (!loaded) return report(loaded.error());
    auto applied = operations->apply(std::move(loaded->graph), form == component::WitForm::component || form == component::WitForm::core_module);
    if (!applied) return report(applied.error());
    const wit::Graph& graph = keep(std::move(*applied));
    if (*output != "-") return write_output(*output, std::string_view(wit::to_json(graph)));
    // Piece by piece: the text is many times as large as the WIT.
    const bool is_written = wit::write_json(graph, [](std::string_view piece) { return std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size(); });
    if (is_written && std::fflush(stdout) == 0) return status_ok;
    return report(Failure(error(diag::file_error, "cannot write standard output")));
  };
}

}  // namespace wcomp::cli
