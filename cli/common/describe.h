// What a program's option tables say, as plain data: the source of its manual pages and completions, so that no second list of options exists.
#pragma once

#include <string>
#include <vector>

#include "cli/common/program.h"

namespace wcomp::cli {

/// What completes a value.
enum class ValueKind { none, text, file, folder, choice };

struct OptionInfo {
  std::vector<std::string> short_names, long_names;  ///< without dashes; both empty: a positional
  std::string value;                                 ///< what stands for the value (`FILE`), or the positional's name; empty for a flag
  ValueKind kind = ValueKind::none;
  std::vector<std::string> choices;
  std::string description;
  bool is_required = false;
  bool repeats = false;  ///< may be given several times, or takes several words
  [[nodiscard]] bool is_positional() const { return short_names.empty() && long_names.empty(); }
};

struct CommandInfo {
  const Command* command;
  std::vector<OptionInfo> options, positionals;
};

/// The commands that are not hidden, in the order of the table.
[[nodiscard]] std::vector<CommandInfo> describe(const Program& program);

/// How a command is called: `wcomp embed [OPTIONS] WIT MODULE`.
[[nodiscard]] std::string synopsis(const Program& program, const CommandInfo& command);

/// The commands that print or write what is made of the description; rows of a program's table.
Action setup_completions(CLI::App& app);
Action setup_manual(CLI::App& app);

/// File name and text of each manual page: the program's own first.
struct ManualPage {
  std::string file_name, text;
};
[[nodiscard]] std::vector<ManualPage> manual_pages(const Program& program);

[[nodiscard]] std::string bash_completion(const Program& program);
[[nodiscard]] std::string zsh_completion(const Program& program);
[[nodiscard]] std::string fish_completion(const Program& program);

}  // namespace wcomp::cli
