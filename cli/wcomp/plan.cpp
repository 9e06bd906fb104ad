// wcomp plan FILE
#include "link/plan.h"

#include "base/in_file.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"

namespace wcomp::cli {

Action setup_plan(CLI::App& app) {
  struct Options {
    std::string file, output;
    bool is_json = false, adapters = false;
  };
  auto o = std::make_shared<Options>();
  app.add_option("FILE", o->file, "Component")->required();
  CLI::Option* json = app.add_flag("--json", o->is_json, "As JSON");
  app.add_flag("--adapters", o->adapters, "Print the functions that calls between components go through, as the text of core modules")->excludes(json);
  app.add_option("--output,-o", o->output, "Where to write (standard output when left out)")->type_name("FILE");
  return [o] {
    const auto valid = read_component(o->file);
    if (!valid) return report(valid.error());
    auto plan = link::plan(*valid);
    if (!plan) return report(in_file(std::move(plan).error(), o->file));
    return write_output(o->output, std::string_view(o->is_json ? link::to_json(*plan) : o->adapters ? link::print_adapters(*plan) : link::print(*plan)));
  };
}

}  // namespace wcomp::cli
