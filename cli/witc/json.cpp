// witc json PATH
#include <cstdio>

#include "cli/witc/commands.h"
#include "cli/witc/wit_input.h"

namespace wcomp::cli {

Action setup_json(CLI::App& app) {
  auto input = add_wit_input(app, false);
  auto output = std::make_shared<std::string>("-");
  app.add_option("-o,--output", *output, "Write to this file")->type_name("FILE");
  return [input, output] {
    const auto loaded = input->load(true);
    if (!loaded) return report(loaded.error());
    if (*output != "-") return write_output(*output, std::string_view(wit::to_json(loaded->graph)));
    // Piece by piece: the text is many times as large as the WIT. What could not be written is reported at the end of the program.
    (void)wit::write_json(loaded->graph, [](std::string_view piece) { return std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size(); });
    return status_ok;
  };
}

}  // namespace wcomp::cli
