#include "component/features.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "core/feature_list.h"

namespace wcomp::component {

namespace {

struct Row {
  std::string_view text;
  bool Features::* field;
  bool is_default;
  std::string_view summary;
};
constexpr Row rows[] = {
#define WCOMP_COMPONENT_FEATURE(field, text, is_default, summary) {text, &Features::field, is_default, summary},
#include "component/features.def"
#undef WCOMP_COMPONENT_FEATURE
};

/// Features of wasm-tools that no table of ours has: turning them off changes nothing.
constexpr std::string_view absent[] = {"cm-gc", "cm-forward", "cm-accessors"};

Result<void> apply_one(std::string_view word, Features& features) {
  const bool is_on = !word.starts_with('-');
  const std::string_view name = is_on ? word : word.substr(1);
  if (const auto* row = std::ranges::find(rows, name, &Row::text); row != std::end(rows)) {
    features.*row->field = is_on;
    return {};
  }
  if (std::ranges::find(absent, name) != std::end(absent)) {
    if (is_on) return fail(diag::bad_usage, fmt::format("feature `{}` is not implemented", name));
    return {};
  }
  for (const Row& row : rows) {
    if (name == "all") features.*row.field = is_on;
    if (name == "default" && is_on) features.*row.field = row.is_default;
  }
  std::vector<std::string_view> others;
  for (const Row& row : rows) others.push_back(row.text);
  return core::apply_features(word, features.core, others);
}

}  // namespace

Features Features::all() {
  Features out;
  for (const Row& row : rows) out.*row.field = true;
  for (const core::FeatureRow& row : core::feature_rows()) out.core.set(row.feature, true);
  return out;
}

Result<void> apply_features(std::string_view list, Features& features) {
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    if (!word.empty()) WCOMP_TRY(apply_one(word, features));
  }
  return {};
}

std::string to_list(const Features& features) {
  std::string out = "-all";
  for (const core::FeatureRow& row : core::feature_rows()) {
    if (features.core.has(row.feature)) out += fmt::format(",{}", row.text);
  }
  for (const Row& row : rows) {
    if (features.*row.field) out += fmt::format(",{}", row.text);
  }
  return out;
}

std::string feature_table() {
  std::string out = core::feature_table();
  for (const Row& row : rows) out += fmt::format("  {} {:<26} {}\n", row.is_default ? '*' : ' ', row.text, row.summary);
  return out;
}

}  // namespace wcomp::component
