// What the two programs share: a table of subcommands, exit statuses, and how diagnostics reach people.
//
// Exit status: 0 success; 1 the input or the guest failed; 2 wrong usage; a guest's own exit code passes through; 134 the guest trapped.
// Results go to standard output, everything said about them to standard error. Names and texts from input are escaped by `render`.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "wcomp/trap.h"

namespace wcomp::cli {

inline constexpr int status_ok = 0;
inline constexpr int status_failed = 1;
inline constexpr int status_usage = 2;
inline constexpr int status_trapped = 134;

/// What a subcommand does once its options are parsed; gives the exit status.
using Action = std::function<int()>;

/// A row of a program's table. `setup` declares options on the subcommand and returns the action.
struct Command {
  const char* name;
  const char* summary;
  const char* examples;  ///< lines shown at the end of --help
  Action (*setup)(CLI::App& app);
  bool guest_args = false;  ///< everything after the first positional belongs to the guest: `get_guest_args()`
  bool is_hidden = false;   ///< for build steps: in no list
  /// Set: files, and what is no option of ours, are another program's words: `get_guest_args()` has them in their order, wherever they stand.
  /// Says whether the value of such an option is the next word.
  bool (*foreign_takes_next)(std::string_view word) = nullptr;
};

/// A row of the lists at the end of a manual page.
struct Note {
  const char* name;
  const char* meaning;
};

inline constexpr Note exit_statuses[] = {
    {"0", "success"},
    {"1", "the input or the guest failed; diagnostics are on standard error"},
    {"2", "wrong usage"},
    {"134", "the guest trapped (`wcomp run`); the trap and its backtrace are on standard error"},
    {"other", "the exit status of the guest itself (`wcomp run`)"},
};

struct Program {
  const char* name;
  const char* summary;
  std::span<const Command> commands;
  const char* default_command = nullptr;  ///< used when the first word that is no option names no command but an existing file
  std::span<const Note> environment = {};  ///< variables that are read
};

/// The program that runs.
const Program& get_program();

/// Declares a command with all its options below `app`; used where options are parsed, and where they are described. For the words of a command
/// line, options of a command with `guest_args` that are not among them may be left out (`is_wanted`): parsing comes to the same.
struct Declared {
  CLI::App* app;
  Action action;
};
Declared declare(CLI::App& app, const Command& command, std::span<const std::string> words = {});
/// Whether a command that is set up has to declare the option `--name` or `-n`. It need not be asked: it is for those with so many options that
/// declaring them takes a part of the time of every start.
[[nodiscard]] bool is_wanted(CLI::App& app, std::string_view option);
/// What every command has: `--help`, `--message-format`.
void declare_common(CLI::App& app);

/// Parses and runs; the value for main to return. Never throws.
int run_program(const Program& program, int argc, char** argv);

/// Ends the process at once, with all output written: for commands that hold much by then, which the system takes back faster than destructors do.
/// Returns the status where those are of interest (builds that look for leaks).
int end_program(int status);

/// What stood after FILE on the command line of a command with `guest_args`; another program's words (`foreign_takes_next`).
const std::vector<std::string>& get_guest_args();

/// Prints to standard error, as text or (with --message-format=json) one JSON object a line. Colours only on a terminal.
void print(const Diagnostic& diagnostic);
[[nodiscard]] bool messages_are_json();
/// Says on standard error what was done: a line, or with --message-format=json an object of severity `note`.
void say(std::string_view message);
int report(const Failure& failure);  ///< prints all; status_failed
int report(const Trap& trap);        ///< an exit's own status, else prints the trap; status_trapped
/// Ends the process with status_trapped, whatever other threads hold or wait for: the trap is printed if that does not block.
[[noreturn]] void end_at_once(const Trap& trap);

/// Writes the result of a command: `path` empty means standard output; a binary is not written to a terminal.
int write_output(const std::string& path, std::span<const std::uint8_t> bytes);
/// The same for a binary in parts.
int write_output(const std::string& path, const std::vector<std::span<const std::uint8_t>>& parts);
int write_output(const std::string& path, std::string_view text);

}  // namespace wcomp::cli
