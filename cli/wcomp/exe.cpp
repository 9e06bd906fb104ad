// wcomp exe FILE -o PROGRAM
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/in_file.h"
#include "base/match.h"
#include "cli/common/progress.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/features.h"
#include "cli/wcomp/input.h"
#include "cli/wcomp/own_input.h"
#include "component/component.h"
#include "engine/jit/target.h"
#include "runner/arguments.h"
#include "runner/payload.h"
#include "runner/sandbox.h"
#include "runner/target.h"
#include "runtime/precompiled/image.h"
#include "runtime/precompiled/precompiled.h"

namespace wcomp::cli {

namespace {

struct ExeOptions {
  std::string file, output, target, runner;
  std::vector<std::string> grants, wasm_features;
  bool is_sealed = false;
  bool is_deterministic = false;
};

/// Where a runner may be, in order: beside this program, and where the installation put it.
Result<std::filesystem::path> find_runner(const ExeOptions& o, const runner::Target& target) {
  if (!o.runner.empty()) return std::filesystem::path(o.runner);
  std::error_code ec;
  const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe", ec).parent_path();
  const std::string name = runner::runner_file_name(target);
  Diagnostic d = error(diag::file_error, fmt::format("there is no runner for `{}`: `{}` was not found", target.name, name));
  for (const std::filesystem::path& folder : {own, own / WCOMP_RUNNER_DIR}) {
    if (std::filesystem::is_regular_file(folder / name, ec)) return folder / name;
    d.notes.push_back(fmt::format("looked for it in `{}`", folder.lexically_normal().string()));
  }
  d.notes.emplace_back("`--runner FILE` says where it is");
  return Err(Failure(std::move(d)));
}

/// The bytes of a runner that fits this build of wcomp.
Result<Bytes> read_runner(const std::filesystem::path& path, const runner::Target& target) {
  WCOMP_TRY(Bytes bytes, read_file(path));
  if (auto fits = runner::check_executable(bytes, target); !fits) return Err(in_file(std::move(fits).error(), path.string()));
  if (runner::has_payload(bytes)) return Err(in_file(Failure(error(diag::malformed, "this is no runner, but an executable that has a program already")), path.string()));
  if (!runner::is_runner(bytes)) return Err(in_file(Failure(error(diag::malformed, "this is no runner of wcomp")), path.string()));
  if (as_text(bytes).find(precompiled::code_id()) == std::string_view::npos) {
    Diagnostic d = error(diag::unsupported, "this runner belongs to another build of wcomp, whose compiled code is another");
    d.notes.emplace_back("wcomp and its runners are built and installed together");
    return Err(in_file(Failure(std::move(d)), path.string()));
  }
  return bytes;
}

bool is_of_http(std::string_view import) { return import.starts_with("wasi:http/"); }

/// What keeps a component from being an executable.
Result<void> check(const Component& component) {
  const std::vector<std::string> exports = component.exports();
  if (std::ranges::none_of(exports, [](const std::string& e) { return e.starts_with("wasi:cli/run@"); })) {
    Diagnostic d = error(diag::missing_export, "the component exports no `wasi:cli/run`: it is not a command, so an executable of it would have nothing to run");
    for (const std::string& e : exports) d.notes.push_back(fmt::format("it exports `{}`", e));
    return Err(Failure(std::move(d)));
  }
  for (const std::string& import : component.imports()) {
    if (is_of_http(import)) {
      Diagnostic d = error(diag::unsupported, fmt::format("the component imports `{}`: executables have no HTTP", import));
      d.notes.emplace_back("`wcomp run` can run it");
      return Err(Failure(std::move(d)));
    }
    if (!import.starts_with("wasi:")) {
      Diagnostic d = error(diag::missing_import, fmt::format("the component imports `{}`, which nothing gives it in an executable", import));
      d.notes.emplace_back("`wcomp compose` plugs a component that exports it into this one");
      return Err(Failure(std::move(d)));
    }
  }
  return {};
}

Result<void> check(const Module& module) {
  std::string others;
  for (const ModuleExport& e : module.exports()) {
    if (!e.type.starts_with("func")) continue;
    if (e.name == "_start") others = "_start";
    if (others != "_start" && others.size() < 200) others += fmt::format("{}`{}`", others.empty() ? "" : ", ", e.name);
  }
  if (others != "_start") {
    Diagnostic d = error(diag::missing_export, "the module exports no function `_start`: it is not a command, so an executable of it would have nothing to run");
    d.notes.push_back(others.empty() ? "it exports no functions" : fmt::format("it exports {}", others));
    return Err(Failure(std::move(d)));
  }
  for (const ModuleImport& i : module.imports()) {
    if (i.module == "wasi_snapshot_preview1" || i.module == "wasi_unstable") continue;
    return fail(diag::missing_import, fmt::format("the module imports `{}` `{}`, which nothing gives it in an executable: preview 1 is all there is", i.module, i.name));
  }
  return {};
}

/// What is to be run, as far as an executable can run it.
Result<precompiled::Program> load_command(const ExeOptions& o) {
  WCOMP_TRY(const std::shared_ptr<const Bytes> bytes, read_wasm(o.file));
  EngineOptions options{.wasm_features = {}, .is_deterministic = o.is_deterministic, .backend = BackendKind::jit};
  for (const std::string& list : o.wasm_features) options.wasm_features += (options.wasm_features.empty() ? "" : ",") + list;
  WCOMP_TRY(const Engine engine, Engine::create(options));
  const auto checked = [&](auto program) -> Result<precompiled::Program> {
    if (auto fits = check(program); !fits) return Err(in_file(std::move(fits).error(), o.file));
    return precompiled::Program(std::move(program));
  };
  if (component::detect(*bytes) == component::BinaryKind::component) {
    WCOMP_TRY(Component component, Component::from_bytes(engine, *bytes, o.file));
    return checked(std::move(component));
  }
  WCOMP_TRY(Module module, Module::from_bytes(engine, *bytes, o.file));
  return checked(std::move(module));
}

Result<void> make_executable(const ExeOptions& o) {
  WCOMP_TRY(check_own_input(o.file, o.output));
  std::vector<std::string_view> compiled;
  for (const engine::jit::TargetRow& t : engine::jit::targets) {
    if (engine::jit::has_stencils(t.target)) compiled.push_back(t.name);
  }
  const auto host = engine::jit::host_target();
  WCOMP_TRY(const runner::Target* const target, runner::find_target(o.target.empty() && host ? engine::jit::to_string(*host) : o.target, compiled));
  runner::Manifest manifest{.name = o.file == "-" ? std::string("program") : std::filesystem::path(o.file).filename().string(),
                            .grants = {},
                            .is_sealed = o.is_sealed,
                            .is_deterministic = o.is_deterministic,
                            .is_metered = false};
  for (const std::string& text : o.grants) {
    WCOMP_TRY(const runner::Setting setting, runner::parse_setting(text));
    manifest.grants.push_back(setting.option->kind == runner::OptionKind::flag ? std::string(setting.option->name) : fmt::format("{}={}", setting.option->name, setting.value));
    manifest.is_metered = manifest.is_metered || setting.option->member == runner::SandboxOption::Member(&runner::SandboxOptions::fuel);
  }
  const Progress progress(fmt::format("compiling {}", o.file));
  WCOMP_TRY(const precompiled::Program program, load_command(o));
  WCOMP_TRY(const std::filesystem::path runner_path, find_runner(o, *target));
  WCOMP_TRY(const Bytes runner_bytes, read_runner(runner_path, *target));
  auto image = match(program, [&](const auto& p) { return precompiled::write(p, {.is_metered = manifest.is_metered, .target = std::string(target->name), .has_bodies = false}); });
  if (!image) return Err(in_file(std::move(image).error(), o.file));
  const runner::Parts parts = runner::write_payload(runner_bytes.size(), image->size(), manifest, target->page);
  const ByteSpan all[] = {runner_bytes, parts.padding, *image, parts.end};
  return write_parts(o.output, all, FileKind::program);
}

std::string check_grant(const std::string& text) {
  const auto setting = runner::parse_setting(text);
  return setting ? std::string() : setting.error().first().message;
}

}  // namespace

Action setup_exe(CLI::App& app) {
  auto o = std::make_shared<ExeOptions>();
  app.add_option("FILE", o->file, "Command component, or core module for preview 1; binary or text")->required();
  app.add_option("--output,-o", o->output, "The executable")->type_name("FILE")->required();
  app.add_option("--grant", o->grants, "Bake in what the program may see and use: an option of `wcomp run` without its dashes, as dir=data or max-memory=64M")
      ->type_name("NAME[=VALUE]")->expected(1)->allow_extra_args(false)->take_all()->check(CLI::Validator(check_grant, ""));
  app.add_flag("--seal", o->is_sealed, "The executable takes no sandbox options: its whole command line is the program's");
  app.add_option("--target", o->target, "The machine that the executable is for (this one when left out)")->type_name("MACHINE-SYSTEM");
  app.add_option("--runner", o->runner, "The runner that goes in front of the program (the one that came with wcomp when left out)")->type_name("FILE");
  app.add_flag("--deterministic", o->is_deterministic, "The same results on every machine: canonical NaNs, one outcome of relaxed vector instructions");
  app.add_option("--wasm-features", o->wasm_features, "Proposals of WebAssembly that are on: NAME, -NAME, or a group, from left to right; `wcomp validate --help` lists them")
      ->type_name("LIST")->expected(1)->allow_extra_args(false)->take_all()->check(CLI::Validator(check_features, ""));
  return [o] {
    const auto made = make_executable(*o);
    return made ? status_ok : report(made.error());
  };
}

}  // namespace wcomp::cli
