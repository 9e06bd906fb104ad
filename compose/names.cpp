#include "compose/names.h"

#include "base/semver.h"

namespace wcomp::compose {

namespace {
std::optional<SemVer> version_of(std::string_view name) {
  const std::size_t at = name.rfind('@');
  if (at == std::string_view::npos || name.find('/') == std::string_view::npos) return std::nullopt;
  return SemVer::parse(name.substr(at + 1));
}
}  // namespace

std::string_view without_version(std::string_view name) { return version_of(name) ? name.substr(0, name.rfind('@')) : name; }

std::string compatible_key(std::string_view name) {
  const auto version = version_of(name);
  return version ? std::string(without_version(name)) + "@" + version->compatible_track() : std::string(name);
}

bool is_older(std::string_view a, std::string_view b) {
  const auto va = version_of(a), vb = version_of(b);
  return va && vb && *va < *vb;
}

}  // namespace wcomp::compose
