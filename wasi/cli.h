// wasi:cli: arguments, environment, standard streams, exit.
#pragma once

#include "wasi/context.h"
#include "wasi/io.h"

namespace wcomp::wasi {

class Environment final : public ::wasi_cli::environment::Host {
 public:
  explicit Environment(const ContextImpl& context) : context_(context) {}
  std::vector<std::tuple<std::string, std::string>> get_environment() override;
  std::vector<std::string> get_arguments() override;
  std::optional<std::string> initial_cwd() override;

 private:
  const ContextImpl& context_;
};

class Exit final : public ::wasi_cli::exit::Host {
 public:
  void exit(const Result<void, void>& status) override;
  void exit_with_code(std::uint8_t status_code) override;
};

class Stdin final : public ::wasi_cli::stdin_::Host {
 public:
  explicit Stdin(const ContextImpl& context) : context_(context) {}
  std::unique_ptr<io_streams::InputStream> get_stdin() override;

 private:
  const ContextImpl& context_;
};

class Stdout final : public ::wasi_cli::stdout_::Host {
 public:
  explicit Stdout(const ContextImpl& context) : context_(context) {}
  std::unique_ptr<io_streams::OutputStream> get_stdout() override;

 private:
  const ContextImpl& context_;
};

class Stderr final : public ::wasi_cli::stderr_::Host {
 public:
  explicit Stderr(const ContextImpl& context) : context_(context) {}
  std::unique_ptr<io_streams::OutputStream> get_stderr() override;

 private:
  const ContextImpl& context_;
};

class TerminalStdin final : public ::wasi_cli::terminal_stdin::Host {
 public:
  explicit TerminalStdin(const ContextImpl& context) : context_(context) {}
  std::optional<std::unique_ptr<::wasi_cli::terminal_input::TerminalInput>> get_terminal_stdin() override;

 private:
  const ContextImpl& context_;
};

class TerminalStdout final : public ::wasi_cli::terminal_stdout::Host {
 public:
  explicit TerminalStdout(const ContextImpl& context) : context_(context) {}
  std::optional<std::unique_ptr<::wasi_cli::terminal_output::TerminalOutput>> get_terminal_stdout() override;

 private:
  const ContextImpl& context_;
};

class TerminalStderr final : public ::wasi_cli::terminal_stderr::Host {
 public:
  explicit TerminalStderr(const ContextImpl& context) : context_(context) {}
  std::optional<std::unique_ptr<::wasi_cli::terminal_output::TerminalOutput>> get_terminal_stderr() override;

 private:
  const ContextImpl& context_;
};

}  // namespace wcomp::wasi
