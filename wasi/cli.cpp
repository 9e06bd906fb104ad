#include "wasi/cli.h"

namespace wcomp::wasi {

namespace {

using TerminalOutput = ::wasi_cli::terminal_output::TerminalOutput;

// Terminals have no operations: the object is only there to be held.
class TerminalInputObject final : public ::wasi_cli::terminal_input::TerminalInput {};
class TerminalOutputObject final : public TerminalOutput {};

std::optional<std::unique_ptr<TerminalOutput>> terminal_of(const Sink& sink) {
  if (!sink.is_terminal()) return std::nullopt;
  return std::make_unique<TerminalOutputObject>();
}

}  // namespace

std::vector<std::tuple<std::string, std::string>> Environment::get_environment() {
  std::vector<std::tuple<std::string, std::string>> out;
  for (const auto& [name, value] : context_.env) out.emplace_back(name, value);
  return out;
}
std::vector<std::string> Environment::get_arguments() { return context_.args; }
std::optional<std::string> Environment::initial_cwd() { return std::nullopt; }

void Exit::exit(const Result<void, void>& status) { throw Trap::exit(status ? 0 : 1); }
void Exit::exit_with_code(std::uint8_t status_code) { throw Trap::exit(status_code); }

std::unique_ptr<io_streams::InputStream> Stdin::get_stdin() { return std::make_unique<InputStreamObject>(context_.input); }
std::unique_ptr<io_streams::OutputStream> Stdout::get_stdout() { return std::make_unique<OutputStreamObject>(context_.output); }
std::unique_ptr<io_streams::OutputStream> Stderr::get_stderr() { return std::make_unique<OutputStreamObject>(context_.error); }

std::optional<std::unique_ptr<::wasi_cli::terminal_input::TerminalInput>> TerminalStdin::get_terminal_stdin() {
  if (!context_.input->is_terminal()) return std::nullopt;
  return std::make_unique<TerminalInputObject>();
}
std::optional<std::unique_ptr<TerminalOutput>> TerminalStdout::get_terminal_stdout() { return terminal_of(*context_.output); }
std::optional<std::unique_ptr<TerminalOutput>> TerminalStderr::get_terminal_stderr() { return terminal_of(*context_.error); }

}  // namespace wcomp::wasi
