// wcomp embed WIT MODULE
#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "component/wit_codec.h"
#include "core/module.h"
#include "wit/wit.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::string wit, module, world, output;
  std::vector<std::string> features;
  bool all_features = false;
};

/// Bindings of several worlds may meet in one module, if together they are one world.
Result<void> check_together(const Options& o, std::string_view world, const Bytes& before, const Bytes& after) {
  auto module = core::decode(before);
  if (!module) return Err(in_file(std::move(module).error(), o.module));
  const auto present = std::ranges::find_if(module->customs, [](const core::CustomSection& c) { return c.name.starts_with("component-type"); });
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

Result<Bytes> embed(const Options& o) {
  WCOMP_TRY(const std::shared_ptr<const Bytes> module, read_wasm(o.module));
  if (component::detect(*module) == component::BinaryKind::component) {
    return fail(diag::invalid, "this is a component already: WIT is attached to a core module", BinaryPos{.file = o.module, .path = {}, .offset = 0});
  }
  wit::Options options;
  options.features.insert(o.features.begin(), o.features.end());
  options.all_features = o.all_features;
  const std::filesystem::path paths[] = {o.wit};
  WCOMP_TRY(const wit::Loaded loaded, wit::load(paths, options));
  for (const Diagnostic& w : loaded.warnings) print(w);
  WCOMP_TRY(const wit::WorldId world, wit::select_world(loaded.graph, o.world));
  WCOMP_TRY(const Bytes payload, component::encode_component_type(loaded.graph, world));
  Bytes out = component::embed_component_type(*module, loaded.graph.worlds[world].name, payload);
  WCOMP_TRY(check_together(o, loaded.graph.worlds[world].name, *module, out));
  return out;
}

}  // namespace

Action setup_embed(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("WIT", o->wit, "WIT file or folder")->required();
  app.add_option("MODULE", o->module, "Core module")->required();
  app.add_option("--world,-w", o->world, "World to attach, when there are several");
  app.add_option("--features", o->features, "Unstable features to keep")->delimiter(',');
  app.add_flag("--all-features", o->all_features, "Keep everything unstable");
  app.add_option("--output,-o", o->output, "Where to write (standard output when left out)")->type_name("FILE");
  return [o] {
    const auto bytes = embed(*o);
    return bytes ? write_output(o->output, std::span<const std::uint8_t>(*bytes)) : report(bytes.error());
  };
}

}  // namespace wcomp::cli
