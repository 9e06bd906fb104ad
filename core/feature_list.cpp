#include "core/feature_list.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/nearest_name.h"

namespace wcomp::core {

namespace {

/// Features of wasm-tools that no table of ours has: turning them off changes nothing.
constexpr std::string_view absent[] = {"threads", "shared-everything-threads", "stack-switching", "wide-arithmetic", "custom-page-sizes", "custom-descriptors",
                                       "memory-control"};

struct Version {
  std::string_view name;
  std::uint8_t number;
};
constexpr Version versions[] = {{"mvp", 1}, {"wasm1", 1}, {"wasm2", 2}, {"wasm3", 3}};

template <class Is>
void set_each(Features& features, const Is& is_on) {
  for (const FeatureRow& row : feature_rows()) features.set(row.feature, is_on(row));
}

Err<Failure> unknown(std::string_view name, std::span<const std::string_view> others) {
  Diagnostic d = error(diag::bad_usage, fmt::format("`{}` is no feature", name));
  NearestName nearest(name);
  std::string all;
  for (const FeatureRow& row : feature_rows()) {
    nearest.offer(row.text);
    all += fmt::format("{}`{}`", all.empty() ? "" : ", ", row.text);
  }
  for (const std::string_view other : others) {
    nearest.offer(other);
    all += fmt::format(", `{}`", other);
  }
  for (const std::string_view group : {"all", "default", "mvp", "wasm1", "wasm2", "wasm3"}) nearest.offer(group);
  if (auto note = nearest.note()) d.notes.push_back(*std::move(note));
  d.notes.push_back(fmt::format("features are {}; groups are `all`, `default`, `wasm1`, `wasm2`, `wasm3`", all));
  return Err(Failure(std::move(d)));
}

Result<void> apply_one(std::string_view word, Features& features, std::span<const std::string_view> others) {
  const bool is_on = !word.starts_with('-');
  const std::string_view name = is_on ? word : word.substr(1);
  if (name == "all") {
    set_each(features, [&](const FeatureRow&) { return is_on; });
    return {};
  }
  if (name == "default" && is_on) {
    features = {};
    return {};
  }
  const auto* version = std::ranges::find(versions, name, &Version::name);
  if (version != std::end(versions) && is_on) {
    set_each(features, [&](const FeatureRow& row) { return row.since != 0 && row.since <= version->number; });
    return {};
  }
  if (const auto feature = find_feature(name)) {
    features.set(*feature, is_on);
    return {};
  }
  if (std::ranges::find(absent, name) == std::end(absent)) return unknown(name, others);
  if (is_on) return fail(diag::bad_usage, fmt::format("feature `{}` is not implemented", name));
  return {};
}

}  // namespace

Result<void> apply_features(std::string_view list, Features& features, std::span<const std::string_view> others) {
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    if (!word.empty()) WCOMP_TRY(apply_one(word, features, others));
  }
  return {};
}

std::string feature_table() {
  std::string out;
  for (const FeatureRow& row : feature_rows()) out += fmt::format("  {} {:<26} {}\n", row.is_default ? '*' : ' ', row.text, row.summary);
  return out;
}

}  // namespace wcomp::core
