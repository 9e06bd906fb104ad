#include <algorithm>

#include <fmt/format.h>

#include "cli/common/program.h"

namespace wcomp::cli {

namespace {

std::string message_format = "text";
constexpr std::string_view message_format_option = "--message-format";

/// Whether a word of the command line is `--name`, `--name=VALUE`, `-n` or `-nVALUE`.
bool names(std::string_view word, std::string_view option) {
  if (!word.starts_with(option)) return false;
  return !option.starts_with("--") || word.size() == option.size() || word[option.size()] == '=';
}

/// The parser of a command that declares only those options that are among the words. Help is not shown of it.
class PartialApp final : public CLI::App {
 public:
  PartialApp(const Command& command, std::span<const std::string> words) : CLI::App(command.summary, command.name) {
    if (!words.empty() && words.front() == command.name) words = words.subspan(1);
    // What stands behind a first word that is no option belongs to the guest.
    for (const std::string& word : words) {
      if (word == "--" || (&word == words.data() && !is_option(word))) break;
      if (is_option(word) && !names(word, message_format_option)) words_.push_back({word, false});
    }
  }
  [[nodiscard]] bool wants(std::string_view option) {
    bool out = false;
    for (auto& [word, is_known] : words_) {
      if (names(word, option)) out = is_known = true;
    }
    return out;
  }
  /// Whether every word that may be an option is one of those that were asked for.
  [[nodiscard]] bool knows_all() const {
    return std::ranges::all_of(words_, [](const auto& w) { return w.second; });
  }

 private:
  static bool is_option(std::string_view word) { return word.size() > 1 && word[0] == '-'; }
  std::vector<std::pair<std::string_view, bool>> words_;  ///< and whether it is known
};

}  // namespace

bool is_wanted(CLI::App& app, std::string_view option) {
  auto* partial = dynamic_cast<PartialApp*>(&app);
  return partial == nullptr || partial->wants(option);
}

void declare_common(CLI::App& app) {
  app.set_help_flag("-h,--help", "Print this help");
  app.add_option(std::string(message_format_option), message_format, "How diagnostics are written: text or json (one object a line)")->check(CLI::IsMember({"text", "json"}));
}

Declared declare(CLI::App& app, const Command& command, std::span<const std::string> words) {
  if (command.guest_args && !words.empty()) {
    const auto partial = std::make_shared<PartialApp>(command, words);  // owners: `app` and this
    Action action = command.setup(*partial);
    if (partial->knows_all()) {
      declare_common(*partial);
      app.add_subcommand(partial);
      return {.app = partial.get(), .action = std::move(action)};
    }
  }
  CLI::App* const sub = app.add_subcommand(command.name, command.summary);
  Action action = command.setup(*sub);
  declare_common(*sub);
  const std::string more = sub->get_footer();
  sub->footer(fmt::format("Examples:\n{}{}{}", command.examples, more.empty() ? "" : "\n\n", more));
  return {.app = sub, .action = std::move(action)};
}

}  // namespace wcomp::cli
