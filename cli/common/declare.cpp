#include <fmt/format.h>

#include "cli/common/program.h"

namespace wcomp::cli {

namespace {
std::string message_format = "text";
}

void declare_common(CLI::App& app) {
  app.set_help_flag("-h,--help", "Print this help");
  app.add_option("--message-format", message_format, "How diagnostics are written: text or json (one object a line)")->check(CLI::IsMember({"text", "json"}));
}

Declared declare(CLI::App& app, const Command& command) {
  CLI::App* const sub = app.add_subcommand(command.name, command.summary);
  Action action = command.setup(*sub);
  declare_common(*sub);
  const std::string more = sub->get_footer();
  sub->footer(fmt::format("Examples:\n{}{}{}", command.examples, more.empty() ? "" : "\n\n", more));
  return {.app = sub, .action = std::move(action)};
}

}  // namespace wcomp::cli
