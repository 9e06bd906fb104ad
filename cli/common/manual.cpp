// Manual pages in roff's man macros.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/common/describe.h"
#include "cli/common/version.h"

namespace wcomp::cli {

namespace {

constexpr Note files[] = {
    {"deps/", "in a folder of WIT: the packages that it uses, each a file or a folder"},
    {"PREFIX/share/wcomp/wit", "the WIT of WASI, to be copied into a `deps` folder; PREFIX is where wcomp was installed"},
};

/// Text for roff: no byte of it is a request or an escape, and hyphens stay what one types.
std::string roff(std::string_view text) {
  std::string out;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && (c == '.' || c == '\'')) out += "\\&";
    switch (c) {
      case '\\': out += "\\e"; break;
      case '-': out += "\\-"; break;
      case '`': case '\'': out += c == '`' ? "\\(ga" : "\\(aq"; break;
      default: out += c;
    }
    at_start = c == '\n';
  }
  return out;
}

/// Words between back quotes in bold instead.
std::string prose(std::string_view text) {
  std::string out;
  bool is_bold = false;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != '`') continue;
    out += roff(text.substr(from, i - from));
    if (i < text.size()) {
      out += is_bold ? "\\fR" : "\\fB";
      is_bold = !is_bold;
    }
    from = i + 1;
  }
  return is_bold ? out + "\\fR" : out;
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

/// Bold for what is typed as it stands, italic for what stands for something.
std::string option_heading(const OptionInfo& option) {
  std::string out;
  for (const std::string& name : option.short_names) out += fmt::format("{}\\fB{}\\fR", out.empty() ? "" : ", ", roff("-" + name));
  for (const std::string& name : option.long_names) out += fmt::format("{}\\fB{}\\fR", out.empty() ? "" : ", ", roff("--" + name));
  if (option.is_positional()) return fmt::format("\\fI{}\\fR{}", roff(option.value), option.repeats ? " .\\|.\\|." : "");
  if (!option.value.empty()) out += fmt::format(" \\fI{}\\fR", roff(option.kind == ValueKind::choice && option.value == "TEXT" ? "WORD" : option.value));
  return out;
}

std::string option_text(const OptionInfo& option) {
  std::string out = prose(capital(option.description));
  if (option.kind == ValueKind::choice) {
    out += ". One of";
    for (std::size_t i = 0; i < option.choices.size(); ++i) out += fmt::format("{} \\fB{}\\fR", i == 0 ? "" : ",", roff(option.choices[i]));
  }
  if (option.repeats && !option.is_positional()) out += ". May be given several times";
  if (option.is_required && !option.is_positional()) out += ". Required";
  return out + ".\n";
}

std::string entries(std::string_view section, const std::vector<OptionInfo>& options) {
  if (options.empty()) return {};
  std::string out = fmt::format(".SH {}\n", section);
  for (const OptionInfo& option : options) out += fmt::format(".TP\n{}\n{}", option_heading(option), option_text(option));
  return out;
}

std::string notes(std::string_view section, std::span<const Note> list) {
  if (list.empty()) return {};
  std::string out = fmt::format(".SH {}\n", section);
  for (const Note& note : list) out += fmt::format(".TP\n\\fB{}\\fR\n{}.\n", roff(note.name), prose(capital(note.meaning)));
  return out;
}

std::string header(std::string_view title, const Program& program) {
  std::string upper(title);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return fmt::format(".\\\" Made from the program's own option tables.\n.TH {} 1 \"{}\" \"{}\" \"{} manual\"\n", roff(upper), release_date(), roff(short_version(program.name)), program.name);
}

std::string page_name(const Program& program, const Command& command) { return fmt::format("{}-{}", program.name, command.name); }

std::string reference(std::string_view name) { return fmt::format("\\fB{}\\fR(1)", roff(name)); }

