// wcomp run FILE [ARGS..]
#include <algorithm>
#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "cache/folder.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "cli/wcomp/invoke.h"
#include "cli/wcomp/profiling.h"
#include "cli/wcomp/run_options.h"
#include "engine/backend.h"
#include "runtime/precompiled/precompiled.h"
#include "wcomp/module.h"
#include "wcomp/wasi.h"

namespace wcomp::cli {

namespace {

/// Code that runs during instantiation can trap, too.
int report_instantiation(const Failure& failure) {
  const int status = report(failure);
  return failure.first().code == diag::trap.code ? status_trapped : status;
}

Failure no_command(const RunOptions& o, const Component& component) {
  Diagnostic d = error(diag::missing_export, "the component exports no `wasi:cli/run`: it is not a command", BinaryPos{.file = o.file, .path = {}, .offset = 0});
  for (const std::string& e : component.exports()) d.notes.push_back(fmt::format("it exports `{}`", e));
  if (!component.functions().empty()) d.notes.push_back("`--invoke 'FUNCTION(ARGUMENTS)'` calls one of its functions");
  return Failure(std::move(d));
}

/// What a guest's arguments are: with `--invoke NAME` the words behind FILE are the function's.
const std::vector<std::string>& args_of(const RunOptions& o) {
  static const std::vector<std::string> none;
  return o.invoke && o.invoke->find('(') == std::string::npos ? none : get_guest_args();
}

/// The guest has ended: so does the process, unless something is to be said of it.
int ended(const RunOptions& o, int status) { return o.profile.empty() ? end_program(status) : status; }

int run_component(const RunOptions& o, const Engine& engine, const Result<Component>& component) {
  if (!component) return report(component.error());
  auto context = context_of(o, args_of(o));
  if (!context) return report(context.error());
  Linker linker(engine);
  linker.set_limits(runner::limits_of(o));
  if (const auto added = wasi::add_to(linker, *std::move(context)); !added) return report(added.error());
  runner::Watchdog watchdog(runner::parse_duration(o.timeout), &end_at_once);
  auto instance = linker.instantiate(*component);
  if (!instance) return report_instantiation(in_file(std::move(instance).error(), o.file));
  const runner::Watched watched(watchdog, [&] { instance->interrupt(); });
  if (o.invoke) return invoke(*component, *instance, o.file, *o.invoke, get_guest_args(), watchdog);
  const std::vector<std::string> exports = component->exports();
  if (std::none_of(exports.begin(), exports.end(), [](const std::string& e) { return e.starts_with("wasi:cli/run@"); })) return report(no_command(o, *component));
  const auto status = watchdog.judge(wasi::run(*instance));
  return ended(o, status ? *status : report(status.error()));
}

/// A library that is run does nothing: most likely one of its functions was meant.
void warn_of_library(const RunOptions& o, const Module& module, const ModuleInstance& instance) {
  if (instance.has_func("_start") || instance.has_func("_initialize")) return;
  Diagnostic d = warning(diag::missing_export, "the module exports no `_start`: only what runs when it is instantiated ran", BinaryPos{.file = o.file, .path = {}, .offset = 0});
  for (const ModuleExport& e : module.exports()) {
    if (!e.type.starts_with("func")) continue;
    d.notes.push_back(fmt::format("`--invoke {}` calls a function that it exports", e.name));
    return print(d);
  }
}

int run_module(const RunOptions& o, const Engine& engine, Result<Module> module) {
  if (!module) return report(in_file(std::move(module).error(), o.file));
  auto context = context_of(o, args_of(o));
  if (!context) return report(context.error());
  ModuleLinker linker(engine);
  linker.set_limits(runner::limits_of(o));
  if (const auto added = wasi::add_to(linker, *std::move(context)); !added) return report(added.error());
  runner::Watchdog watchdog(runner::parse_duration(o.timeout), &end_at_once);
  auto instance = linker.instantiate(*module);
  if (!instance) return report_instantiation(in_file(std::move(instance).error(), o.file));
  const runner::Watched watched(watchdog, [&] { instance->interrupt(); });
  if (o.invoke) return invoke(*instance, o.file, *o.invoke, get_guest_args(), watchdog);
  const auto status = watchdog.judge(wasi::run(*instance));
  if (!status) return ended(o, report(status.error()));
  warn_of_library(o, *module, *instance);
  return ended(o, *status);
}

/// The first bytes of a regular file, as many as its kind takes to tell; fewer of a shorter one.
std::string first_bytes(const std::string& path) {
  constexpr std::size_t preamble = 8;
  std::string out;
  const cache::Descriptor fd(path == "-" ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat s {};
  if (fd.get() < 0 || ::fstat(fd.get(), &s) != 0 || !S_ISREG(s.st_mode)) return out;
  char first[preamble];
  const auto n = ::read(fd.get(), first, preamble);
  if (n > 0) out.assign(first, static_cast<std::size_t>(n));
  return out;
}

/// A compiled program is machine code: it has to be asked for, by its name or by the option.
int run_precompiled(const RunOptions& o) {
  if (!o.allows_precompiled && std::filesystem::path(o.file).extension() != ".cwasm") {
    Diagnostic d = error(diag::denied, "this is a compiled program: machine code that can do whatever the user may, not WebAssembly", BinaryPos{.file = o.file, .path = {}, .offset = 0});
    d.notes.emplace_back("`--allow-precompiled` runs it, if whoever made it is trusted; a name that ends in `.cwasm` says the same");
    return report(Failure(std::move(d)));
  }
  const auto engine = engine_of(o);
  if (!engine) return report(engine.error());
  auto image = precompiled::map_file(o.file);
  if (!image) return report(image.error());
  auto program = precompiled::load(*engine, *std::move(image), o.file);
  if (!program) return report(program.error());
  if (auto* component = std::get_if<Component>(&*program)) return run_component(o, *engine, std::move(*component));
  return run_module(o, *engine, std::get<Module>(*std::move(program)));
}

int run_file(const RunOptions& o) {
  // A binary is loaded as a file, for the cache knows files; text, and what is none of both, is looked at more closely.
  const std::string first = first_bytes(o.file);
  if (precompiled::is_image(as_bytes(first))) return run_precompiled(o);
  if (const auto kind = component::detect(as_bytes(first)); kind != component::BinaryKind::not_wasm) {
    const auto engine = engine_of(o);
    if (!engine) return report(engine.error());
    return kind == component::BinaryKind::component ? run_component(o, *engine, Component::load(*engine, o.file)) : run_module(o, *engine, Module::load(*engine, o.file));
  }
  const auto bytes = read_wasm(o.file);
  if (!bytes) return report(bytes.error());
  const auto engine = engine_of(o);
  if (!engine) return report(engine.error());
  if (component::detect(**bytes) == component::BinaryKind::component) return run_component(o, *engine, Component::from_bytes(*engine, **bytes, o.file));
  return run_module(o, *engine, Module::from_bytes(*engine, **bytes, o.file));
}

int run(RunOptions& o) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error the guest is told of
  if (const auto applied = apply_peer_options(o); !applied) {
    (void)report(applied.error());
    return status_usage;
  }
  if (o.profile.empty()) return run_file(o);
  const auto choice = parse_profile(o.profile);
  if (!choice) return report(choice.error());
  const bool is_compiled = engine::resolve(parse_backend(o.backend).value_or(BackendKind::automatic)) == BackendKind::jit;
  auto profiling = Profiling::start(*choice, is_compiled, std::filesystem::path(o.file).filename().string());
  if (!profiling) return report(profiling.error());
  return profiling->finish(run_file(o));
}

}  // namespace

Action setup_run(CLI::App& app) {
  auto o = std::make_shared<RunOptions>();
  add_run_options(app, *o);
  return [o] { return run(*o); };
}

}  // namespace wcomp::cli
