// wcomp compile FILE
#include "base/in_file.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/features.h"
#include "cli/wcomp/input.h"
#include "cli/wcomp/own_input.h"
#include "wcomp/module.h"
#include "wcomp/wcomp.h"

namespace wcomp::cli {

namespace {

struct CompileOptions {
  std::string file, output, target;
  std::vector<std::string> wasm_features;
  bool is_metered = false, is_deterministic = false, has_code_only = false;
};

Result<std::vector<std::uint8_t>> compile(const CompileOptions& o) {
  WCOMP_TRY(check_own_input(o.file, o.output));
  WCOMP_TRY(const auto bytes, read_wasm(o.file));
  EngineOptions options{.wasm_features = {}, .is_deterministic = o.is_deterministic};
  for (const std::string& list : o.wasm_features) options.wasm_features += (options.wasm_features.empty() ? "" : ",") + list;
  WCOMP_TRY(const Engine engine, Engine::create(options));
  const SerializeOptions what{.is_metered = o.is_metered, .target = o.target, .has_bodies = !o.has_code_only};
  if (component::detect(*bytes) == component::BinaryKind::component) {
    WCOMP_TRY(const Component component, Component::from_bytes(engine, *bytes, o.file));
    return component.serialize(what);
  }
  WCOMP_TRY(const Module module, Module::from_bytes(engine, *bytes, o.file));
  return module.serialize(what);
}

int run(const CompileOptions& o) {
  auto image = compile(o);
  if (!image) return report(in_file(std::move(image).error(), o.file));
  return write_output(o.output, std::span<const std::uint8_t>(*image));
}

}  // namespace

Action setup_compile(CLI::App& app) {
  auto o = std::make_shared<CompileOptions>();
  app.add_option("FILE", o->file, "Component or core module, binary or text; `-` is standard input")->required();
  app.add_option("-o,--output", o->output, "Where the program goes, app.cwasm (standard output when left out)")->type_name("FILE");
  app.add_option("--target", o->target, "The machine that it is for: x86_64-linux, .. (default: this one)")->type_name("TARGET");
  app.add_flag("--metered", o->is_metered, "Code that counts, for `wcomp run --fuel`; without it such a run compiles again");
  app.add_flag("--deterministic", o->is_deterministic, "The same results on every machine, for `wcomp run --deterministic`");
  app.add_flag("--code-only", o->has_code_only, "Leave the functions' WebAssembly out: smaller, but only what the code was made for can run");
  app.add_option("--wasm-features", o->wasm_features, "Proposals of WebAssembly that are on: NAME, -NAME, or a group, from left to right; `wcomp validate --help` lists them")
      ->type_name("LIST")->expected(1)->allow_extra_args(false)->take_all()->check(CLI::Validator(check_features, ""));
  app.footer("What it writes is machine code of this version of wcomp and is trusted: running it can do whatever the user may. `wcomp run` takes it\n"
             "only where it was asked for, by a name in .cwasm or with --allow-precompiled; run nothing that others made and you do not trust.");
  return [o] { return run(*o); };
}

}  // namespace wcomp::cli
