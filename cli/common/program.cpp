#include "cli/common/program.h"

#include <csignal>
#include <cstdio>
#include <exception>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/match.h"
#include "base/text.h"
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

std::string as_json_line(const Diagnostic& d) {
  nlohmann::json labels = nlohmann::json::array();
  for (const Label& l : d.labels) labels.push_back({{"location", as_json(l.location)}, {"message", l.message}});
  const nlohmann::json line = {{"code", d.code},   {"severity", d.severity == Severity::error ? "error" : "warning"}, {"message", d.message},
                               {"location", as_json(d.location)}, {"labels", labels}, {"notes", d.notes}};
  // Bytes that are no UTF-8 become U+FFFD instead of an exception.
  return line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

bool is_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode);
}

/// Position in `args` of the first word that is neither an option of `app` nor the value of one; args.size() if there is none.
std::size_t find_positional(const CLI::App& app, const std::vector<std::string>& args) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& word = args[i];
    if (word == "--") return i + 1;
    if (word.size() < 2 || word[0] != '-') return i;
    if (word.find('=') != std::string::npos) continue;
    const CLI::Option* option = app.get_option_no_throw(word);
    if (option == nullptr && word[1] != '-') option = app.get_option_no_throw(word.substr(0, 2));
    if (option != nullptr && option->get_items_expected_min() > 0 && (word[1] == '-' || word.size() == 2)) ++i;
  }
  return args.size();
}

std::string nearest_command(const Program& program, const std::string& word) {
  for (const Command& c : program.commands) {
    if (edit_distance(c.name, word, 2) <= 2) return fmt::format("\n  help: did you mean `{}`?", c.name);
  }
  return fmt::format("\n  help: `{} --help` lists the commands", program.name);
}

int run(const Program& program, int argc, char** argv) {
  CLI::App app(program.summary, program.name);
  app.set_version_flag("--version", [&] { return version_text(program.name); });
  app.set_help_flag("-h,--help", "Print this help");
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(34);
  std::string message_format = "text";
  std::vector<Action> actions;
  std::vector<CLI::App*> subs;
  for (const Command& c : program.commands) {
    CLI::App* sub = app.add_subcommand(c.name, c.summary);
    sub->set_help_flag("-h,--help", "Print this help");
    actions.push_back(c.setup(*sub));
    sub->add_option("--message-format", message_format, "How diagnostics are written: text or json (one object a line)")->check(CLI::IsMember({"text", "json"}));
    sub->footer(fmt::format("Examples:\n{}", c.examples));
    subs.push_back(sub);
  }

  std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  // `wcomp FILE ARGS`, `wcomp --dir . FILE ARGS`: the default command may be left out.
  std::size_t chosen = program.commands.size();
  if (!args.empty()) {
    for (std::size_t i = 0; i < program.commands.size(); ++i) {
      if (args[0] == program.commands[i].name) chosen = i;
    }
    if (chosen == program.commands.size() && program.default_command != nullptr) {
      for (std::size_t i = 0; i < program.commands.size(); ++i) {
        if (std::string_view(program.commands[i].name) != program.default_command) continue;
        const std::size_t at = find_positional(*subs[i], args);
        if (at < args.size() && (at > 0 || is_file(args[at]))) {
          args.insert(args.begin(), program.default_command);
          chosen = i;
        }
      }
    }
    if (chosen == program.commands.size() && args[0][0] != '-') {
      fmt::print(stderr, "error[bad-usage]: there is no command{} `{}`{}\n", program.default_command != nullptr ? " and no file" : "", escape(args[0]), nearest_command(program, args[0]));
      return status_usage;
    }
  }
  // Everything after FILE belongs to the guest, whatever it looks like: cut it off before the option parser sees it.
  if (chosen < program.commands.size() && program.commands[chosen].guest_args) {
    const std::vector<std::string> own(args.begin() + 1, args.end());
    const std::size_t at = find_positional(*subs[chosen], own);
    if (at < own.size()) {
      guest_args.assign(own.begin() + static_cast<std::ptrdiff_t>(at) + 1, own.end());
      args.resize(at + 2);
    }
  }

  try {
    std::reverse(args.begin(), args.end());  // CLI11 takes them as a stack
    app.parse(args);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    const std::string command = chosen < program.commands.size() ? fmt::format("{} {}", program.name, program.commands[chosen].name) : program.name;
    fmt::print(stderr, "error[bad-usage]: {}\n  help: `{} --help` shows how it is used\n", escape(e.what()), command);
    return status_usage;
  }
  messages_as_json = message_format == "json";
  for (std::size_t i = 0; i < subs.size(); ++i) {
    if (subs[i]->parsed()) return actions[i]();
  }
  fmt::print("{}", app.help());
  return status_ok;
}

}  // namespace

const Program& get_program() { return *current_program; }

int run_program(const Program& program, int argc, char** argv) {
  current_program = &program;
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of the write, which cleans up after itself
  try {
    const int status = run(program, argc, argv);
    if (std::fflush(stdout) != 0 && status == status_ok) {
      fmt::print(stderr, "error[file-error]: cannot write standard output\n");
      return status_failed;
    }
    return status;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}: internal error: {}; please report this\n", program.name, escape(e.what()));
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

int report(const Trap& trap) {
  if (trap.is_exit()) return trap.exit_code();
  std::fflush(stdout);
  const std::string text = trap.to_string();
  std::fwrite(text.data(), 1, text.size(), stderr);
  return status_trapped;
}

int write_output(const std::string& path, std::span<const std::uint8_t> bytes) {
  if (path.empty() && ::isatty(1) == 1) {
    fmt::print(stderr, "error[bad-usage]: this would write a binary to the terminal\n  help: name a file with -o, or pipe it\n");
    return status_usage;
  }
  const auto done = write_file(path.empty() ? "-" : path, bytes);
  return done ? status_ok : report(done.error());
}

int write_output(const std::string& path, std::string_view text) {
  const auto done = write_file(path.empty() ? "-" : path, text);
  return done ? status_ok : report(done.error());
}

}  // namespace wcomp::cli
