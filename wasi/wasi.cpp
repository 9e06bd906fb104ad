// The public face: granting, defining, running.
#include "wcomp/wasi.h"

#include <cstdlib>

#include "wasi/cli.h"
#include "wasi/clocks.h"
#include "wasi/filesystem.h"

extern char** environ;

namespace wcomp::wasi {

namespace {

class Poll final : public io_poll::Host {
 public:
  std::vector<std::uint32_t> poll(std::span<const Borrow<io_poll::Pollable>> in) override {
    if (in.empty()) throw std::runtime_error("poll of an empty list");
    std::vector<Condition> conditions;
    conditions.reserve(in.size());
    for (const auto& p : in) conditions.push_back(static_cast<const PollableObject&>(*p).condition());
    const std::vector<bool> ready = wait_or_trap(conditions);
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < ready.size(); ++i) {
      if (ready[i]) out.push_back(static_cast<std::uint32_t>(i));
    }
    return out;
  }
};

class Error final : public io_error::Host {};
class Streams final : public io_streams::Host {};
class TerminalInput final : public ::wasi_cli::terminal_input::Host {};
class TerminalOutput final : public ::wasi_cli::terminal_output::Host {};

/// Every interface's object, alive as long as the linker and what it made.
struct All {
  explicit All(std::unique_ptr<ContextImpl> c) : context(std::move(c)) {}

  std::unique_ptr<ContextImpl> context;
  Error error;
  Poll poll;
  Streams streams;
  Environment environment{*context};
  Exit exit;
  Stdin stdin_{*context};
  Stdout stdout_{*context};
  Stderr stderr_{*context};
  TerminalInput terminal_input;
  TerminalOutput terminal_output;
  TerminalStdin terminal_stdin{*context};
  TerminalStdout terminal_stdout{*context};
  TerminalStderr terminal_stderr{*context};
  MonotonicClock monotonic_clock;
  WallClock wall_clock;
  Random random;
  Insecure insecure;
  InsecureSeed insecure_seed;
  FilesystemTypes filesystem_types;
  Preopens preopens{*context};
};

}  // namespace

Context::Context() : impl_(std::make_unique<ContextImpl>()) {}
Context::~Context() = default;
Context::Context(Context&&) noexcept = default;
Context& Context::operator=(Context&&) noexcept = default;

Context&& Context::args(std::vector<std::string> args) && {
  impl_->args.insert(impl_->args.end(), std::make_move_iterator(args.begin()), std::make_move_iterator(args.end()));
  return std::move(*this);
}
Context&& Context::env(std::string name, std::string value) && {
  for (auto& [known, old] : impl_->env) {
    if (known == name) {
      old = std::move(value);
      return std::move(*this);
    }
  }
  impl_->env.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}
Context&& Context::inherit_env() && {
  for (char** item = environ; item != nullptr && *item != nullptr; ++item) {
    const std::string_view text = *item;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) (void)std::move(*this).env(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
  }
  return std::move(*this);
}
Context&& Context::inherit_stdio() && {
  impl_->stdin_file.clear();
  impl_->input = source_of_fd(0);
  impl_->output = sink_of_fd(1);
  impl_->error = sink_of_fd(2);
  return std::move(*this);
}
Context&& Context::stdin_bytes(std::string bytes) && {
  impl_->stdin_file.clear();
  impl_->input = source_of_bytes(std::move(bytes));
  return std::move(*this);
}
Context&& Context::stdout_to(std::string* sink) && {
  impl_->output = sink_to(sink);
  return std::move(*this);
}
Context&& Context::stderr_to(std::string* sink) && {
  impl_->error = sink_to(sink);
  return std::move(*this);
}

Context&& Context::stdin_file(std::filesystem::path path) && {
  impl_->stdin_file = std::move(path);
  return std::move(*this);
}
Context&& Context::dir(std::filesystem::path host, std::string guest, DirAccess access) && {
  impl_->grants.push_back({.host = std::move(host), .guest = std::move(guest), .access = access});
  return std::move(*this);
}
Context&& Context::on_denied(std::function<void(const Denial&)> listener) && {
  impl_->sandbox->on_denied = std::move(listener);
  return std::move(*this);
}

Result<void> add_to(Linker& linker, Context context) {
  auto impl = ContextAccess::take(std::move(context));
  if (auto opened = impl->open_grants(); !opened) return opened;
  auto all = std::make_shared<All>(std::move(impl));  // owners: the linker and its instances
  add_to(linker, all->error);
  add_to(linker, all->poll);
  add_to(linker, all->streams);
  add_to(linker, all->environment);
  add_to(linker, all->exit);
  add_to(linker, all->stdin_);
  add_to(linker, all->stdout_);
  add_to(linker, all->stderr_);
  add_to(linker, all->terminal_input);
  add_to(linker, all->terminal_output);
  add_to(linker, all->terminal_stdin);
  add_to(linker, all->terminal_stdout);
  add_to(linker, all->terminal_stderr);
  add_to(linker, all->monotonic_clock);
  add_to(linker, all->wall_clock);
  add_to(linker, all->random);
  add_to(linker, all->insecure);
  add_to(linker, all->insecure_seed);
  add_to(linker, all->filesystem_types);
  add_to(linker, all->preopens);
#define REFUSED(interface, what) linker.refuse(interface, "there is no " what " here: `" interface "` may be imported, and not called");
#include "wasi/refused.def"
#undef REFUSED
  linker.keep(std::move(all));
  return Ok{};
}

Result<int, Trap> run(Instance& instance) {
  auto func = instance.func("wasi:cli/run", "run");
  if (!func) return Err(Trap(TrapCode::host_error, "the component exports no `wasi:cli/run`: it is not a command"));
  auto typed = func->typed<Result<void, void>()>();
  if (!typed) return Err(Trap(TrapCode::host_error, typed.error().first().message));
  auto status = typed->call();
  if (status) return *status ? 0 : 1;
  if (status.error().is_exit()) return status.error().exit_code();
  return Err(std::move(status).error());
}

}  // namespace wcomp::wasi
