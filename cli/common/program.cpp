#include "cli/common/program.h"

#include <algorithm>
#include <csignal>
#include <new>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/match.h"
#include "base/standard_files.h"
#include "base/text.h"
#include "cli/common/command_line.h"
#include "cli/common/version.h"

namespace wcomp::cli {

namespace {

std::vector<std::string> guest_args;
bool messages_as_json = false;
const Program* current_program = nullptr;

bool has_colours() {
  static const bool on = ::isatty(2) == 1 && std::getenv("NO_COLOR") == nullptr;
  return on;
}

/// The first line of a rendered diagnostic begins with its severity: that word is coloured.
std::string coloured(std::string text) {
  if (!has_colours()) return text;
  const char* const colour = text.starts_with("warning") ? "\033[1;33m" : "\033[1;31m";
  const std::size_t end = text.find(": ");
  if (end == std::string::npos) return text;
  return colour + text.substr(0, end) + "\033[0m" + text.substr(end);
}

nlohmann::json as_json(const Location& at) {
  using nlohmann::json;
  return match(
      at, [](std::monostate) { return json(nullptr); },
      [](const TextPos& p) { return json{{"file", p.file}, {"line", p.line}, {"column", p.column}, {"length", p.length}, {"excerpt", p.excerpt}}; },
      [](const BinaryPos& p) { return json{{"file", p.file}, {"path", p.path}, {"offset", p.offset}}; });
}

// Bytes that are no UTF-8 become U+FFFD instead of an exception; all but ASCII is written as escapes.
std::string json_text(const nlohmann::json& line) { return line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace); }

std::string as_json_line(const Trap& trap) {
  nlohmann::json frames = nlohmann::json::array();
  for (const Frame& f : trap.backtrace()) {
    nlohmann::json frame = {{"module", f.module}, {"func_idx", f.func_idx}, {"func_name", f.func_name.empty() ? f.func_name : f.name()}, {"offset", f.offset}};
    for (const SourcePlace& p : f.places()) frame["source"].push_back({{"function", p.function}, {"file", p.file}, {"line", p.line}, {"column", p.column}});
    frames.push_back(std::move(frame));
  }
  std::string message(to_string(trap.code()));
  if (!trap.message().empty()) message += ": " + trap.message();
  return json_text({{"code", diag::trap.code}, {"severity", "error"}, {"message", message}, {"backtrace", frames}});
}

std::string as_json_line(const Diagnostic& d) {
  nlohmann::json labels = nlohmann::json::array();
  for (const Label& l : d.labels) labels.push_back({{"location", as_json(l.location)}, {"message", l.message}});
  const nlohmann::json line = {{"code", d.code},   {"severity", d.severity == Severity::error ? "error" : "warning"}, {"message", d.message},
                               {"location", as_json(d.location)}, {"labels", labels}, {"notes", d.notes}};
  return json_text(line);
}

/// Whether diagnostics shall be JSON, as far as the words say so: needed for those about the words themselves.
bool wants_json(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--message-format=json" || (words[i] == "--message-format" && i + 1 < words.size() && words[i + 1] == "json")) return true;
  }
  return false;
}

int report_usage(const Diagnostic& d) {
  print(d);
  return status_usage;
}

/// An option whose value is empty: the variable of a script that was never set, most likely. Lists, calls, which are looked at later, and what a guest gets may be.
std::optional<Diagnostic> find_empty_value(const CLI::App& app) {
  constexpr std::string_view may_be_empty[] = {"argv0", "env", "invoke", "features", "wasm-features", "wit-features", "wasi-features"};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() || option->get_items_expected_max() == 0 || option->get_lnames().empty()) continue;
    if (std::ranges::find(may_be_empty, option->get_lnames().front()) != std::end(may_be_empty)) continue;
    if (std::ranges::find(option->results(), std::string()) == option->results().end()) continue;
    Diagnostic d = error(diag::bad_usage, fmt::format("the value of `--{}` is empty", option->get_lnames().front()));
    d.notes.push_back("leave the option out if it is not meant");
    return d;
  }
  return std::nullopt;
}

