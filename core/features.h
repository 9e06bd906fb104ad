// Which proposals are on. Source: core/features.def.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wcomp::core {

/// `mvp` is what no feature can take away.
enum class Feature : std::uint8_t {
  mvp,
#define WCOMP_FEATURE(field, text, is_default, since, summary) field,
#include "core/features.def"
#undef WCOMP_FEATURE
};

struct Features {
#define WCOMP_FEATURE(field, text, is_default, since, summary) bool field = is_default;
#include "core/features.def"
#undef WCOMP_FEATURE

  [[nodiscard]] constexpr bool has(Feature f) const {
    switch (f) {
      case Feature::mvp: return true;
#define WCOMP_FEATURE(field, text, is_default, since, summary) \
  case Feature::field: return field;
#include "core/features.def"
#undef WCOMP_FEATURE
    }
    return false;
  }
  constexpr void set(Feature f, bool is_on) {
    switch (f) {
      case Feature::mvp: return;
#define WCOMP_FEATURE(field, text, is_default, since, summary) \
  case Feature::field: field = is_on; return;
#include "core/features.def"
#undef WCOMP_FEATURE
    }
  }
  /// The bit 1 << Feature of all that are on, `mvp` among them.
  [[nodiscard]] constexpr std::uint32_t bits() const {
    std::uint32_t out = 1;
#define WCOMP_FEATURE(field, text, is_default, since, summary) \
  if (field) out |= std::uint32_t{1} << static_cast<unsigned>(Feature::field);
#include "core/features.def"
#undef WCOMP_FEATURE
    return out;
  }
  friend bool operator==(const Features&, const Features&) = default;
};

struct FeatureRow {
  Feature feature;
  std::string_view text;  ///< `tail-call`
  bool is_default;
  std::uint8_t since;  ///< version of the specification; 0: none
  std::string_view summary;
};
/// In the order of features.def.
[[nodiscard]] std::span<const FeatureRow> feature_rows();
/// `tail-call`; `mvp`.
[[nodiscard]] std::string_view to_string(Feature f);
[[nodiscard]] std::optional<Feature> find_feature(std::string_view text);

}  // namespace wcomp::core
