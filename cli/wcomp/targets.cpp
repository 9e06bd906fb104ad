// wcomp targets FILE WIT [--world W]
#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/in_file.h"
#include "base/text.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "component/targets.h"
#include "component/wit_codec.h"
#include "component/wit_files.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::string first, second;
  std::string world;
  std::vector<std::string> features;
  bool all_features = false;
  bool semver_compatible = false;
  bool same_versions = false;
};

/// A component that is no WIT package; nothing for everything else that can be read, and whether that is a core module.
Result<std::optional<component::ValidComponent>> component_at(const std::string& path, bool& is_module) {
  WCOMP_TRY(const std::shared_ptr<const Bytes> bytes, read_wasm(path));
  is_module = component::detect(*bytes) == component::BinaryKind::core_module;
  if (is_module) return std::optional<component::ValidComponent>();
  WCOMP_TRY(component::ValidComponent out, read_component(path, bytes, component::Features::all()));
  if (component::is_wit_package(out)) return std::optional<component::ValidComponent>();
  return std::optional(std::move(out));
}

bool is_text(const std::string& path) {
  std::error_code ec;
  return path.ends_with(".wit") || path.ends_with(".md") || std::filesystem::is_directory(path, ec);
}

/// Which of the two is the component; the reference tool has them the other way round.
Result<component::ValidComponent> take_component(Options& o) {
  if (is_text(o.first)) std::swap(o.first, o.second);
  if (o.first.empty()) o.first = "-";
  bool is_module = false, other_is_module = false;
  auto found = component_at(o.first, is_module);
  if (found && *found) return **std::move(found);
  // Two binaries: the other one may be the component.
  if (o.first != "-" && !o.second.empty() && !is_text(o.second)) {
    auto other = component_at(o.second, other_is_module);
    if (other && *other) {
      std::swap(o.first, o.second);
      return **std::move(other);
    }
  }
  if (!found) return Err(std::move(found).error());
  Diagnostic d = error(diag::invalid, is_module ? "this is a core module, a component is needed" : "this is a WIT package, a component is needed", BinaryPos{.file = o.first, .path = {}, .offset = 0});
  d.notes.push_back(is_module ? fmt::format("`wcomp new {} -o component.wasm` makes a component of a module with embedded WIT", escape(o.first))
                              : std::string("expected a component and the WIT of the world that it should fit: `wcomp targets FILE WIT`"));
  return Err(Failure(std::move(d)));
}

Result<std::vector<Diagnostic>> run(Options& o) {
  WCOMP_TRY(const component::ValidComponent component, take_component(o));
  if (o.second.empty()) return fail(diag::bad_usage, "the WIT of the world is missing: `wcomp targets FILE WIT`");
  wit::Options options;
  options.features.insert(o.features.begin(), o.features.end());
  options.all_features = o.all_features;
  const std::filesystem::path path = o.second;
  WCOMP_TRY(const component::LoadedWit wit, component::load_wit({&path, 1}, options));
  WCOMP_TRY(const wit::WorldId world, wit::select_world(wit.loaded.graph, o.world));
  return component::target_mismatches(component, wit.loaded.graph, world, {.same_versions = o.same_versions});
}

}  // namespace

Action setup_targets(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("FILE", o->first, "Component, or `-` for standard input")->required();
  app.add_option("WIT", o->second, "The world's WIT: file, directory, or package in binary form (also before FILE)");
  app.add_option("-w,--world", o->world, "The world (default: the only one of the package)");
  app.add_option("--features", o->features, "Keep items that are @unstable under these features")->delimiter(',')->allow_extra_args(false);
  app.add_flag("--all-features", o->all_features, "Keep all @unstable items");
  CLI::Option* compatible = app.add_flag("--semver-compatible", o->semver_compatible, "Interfaces may have another, compatible version (the default)");
  app.add_flag("--same-versions", o->same_versions, "Interfaces need the very version that the world names")->excludes(compatible);
  return [o] {
    const auto mismatches = run(*o);
    if (!mismatches) return report(mismatches.error());
    for (const Diagnostic& d : *mismatches) print(d);
    return mismatches->empty() ? status_ok : status_failed;
  };
}

}  // namespace wcomp::cli
