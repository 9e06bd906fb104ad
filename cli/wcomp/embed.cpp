// wcomp embed WIT [MODULE]
#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "cli/wcomp/commands.h"
#include "cli/common/version.h"
#include "cli/wcomp/input.h"
#include "cli/wcomp/wasm_output.h"
#include "component/componentize/dummy.h"
#include "component/metadata.h"
#include "component/sections.h"
#include "component/wit_codec.h"
#include "core/module.h"
#include "wit/wit.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::string wit, module, world, encoding = "utf8", dummy_names;
  std::vector<std::string> features;
  bool all_features = false, dummy = false, async_callback = false, async_stackful = false, only_custom = false;
  WasmOutput output;
};

constexpr std::string_view standard_names = "standard32";

component::StringEncoding encoding_of(std::string_view name) {
  return name == "utf16" ? component::StringEncoding::utf16 : name == "compact-utf16" ? component::StringEncoding::latin1_utf16 : component::StringEncoding::utf8;
}

/// Bindings of several worlds may meet in one module, if together they are one world.
Result<void> check_together(const Options& o, std::string_view world, const Bytes& before, const Bytes& after) {
  auto module = core::decode(before);
  if (!module) return Err(in_file(std::move(module).error(), o.module));
  const auto present = std::ranges::find_if(module->customs, component::carries_world, &core::CustomSection::name);
  if (present == module->customs.end()) return Ok{};
  WCOMP_TRY(const core::Module both, core::decode(after));
  auto merged = component::world_of_module(both);
  if (merged) return Ok{};
  Diagnostic d = error(diag::type_mismatch, fmt::format("the module has WIT already, in its section `{}`, and the world `{}` contradicts it", escape(present->name), world),
                       BinaryPos{.file = o.module, .path = {}, .offset = 0});
  d.notes.push_back(merged.error().first().message);
  d.notes.push_back(fmt::format("`wcomp wit {}` prints what it has; embed into the module as it was before, to replace it", escape(o.module)));
  return Err(Failure(std::move(d)));
}

/// The module that WIT is embedded in: given, or a dummy.
Result<std::shared_ptr<const Bytes>> read_module(const Options& o, const wit::Graph& graph, wit::WorldId world) {
  if (o.dummy || !o.dummy_names.empty()) {
    component::DummyOptions options;
    if (!o.dummy_names.empty() && o.dummy_names != standard_names) options.names = component::NameScheme::legacy;
    if (o.async_callback) options.abi = component::LiftAbi::callback;
    if (o.async_stackful) options.abi = component::LiftAbi::stackful;
    if (options.abi != component::LiftAbi::sync && options.names == component::NameScheme::standard) {
      return fail(diag::bad_usage, "there are no standard names for asynchronous functions yet: add `--dummy-names legacy`");
    }
    WCOMP_TRY(Bytes dummy, component::dummy_module(graph, world, options));
    return std::make_shared<const Bytes>(std::move(dummy));
  }
  WCOMP_TRY(std::shared_ptr<const Bytes> module, read_wasm(o.module.empty() ? "-" : o.module));
  if (component::detect(*module) == component::BinaryKind::component) {
    return fail(diag::invalid, "this is a component already: WIT is attached to a core module", BinaryPos{.file = o.module, .path = {}, .offset = 0});
  }
  return module;
}

Result<Bytes> embed(const Options& o) {
  wit::Options options;
  options.features.insert(o.features.begin(), o.features.end());
  options.all_features = o.all_features;
  const std::filesystem::path paths[] = {o.wit};
  WCOMP_TRY(const wit::Loaded loaded, wit::load(paths, options));
  for (const Diagnostic& w : loaded.warnings) print(w);
  WCOMP_TRY(const wit::WorldId world, wit::select_world(loaded.graph, o.world));
  WCOMP_TRY(Bytes payload, component::encode_component_type(loaded.graph, world, encoding_of(o.encoding)));
  component::Producers producers;
  producers.set("processed-by", "wcomp", version_number());
  component::append_custom(payload, component::producers_section, component::encode_producers(producers));
  if (o.only_custom) return payload;
  WCOMP_TRY(const std::shared_ptr<const Bytes> module, read_module(o, loaded.graph, world));
  Bytes out = component::embed_component_type(*module, loaded.graph.worlds[world].name, payload);
  WCOMP_TRY(check_together(o, loaded.graph.worlds[world].name, *module, out));
  return out;
}

}  // namespace

Action setup_embed(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("WIT", o->wit, "WIT file or folder")->required();
  app.add_option("MODULE", o->module, "Core module (standard input when left out or -)");
  app.add_option("--world,-w", o->world, "World to attach, when there are several");
  app.add_option("--features", o->features, "Unstable features to keep")->delimiter(',');
  app.add_flag("--all-features", o->all_features, "Keep everything unstable");
  app.add_option("--encoding", o->encoding, "Encoding of the module's strings")->check(CLI::IsMember({"utf8", "utf16", "compact-utf16"}))->capture_default_str();
  app.add_flag("--dummy", o->dummy, "Take no module, but make one that fits the world; the same as --dummy-names standard32");
  app.add_option("--dummy-names", o->dummy_names, "The same, with core names of this scheme")->check(CLI::IsMember({"legacy", "standard32"}));
  auto* callback = app.add_flag("--async-callback", o->async_callback, "With --dummy-names legacy: async functions with callbacks");
  app.add_flag("--async-stackful", o->async_stackful, "With --dummy-names legacy: async functions without callbacks")->excludes(callback);
  app.add_flag("--only-custom", o->only_custom, "Write what the section would have, alone");
  o->output.declare(app);
  return [o] {
    auto bytes = embed(*o);
    return bytes ? o->output.write(std::move(*bytes)) : report(bytes.error());
  };
}

}  // namespace wcomp::cli
