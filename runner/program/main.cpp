// The runner: what an executable of `wcomp exe` is but for its payload. Finds the payload in its own file, grants, instantiates, runs.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <new>
#include <poll.h>
#include <set>
#include <sys/auxv.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/standard_files.h"
#include "runner/arguments.h"
#include "runner/payload.h"
#include "runner/sandbox.h"
#include "runner/watchdog.h"
#include "runtime/precompiled/precompiled.h"
#include "wcomp/wasi.h"

namespace wcomp::runner {

namespace {

constexpr int status_ok = 0, status_failed = 1, status_usage = 2, status_trapped = 134;

/// runner_mark_begin and runner_mark_end.
[[gnu::used, gnu::retain]] constexpr char mark[] = "\nwcomp runner: runs one program\n";

bool write(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// What was asked for, on standard output.
int answer(std::string_view text) {
  if (write(1, text)) return status_ok;
  write(2, "error[file-error]: cannot write standard output\n");
  return status_failed;
}

int report(const Failure& failure) {
  write(2, failure.to_string());
  const DiagCode code{failure.first().code, {}};
  return code.code == diag::trap.code ? status_trapped : code.code == diag::bad_usage.code ? status_usage : status_failed;
}

int report(const Trap& trap) {
  if (trap.is_exit()) return trap.exit_code();
  write(2, trap.to_string());
  return status_trapped;
}

[[noreturn]] void end_process(const Trap& trap) {
  pollfd err{.fd = 2, .events = POLLOUT, .revents = 0};
  if (::poll(&err, 1, 0) == 1 && (err.revents & POLLOUT) != 0) write(2, trap.to_string().substr(0, 512));
  std::_Exit(status_trapped);
}

/// What was denied: said at once if that is asked for, else when the program fails, for then it is what people want to know.
class Denials {
 public:
  Denials(bool at_once, bool is_sealed) : at_once_(at_once), is_sealed_(is_sealed) {}

  void add(const wasi::Denial& d) {
    constexpr std::size_t max_lines = 1000;  // a guest may ask without end
    if (seen_.size() >= max_lines) return;
    const auto [line, is_new] = seen_.insert(fmt::format("denied: {}\n", explain(d)));
    has_remedy_ = has_remedy_ || !d.missing_grant.empty();
    if (is_new && at_once_) write(2, *line);
  }
  void tell() const {
    constexpr std::size_t max_told = 8;
    if (seen_.empty()) return;
    if (!at_once_) {
      std::size_t told = 0;
      for (const std::string& line : seen_) {
        if (told++ < max_told) write(2, line);
      }
      if (seen_.size() > max_told) write(2, fmt::format("  ... {} more: `-- --explain-denials` lists them\n", seen_.size() - max_told));
    }
    if (!has_remedy_) return;
    write(2, is_sealed_ ? "  help: this executable is sealed: `wcomp exe --grant` is how it is granted more\n" : "  help: such options stand behind a `--` at the end of the command line\n");
  }

 private:
  bool at_once_, is_sealed_, has_remedy_ = false;
  std::set<std::string> seen_;
};

/// This executable's file: by the system's link to it, or, where there is no /proc, by the path it was started with.
struct Self {
  int fd = -1;
  const char* path = nullptr;
};
Self open_self() {
  for (const char* path : {"/proc/self/exe", reinterpret_cast<const char*>(::getauxval(AT_EXECFN))}) {
    if (path == nullptr) continue;
    if (const int fd = ::open(path, O_RDONLY | O_CLOEXEC); fd >= 0) return {fd, path};
  }
  return {};
}

std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

template <class LinkerType, class ProgramType>
int run_in(const Engine& engine, const ProgramType& program, const SandboxOptions& o, wasi::Context context) {
  LinkerType linker(engine);
  linker.set_limits(limits_of(o));
  if (const auto added = wasi::add_to(linker, std::move(context)); !added) return report(added.error());
  Watchdog watchdog(parse_duration(o.timeout), &end_process);
  auto instance = linker.instantiate(program);
  if (!instance) return report(instance.error());
  const Watched watched(watchdog, [&] { instance->interrupt(); });
  const auto status = watchdog.judge(wasi::run(*instance));
  return status ? *status : report(status.error());
}

int run(int argc, char** argv) {
  const Self self = open_self();
  if (self.fd < 0) return report(Failure(error(diag::file_error, "this executable cannot be opened: there is no /proc, and not the path that it was started with")));
  const auto payload = read_payload(self.fd);
  ::close(self.fd);
  if (!payload) return report(payload.error());
  const Manifest& manifest = payload->manifest;
  const Arguments args = split_arguments(std::span(argv + 1, static_cast<std::size_t>(std::max(argc, 1) - 1)), manifest.is_sealed);
  const std::string own_name = argc > 0 ? base_name(argv[0]) : manifest.name;
  if (args.wants_grants) return answer(list_grants(manifest));
  if (args.wants_help) return answer(flags_help(own_name));
  const auto options = options_of(manifest, args.flags);
  if (!options) return report(options.error());

  std::vector<std::string> words{own_name};
  words.insert(words.end(), args.guest.begin(), args.guest.end());
  auto context = context_of(*options, std::move(words));
  if (!context) return report(context.error());
  Denials denials(options->explain_denials, manifest.is_sealed);
  *context = (*std::move(context)).on_denied([&](const wasi::Denial& d) { denials.add(d); });

  const auto engine = Engine::create({.is_deterministic = manifest.is_deterministic, .backend = BackendKind::jit});
  if (!engine) return report(engine.error());
  auto image = precompiled::map_file(self.path, payload->image_offset, payload->image_size);
  if (!image) return report(image.error());
  const auto program = precompiled::load(*engine, *std::move(image), manifest.name);
  if (!program) return report(program.error());
  const auto* component = std::get_if<Component>(&*program);
  const int status = component != nullptr ? run_in<Linker>(*engine, *component, *options, *std::move(context))
                                          : run_in<ModuleLinker>(*engine, std::get<Module>(*program), *options, *std::move(context));
  if (status != status_ok) denials.tell();
  return status;
}

}  // namespace

}  // namespace wcomp::runner

int main(int argc, char** argv) {
  wcomp::hold_standard_files();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error the guest is told of
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return wcomp::runner::run(argc, argv);
  } catch (const std::bad_alloc&) {
    wcomp::runner::write(2, "error[limit-exceeded]: out of memory\n");
  } catch (const std::exception& e) {
    wcomp::runner::write(2, fmt::format("internal error: {}; please report this\n", e.what()));
  }
  return wcomp::runner::status_failed;
}
