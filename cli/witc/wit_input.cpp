#include "cli/witc/wit_input.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "cli/common/program.h"

namespace wcomp::cli {

Result<wit::Loaded> WitInput::load(bool all_comments_are_docs, component::WitForm* form) const {
  wit::Options options;
  options.features.insert(features.begin(), features.end());
  options.all_features = all_features;
  options.all_comments_are_docs = all_comments_are_docs;
  options.leaves_out_docs = leaves_out_docs;
  if (!target_version.empty()) {
    options.target_version = SemVer::parse(target_version);
    if (!options.target_version) return fail(diag::bad_usage, fmt::format("`{}` is not a version such as `0.2.1`", target_version));
  }
  std::vector<std::filesystem::path> list(paths.begin(), paths.end());
  if (list.empty()) list.emplace_back("-");
  WCOMP_TRY(component::LoadedWit read, component::load_wit(list, options));
  for (const Diagnostic& d : read.loaded.warnings) print(d);
  if (form != nullptr) *form = read.form;
  return std::move(read.loaded);
}

std::shared_ptr<WitInput> add_wit_input(CLI::App& app, bool takes_several_paths, bool is_optional) {
  auto input = std::make_shared<WitInput>();
  CLI::Option* paths = app.add_option("PATH", input->paths, "WIT file (`.wit`, or `.md` with blocks of WIT), directory of WIT files with its dependencies in `deps/`, or WIT package in binary form, component or core module (`.wasm`, `.wat`)")->required(!is_optional);
  if (!takes_several_paths) paths->expected(1);
  app.add_option("--features", input->features, "Keep items that are @unstable under these features")->delimiter(',')->allow_extra_args(false);
  app.add_flag("--all-features", input->all_features, "Keep all @unstable items");
  app.add_option("--target-version", input->target_version, "Show packages as of this version: later @since items are left out");
  return input;
}

}  // namespace wcomp::cli
