// wcomp plan FILE
#include "link/plan.h"

#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"

namespace wcomp::cli {

Action setup_plan(CLI::App& app) {
  auto file = std::make_shared<std::string>();
  app.add_option("FILE", *file, "Component")->required();
  return [file] {
    const auto valid = read_component(*file);
    if (!valid) return report(valid.error());
    const auto plan = link::plan(*valid);
    if (!plan) return report(plan.error());
    return write_output("-", std::string_view(link::print(*plan)));
  };
}

}  // namespace wcomp::cli
