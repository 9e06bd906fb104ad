// witc print PATH
#include "cli/witc/commands.h"
#include "cli/witc/wit_input.h"

namespace wcomp::cli {

Action setup_print(CLI::App& app) {
  auto input = add_wit_input(app, false);
  auto output = std::make_shared<std::string>("-");
  auto has_deps = std::make_shared<bool>(false);
  app.add_option("-o,--output", *output, "Write to this file")->type_name("FILE");
  app.add_flag("--with-deps", *has_deps, "Nest the packages it depends on, so that the text stands alone");
  return [input, output, has_deps] {
    const auto loaded = input->load();
    if (!loaded) return report(loaded.error());
    std::string text;
    if (*has_deps) {
      text = wit::print_with_dependencies(loaded->graph);
    } else {
      text = wit::print(loaded->graph, loaded->graph.roots.front());
    }
    return write_output(*output, std::string_view(text));
  };
}

}  // namespace wcomp::cli
