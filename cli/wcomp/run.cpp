// wcomp run FILE [ARGS..]
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "cli/wcomp/invoke.h"
#include "cli/wcomp/run_options.h"
#include "cli/wcomp/watchdog.h"
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

int run_component(const RunOptions& o, const Engine& engine, const Result<Component>& component) {
  if (!component) return report(component.error());
  auto context = context_of(o, args_of(o));
  if (!context) return report(context.error());
  Linker linker(engine);
  linker.set_limits(limits_of(o));
  if (const auto added = wasi::add_to(linker, *std::move(context)); !added) return report(added.error());
  Watchdog watchdog(parse_duration(o.timeout));
  auto instance = linker.instantiate(*component);
  if (!instance) return report_instantiation(in_file(std::move(instance).error(), o.file));
  const Watched watched(watchdog, [&] { instance->interrupt(); });
  if (o.invoke) return invoke(*component, *instance, o.file, *o.invoke, get_guest_args(), watchdog);
  const std::vector<std::string> exports = component->exports();
  if (std::none_of(exports.begin(), exports.end(), [](const std::string& e) { return e.starts_with("wasi:cli/run@"); })) return report(no_command(o, *component));
  const auto status = watchdog.judge(wasi::run(*instance));
  return status ? *status : report(status.error());
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
  linker.set_limits(limits_of(o));
  if (const auto added = wasi::add_to(linker, *std::move(context)); !added) return report(added.error());
  Watchdog watchdog(parse_duration(o.timeout));
  auto instance = linker.instantiate(*module);
  if (!instance) return report_instantiation(in_file(std::move(instance).error(), o.file));
  const Watched watched(watchdog, [&] { instance->interrupt(); });
  if (o.invoke) return invoke(*instance, o.file, *o.invoke, get_guest_args(), watchdog);
  const auto status = watchdog.judge(wasi::run(*instance));
  if (!status) return report(status.error());
  warn_of_library(o, *module, *instance);
  return *status;
}

/// What a regular file's first bytes say it is.
component::BinaryKind kind_of_file(const std::string& path) {
  std::error_code ec;
  if (path == "-" || !std::filesystem::is_regular_file(path, ec)) return component::BinaryKind::not_wasm;
  constexpr std::size_t preamble = 8;
  char first[preamble];
  std::ifstream in(path, std::ios::binary);
  if (!in.read(first, preamble)) return component::BinaryKind::not_wasm;
  return component::detect(as_bytes(std::string_view(first, preamble)));
}

int run(RunOptions& o) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error the guest is told of
  if (const auto applied = apply_peer_options(o); !applied) {
    (void)report(applied.error());
    return status_usage;
  }
  // A binary is loaded as a file, for the cache knows files; text, and what is none of both, is looked at more closely.
  if (const auto kind = kind_of_file(o.file); kind != component::BinaryKind::not_wasm) {
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

}  // namespace

Action setup_run(CLI::App& app) {
  auto o = std::make_shared<RunOptions>();
  add_run_options(app, *o);
  return [o] { return run(*o); };
}

}  // namespace wcomp::cli
