#include "cli/wcomp/features.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"

namespace wcomp::cli {

namespace {

/// Features of wasm-tools that no table of ours has: turning them off changes nothing.
constexpr std::string_view absent[] = {"gc", "threads", "shared-everything-threads", "stack-switching", "wide-arithmetic", "custom-page-sizes", "custom-descriptors"};

struct Version {
  std::string_view name;
  std::uint8_t number;
};
constexpr Version versions[] = {{"mvp", 1}, {"wasm1", 1}, {"wasm2", 2}, {"wasm3", 3}};

template <class Is>
void set_each(core::Features& features, const Is& is_on) {
  for (const core::FeatureRow& row : core::feature_rows()) features.set(row.feature, is_on(row));
}

Err<Failure> unknown(std::string_view name) {
  Diagnostic d = error(diag::bad_usage, fmt::format("`{}` is no feature", name));
  std::string_view nearest;
  std::size_t best = 3;
  const auto consider = [&](std::string_view known) {
    const std::size_t distance = edit_distance(known, name, 2);
    if (distance < best && distance < known.size()) {
      best = distance;
      nearest = known;
    }
  };
  std::string all;
  for (const core::FeatureRow& row : core::feature_rows()) {
    consider(row.text);
    all += fmt::format("{}`{}`", all.empty() ? "" : ", ", row.text);
  }
  for (const std::string_view group : {"all", "default", "mvp", "wasm1", "wasm2", "wasm3"}) consider(group);
  if (!nearest.empty()) d.notes.push_back(fmt::format("did you mean `{}`?", nearest));
  d.notes.push_back(fmt::format("features are {}; groups are `all`, `default`, `wasm1`, `wasm2`, `wasm3`", all));
  return Err(Failure(std::move(d)));
}

Result<void> apply_one(std::string_view word, core::Features& features) {
  const bool is_on = !word.starts_with('-');
  const std::string_view name = is_on ? word : word.substr(1);
  if (name == "all") {
    set_each(features, [&](const core::FeatureRow&) { return is_on; });
    return {};
  }
  if (name == "default" && is_on) {
    features = {};
    return {};
  }
  const auto* version = std::ranges::find(versions, name, &Version::name);
  if (version != std::end(versions) && is_on) {
    set_each(features, [&](const core::FeatureRow& row) { return row.since != 0 && row.since <= version->number; });
    return {};
  }
  if (const auto feature = core::find_feature(name)) {
    features.set(*feature, is_on);
    return {};
  }
  if (std::ranges::find(absent, name) == std::end(absent)) return unknown(name);
  if (is_on) return fail(diag::bad_usage, fmt::format("feature `{}` is not implemented", name));
  return {};
}

std::string table() {
  std::string out = "Features (* on by default; groups: all, default, wasm1, wasm2, wasm3; a list goes from left to right, `-` turns off):\n";
  for (const core::FeatureRow& row : core::feature_rows()) out += fmt::format("  {} {:<26} {}\n", row.is_default ? '*' : ' ', row.text, row.summary);
  out.pop_back();
  return out;
}

}  // namespace

Result<void> apply_features(std::string_view list, core::Features& features) {
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    if (!word.empty()) WCOMP_TRY(apply_one(word, features));
  }
  return {};
}

std::shared_ptr<core::Features> add_features_option(CLI::App& app, const std::string& names) {
  auto features = std::make_shared<core::Features>();
  app.add_option_function<std::vector<std::string>>(
         names,
         [features](const std::vector<std::string>& lists) {
           *features = {};
           for (const std::string& list : lists) {
             if (const auto applied = apply_features(list, *features); !applied) {
               std::string message = applied.error().first().message;
               for (const std::string& note : applied.error().first().notes) message += "; " + note;
               throw CLI::ValidationError("--features", message);
             }
           }
         },
         "Proposals of WebAssembly that are on: NAME, -NAME, or a group; the table is below")
      ->type_name("LIST")->expected(1)->take_all();
  app.footer(table());
  return features;
}

}  // namespace wcomp::cli
