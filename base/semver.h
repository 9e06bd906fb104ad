// Semantic versions, as WIT package names carry them, and the compatibility that the Component Model's names use.
// https://semver.org and "canonicalization of versions" in the Component Model's Explainer.md.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wcomp {

struct SemVer {
  std::uint64_t major = 0, minor = 0, patch = 0;
  std::string pre;    ///< without the `-`
  std::string build;  ///< without the `+`

  [[nodiscard]] static std::optional<SemVer> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  /// The part that decides compatibility: `1` for 1.2.3, `0.2` for 0.2.6, `0.0.1` for 0.0.1; a pre-release is compatible only with itself.
  [[nodiscard]] std::string compatible_track() const;
  /// Same track.
  [[nodiscard]] bool is_compatible_with(const SemVer& other) const { return compatible_track() == other.compatible_track(); }

  friend bool operator==(const SemVer&, const SemVer&) = default;
  /// Precedence of semver.org, build metadata last as a tie-breaker in text order.
  friend std::strong_ordering operator<=>(const SemVer& a, const SemVer& b);
};

}  // namespace wcomp
