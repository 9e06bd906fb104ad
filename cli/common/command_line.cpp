#include "cli/common/command_line.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/diagnostic.h"
#include "base/nearest_name.h"
#include "base/text.h"

namespace wcomp::cli {

namespace {

using Words = std::vector<std::string>;

bool exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

bool is_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool looks_like_option(std::string_view word) { return word.size() > 1 && word[0] == '-'; }

/// The option that a word names: `--dir`, `--dir=x`, `-o`, `-ofile`.
const CLI::Option* option_of(const CLI::App& app, const std::string& word) {
  if (word.starts_with("--")) return app.get_option_no_throw(word.substr(0, word.find('=')));
  return looks_like_option(word) ? app.get_option_no_throw(word.substr(0, 2)) : nullptr;
}

/// Whether the word is an option whose value is the next word.
bool takes_next(const CLI::App& app, const std::string& word) {
  const CLI::Option* option = option_of(app, word);
  if (option == nullptr || option->get_items_expected_min() == 0) return false;
  return word.starts_with("--") ? word.find('=') == std::string::npos : word.size() == 2;
}

struct Scan {
  std::size_t positional = 0;  ///< of the first word that is neither an option nor the value of one; the number of words if there is none
  std::optional<Diagnostic> problem;
};

Scan scan(const CLI::App& app, const Words& words, std::size_t from) {
  for (std::size_t i = from; i < words.size(); ++i) {
    if (words[i] == "--") return {i + 1, std::nullopt};
    if (!looks_like_option(words[i])) return {i, std::nullopt};
    if (!takes_next(app, words[i]) || i + 1 == words.size()) continue;
    const std::string& value = words[++i];
    if (value == "--" || (looks_like_option(value) && option_of(app, value) != nullptr)) {
      Diagnostic d = error(diag::bad_usage, fmt::format("`{}` needs a value, found `{}`", words[i - 1], value));
      if (words[i - 1].starts_with("--")) d.notes.push_back(fmt::format("write `{}={}` if that is the value", words[i - 1], value));
      return {words.size(), std::move(d)};
    }
  }
  return {words.size(), std::nullopt};
}

std::optional<std::size_t> find_command(const Program& program, std::string_view name) {
  for (std::size_t i = 0; i < program.commands.size(); ++i) {
    if (program.commands[i].name == name) return i;
  }
  return std::nullopt;
}

Diagnostic unknown_command(const Program& program, const std::string& word) {
  if (program.default_command != nullptr && is_folder(word)) {
    Diagnostic d = error(diag::bad_usage, fmt::format("`{}` is a folder: a command or a file was expected", word));
    d.notes.push_back(fmt::format("`{} --help` lists the commands", program.name));
    return d;
  }
  Diagnostic d = error(diag::bad_usage, fmt::format("there is no command{} `{}`", program.default_command != nullptr ? " and no file" : "", word));
  NearestName nearest(word);
  for (const Command& c : program.commands) nearest.offer(c.name);
  d.notes.push_back(nearest.get() ? *nearest.note() : fmt::format("`{} --help` lists the commands", program.name));
  return d;
}

/// `wcomp --dir . run x.wasm`: the options of a command stand behind its name.
Diagnostic misplaced_options(const Program& program, const Words& words, std::size_t at) {
  Diagnostic d = error(diag::bad_usage, fmt::format("options of `{}` stand behind it", words[at]));
  std::string line = fmt::format("{} {}", program.name, words[at]);
  for (std::size_t i = 0; i < words.size() && i < at + 2; ++i) {
    if (i != at) line += " " + words[i];
  }
  d.notes.push_back(fmt::format("write `{}`; for a file of that name, `./{}`", line, words[at]));
  return d;
}

/// Takes another program's words out of `words`; ours are options by their full name, and what stands behind them.
Words take_foreign(const CLI::App& app, bool (*foreign_takes_next)(std::string_view), Words& words) {
  Words ours, foreign;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") {
      std::move(words.begin() + static_cast<std::ptrdiff_t>(i), words.end(), std::back_inserter(foreign));
      break;
    }
    const CLI::Option* option = option_of(app, words[i]);
    // Short ones have a word to themselves, unless a value follows: `-vectorize` is not `-v`.
    const bool is_ours = option != nullptr && (words[i].starts_with("--") || words[i].size() == 2 || option->get_items_expected_min() != 0);
    const bool has_value = is_ours ? takes_next(app, words[i]) : looks_like_option(words[i]) && foreign_takes_next(words[i]);
    Words& to = is_ours ? ours : foreign;
    to.push_back(std::move(words[i]));
    if (has_value && i + 1 < words.size()) to.push_back(std::move(words[++i]));
  }
  words = std::move(ours);
  return foreign;
}

}  // namespace

CommandLine split_command_line(const Program& program, const std::function<const CLI::App&(std::size_t)>& options_of, Words words) {
  CommandLine out;
  // `--message-format` means the same before and behind the command's name.
  Words common;
  constexpr std::string_view format = "--message-format";
  while (!words.empty() && (words[0] == format || words[0].starts_with(std::string(format) + "="))) {
    const std::size_t taken = words[0] == format ? 2 : 1;
    if (words.size() < taken) break;
    std::move(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(taken), std::back_inserter(common));
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(taken));
  }
  if (!words.empty()) {
    out.command = find_command(program, words[0]);
    if (out.command) {
      words.erase(words.begin());
    } else if (program.default_command != nullptr) {
      const std::size_t fallback = *find_command(program, program.default_command);
      const Scan found = scan(options_of(fallback), words, 0);
      const bool has_options = looks_like_option(words[0]) && (found.positional < words.size() || option_of(options_of(fallback), words[0]) != nullptr);
      const bool is_help = words[0] == "-h" || words[0] == "--help" || words[0] == "--version";
      if (!is_help && (has_options || words[0] == "-" || (exists(words[0]) && !is_folder(words[0])))) {
        out.command = fallback;
        if (found.positional < words.size() && has_options && words[found.positional - 1] != "--" && find_command(program, words[found.positional]) && !exists(words[found.positional]))
          out.problem = misplaced_options(program, words, found.positional);
      }
    }
    if (!out.command && !looks_like_option(words[0])) out.problem = unknown_command(program, words[0]);
  }
  if (out.command && program.commands[*out.command].guest_args) {
    Scan found = scan(options_of(*out.command), words, 0);
    if (found.problem && !out.problem) out.problem = std::move(found.problem);
    if (found.positional < words.size()) {
      const auto rest = words.begin() + static_cast<std::ptrdiff_t>(found.positional) + 1;
      out.guest_args.assign(rest, words.end());
      words.erase(rest, words.end());
    }
  }
  if (out.command && program.commands[*out.command].foreign_takes_next != nullptr) {
    out.guest_args = take_foreign(options_of(*out.command), program.commands[*out.command].foreign_takes_next, words);
  }
  out.words = std::move(common);
  if (out.command) out.words.insert(out.words.begin(), program.commands[*out.command].name);
  std::move(words.begin(), words.end(), std::back_inserter(out.words));
  return out;
}

std::string suggest_option(const CLI::App& app, std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  NearestName nearest(name.substr(std::min(name.size(), name.find_first_not_of('-'))));
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& known : option->get_lnames()) nearest.offer(known);
  }
  return nearest.note("--").value_or(std::string());
}

}  // namespace wcomp::cli