int run(const Program& program, int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    fmt::print("{}\n", version_text(program.name));
    return status_ok;
  }
  CLI::App app(program.summary, program.name);
  app.set_version_flag("--version", [&] { return version_text(program.name); });
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(34);
  app.footer(fmt::format("`{} COMMAND --help` shows a command's options and examples.", program.name));
  declare_common(app);
  // Only what is used is declared: starting is part of every run's time.
  std::vector<Declared> declared(program.commands.size());
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const auto declare_command = [&](std::size_t i) -> CLI::App& {
    if (declared[i].app == nullptr) declared[i] = declare(app, program.commands[i], words);
    return *declared[i].app;
  };

  CommandLine line = split_command_line(program, declare_command, words);
  for (std::size_t i = 0; i < declared.size(); ++i) {
    if (line.command ? i == *line.command : !program.commands[i].is_hidden) (void)declare_command(i);
  }
  messages_as_json = wants_json(line.words);
  if (line.problem) return report_usage(*line.problem);
  guest_args = std::move(line.guest_args);
  try {
    std::reverse(line.words.begin(), line.words.end());  // CLI11 takes them as a stack
    app.parse(line.words);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    Diagnostic d = error(diag::bad_usage, e.what());
    const CLI::App& used = line.command ? *declared[*line.command].app : app;
    if (const std::size_t word = d.message.rfind(": -"); dynamic_cast<const CLI::ExtrasError*>(&e) != nullptr && word != std::string::npos) {
      if (std::string note = suggest_option(used, std::string_view(d.message).substr(word + 2)); !note.empty()) d.notes.push_back(std::move(note));
    }
    d.notes.push_back(fmt::format("`{}{}{} --help` shows how it is used", program.name, line.command ? " " : "", line.command ? program.commands[*line.command].name : ""));
    return report_usage(d);
  }
  if (line.command) {
    if (const auto problem = find_empty_value(*declared[*line.command].app)) return report_usage(*problem);
    return declared[*line.command].action();
  }
  fmt::print("{}", app.help());
  return status_ok;
}

/// On standard error, where there is nobody left to tell if that fails.
void complain(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

/// The status of a program that had `status` before its output was complete.
int flushed(int status) {
  if (std::fflush(stdout) == 0 || status != status_ok) return status;
  complain("error[file-error]: cannot write standard output\n");
  return status_failed;
}

}  // namespace

const Program& get_program() { return *current_program; }

int end_program(int status) {
#if defined(__has_feature) && __has_feature(address_sanitizer)
  return status;  // what is left behind would be reported as leaks
#else
  std::_Exit(flushed(status));
#endif
}

int run_program(const Program& program, int argc, char** argv) {
  hold_standard_files();
  current_program = &program;
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of the write, which cleans up after itself
  try {
    return flushed(run(program, argc, argv));
  } catch (const std::bad_alloc&) {
    complain(fmt::format("error[limit-exceeded]: {} ran out of memory\n", program.name));
    return status_failed;
  } catch (const std::exception& e) {
    complain(fmt::format("{}: internal error: {}; please report this\n", program.name, escape(e.what())));
    return status_failed;
  }
}

const std::vector<std::string>& get_guest_args() { return guest_args; }

void print(const Diagnostic& diagnostic) {
  const std::string text = messages_as_json ? as_json_line(diagnostic) + "\n" : coloured(render(diagnostic));
  std::fwrite(text.data(), 1, text.size(), stderr);
}

int report(const Failure& failure) {
  for (const Diagnostic& d : failure.diagnostics()) print(d);
  return status_failed;
}

bool messages_are_json() { return messages_as_json; }

void say(std::string_view message) {
  if (messages_as_json) complain(fmt::format("{}\n", json_text({{"severity", "note"}, {"message", message}})));
  else complain(fmt::format("{}\n", message));
}

namespace {

std::string text_of(const Trap& trap) { return messages_as_json ? as_json_line(trap) + "\n" : trap.to_string(); }

}  // namespace

int report(const Trap& trap) {
  if (trap.is_exit()) return trap.exit_code();
  std::fflush(stdout);
  const std::string text = text_of(trap);
  std::fwrite(text.data(), 1, text.size(), stderr);
  return status_trapped;
}

void end_at_once(const Trap& trap) {
  // Not through `stdout` and `stderr`, which another thread may have locked. A pipe that polls as writable takes this much.
  constexpr std::size_t never_blocks = 512;
  const std::string text = text_of(trap).substr(0, never_blocks);
  pollfd err{.fd = 2, .events = POLLOUT, .revents = 0};
  if (::poll(&err, 1, 0) == 1 && (err.revents & POLLOUT) != 0) {
    const ssize_t written = ::write(2, text.data(), text.size());
    static_cast<void>(written);
  }
  std::_Exit(status_trapped);
}

int write_output(const std::string& path, std::span<const std::uint8_t> bytes) { return write_output(path, std::vector{bytes}); }

int write_output(const std::string& path, const std::vector<std::span<const std::uint8_t>>& parts) {
  if (path.empty() && ::isatty(1) == 1) {
    complain("error[bad-usage]: this would write a binary to the terminal\n  help: name a file with -o, or pipe it\n");
    return status_usage;
  }
  const auto done = write_parts(path.empty() ? "-" : path, parts);
  return done ? status_ok : report(done.error());
}

int write_output(const std::string& path, std::string_view text) {
  const auto done = write_file(path.empty() ? "-" : path, text);
  return done ? status_ok : report(done.error());
}

}  // namespace wcomp::cli
