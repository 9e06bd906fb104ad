// Which command a command line means, and where the guest's own arguments begin: decided before the option parser sees a word.
//
// `wcomp FILE ARGS`, `wcomp --dir . FILE ARGS` and `wcomp - ARGS` mean the default command; a FILE that is named like a command is meant by
// `wcomp run NAME` or `wcomp ./NAME`. For a command with guest arguments everything after the first positional is cut off, whatever it
// looks like: no `-h`, `--` or `--dir=..` behind FILE is ever read as an option of ours.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/common/program.h"

namespace wcomp::cli {

struct CommandLine {
  std::optional<std::size_t> command;   ///< row of the program's table; none: the program's own options, or nothing
  std::vector<std::string> words;       ///< for the option parser: the command's name, then what belongs to it
  std::vector<std::string> guest_args;
  std::optional<Diagnostic> problem;    ///< wrong usage that the option parser would not see or would not explain
};

/// `options_of(i)` has the options of `program.commands[i]`.
[[nodiscard]] CommandLine split_command_line(const Program& program, const std::function<const CLI::App&(std::size_t)>& options_of, std::vector<std::string> words);

/// A note for a word that is no option of `app`: the nearest one, if there is one.
[[nodiscard]] std::string suggest_option(const CLI::App& app, std::string_view word);

}  // namespace wcomp::cli