std::string see_also(const Program& program, const std::vector<CommandInfo>& commands, const Command* self) {
  std::vector<std::string> names;
  if (self != nullptr) names.emplace_back(program.name);
  for (const CommandInfo& c : commands) {
    if (c.command != self) names.push_back(page_name(program, *c.command));
  }
  names.emplace_back(std::string_view(program.name) == "wcomp" ? "witc" : "wcomp");
  std::string out = ".SH SEE ALSO\n";
  for (std::size_t i = 0; i < names.size(); ++i) out += reference(names[i]) + (i + 1 < names.size() ? ",\n" : "\n");
  return out;
}

std::string examples(const Command& command) { return fmt::format(".SH EXAMPLES\n.EX\n{}\n.EE\n", roff(command.examples)); }

std::string program_page(const Program& program, const std::vector<CommandInfo>& commands) {
  std::string out = header(program.name, program);
  out += fmt::format(".SH NAME\n{} \\- {}\n", program.name, roff(program.summary));
  out += fmt::format(".SH SYNOPSIS\n\\fB{}\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR] \\fIARGUMENTS\\fR\n", program.name);
  if (program.default_command != nullptr) out += fmt::format(".br\n\\fB{}\\fR [\\fIOPTIONS\\fR] \\fIFILE\\fR [\\fIARGS\\fR .\\|.\\|.]\n", program.name);
  out += ".br\n\\fB" + std::string(program.name) + "\\fR \\fB\\-\\-version\\fR | \\fB\\-\\-help\\fR\n";
  out += ".SH DESCRIPTION\nEach command has a page of its own.\n";
  if (program.default_command != nullptr) out += fmt::format("A file in place of a command means \\fB{}\\fR.\n", program.default_command);
  out += "Results go to standard output, everything said about them to standard error.\n";
  out += ".SH COMMANDS\n";
  for (const CommandInfo& c : commands) out += fmt::format(".TP\n{}\n{}.\n", reference(page_name(program, *c.command)), prose(c.command->summary));
  out += ".SH OPTIONS\n.TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nPrint the list of commands.\n.TP\n\\fB\\-\\-version\\fR\nPrint version, commit, compiler, tiers of execution and versions of the specifications.\n";
  out += notes("EXIT STATUS", exit_statuses) + notes("ENVIRONMENT", program.environment) + notes("FILES", files);
  return out + see_also(program, commands, nullptr);
}

std::string command_page(const Program& program, const std::vector<CommandInfo>& commands, const CommandInfo& command) {
  const std::string name = page_name(program, *command.command);
  std::string out = header(name, program);
  out += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n{}\n", roff(name), roff(command.command->summary), roff(synopsis(program, command)));
  out += fmt::format(".SH DESCRIPTION\n{}.\n", prose(command.command->summary));
  if (program.default_command != nullptr && std::string_view(program.default_command) == command.command->name) {
    out += fmt::format("The word \\fB{}\\fR may be left out before a file.\n", command.command->name);
  }
  if (command.command->guest_args) out += "Everything after the first argument belongs to the guest, whatever it looks like.\n";
  out += entries("ARGUMENTS", command.positionals) + entries("OPTIONS", command.options) + examples(*command.command);
  out += notes("EXIT STATUS", exit_statuses) + notes("ENVIRONMENT", program.environment);
  return out + see_also(program, commands, command.command);
}

int write_pages(const std::string& folder) {
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  for (const ManualPage& page : manual_pages(get_program())) {
    if (const auto done = write_file((std::filesystem::path(folder) / page.file_name).string(), std::string_view(page.text)); !done) return report(done.error());
  }
  return status_ok;
}

}  // namespace

std::vector<ManualPage> manual_pages(const Program& program) {
  const std::vector<CommandInfo> commands = describe(program);
  std::vector<ManualPage> out;
  out.push_back({.file_name = fmt::format("{}.1", program.name), .text = program_page(program, commands)});
  for (const CommandInfo& c : commands) out.push_back({.file_name = page_name(program, *c.command) + ".1", .text = command_page(program, commands, c)});
  return out;
}

Action setup_manual(CLI::App& app) {
  auto folder = std::make_shared<std::string>();
  app.add_option("DIR", *folder, "Where the manual pages are written")->required();
  return [folder] { return write_pages(*folder); };
}

}  // namespace wcomp::cli
