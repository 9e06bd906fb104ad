#include "core/features.h"

#include <algorithm>
#include <array>

namespace wcomp::core {
namespace {

constexpr std::array rows{
#define WCOMP_FEATURE(field, text, is_default, since, summary) FeatureRow{Feature::field, text, is_default, since, summary},
#include "core/features.def"
#undef WCOMP_FEATURE
};
static_assert(rows.size() < 32, "Features::bits has a bit for each, and one for mvp");

}  // namespace

std::span<const FeatureRow> feature_rows() { return rows; }

std::string_view to_string(Feature f) { return f == Feature::mvp ? "mvp" : rows[static_cast<std::size_t>(f) - 1].text; }

std::optional<Feature> find_feature(std::string_view text) {
  const auto at = std::ranges::find(rows, text, &FeatureRow::text);
  if (at == rows.end()) return std::nullopt;
  return at->feature;
}

}  // namespace wcomp::core
