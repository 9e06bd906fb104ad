#include "component/versions.h"

#include <algorithm>
#include <utility>

namespace wcomp::component {

VersionedName split_version(std::string_view name) {
  const std::size_t slash = name.find('/');
  const std::size_t at = slash == std::string_view::npos ? slash : name.find('@', slash);
  if (at == std::string_view::npos) return {.base = name, .version = {}};
  auto version = SemVer::parse(name.substr(at + 1));
  if (!version) return {.base = name, .version = {}};
  return {.base = name.substr(0, at), .version = std::move(version)};
}

std::string compatible_key(std::string_view name) {
  const VersionedName n = split_version(name);
  return n.version ? std::string(n.base) + "@" + n.version->compatible_track() : std::string(name);
}

bool is_older(std::string_view a, std::string_view b) {
  const VersionedName va = split_version(a), vb = split_version(b);
  return va.version && vb.version && *va.version < *vb.version;
}

std::vector<std::size_t> find_compatible(std::string_view wanted, const std::vector<std::string_view>& names, bool any_version) {
  std::vector<std::size_t> found;
  std::vector<std::pair<SemVer, std::size_t>> others;
  const VersionedName want = split_version(wanted);
  const bool takes_all = any_version && !want.version;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == wanted) {
      found.push_back(i);
      continue;
    }
    VersionedName have = split_version(names[i]);
    if (have.base != want.base || !have.version) continue;
    if (takes_all || (want.version && have.version->is_compatible_with(*want.version))) others.emplace_back(*std::move(have.version), i);
  }
  std::ranges::sort(others, [](const auto& a, const auto& b) { return a.first > b.first || (a.first == b.first && a.second < b.second); });
  for (const auto& o : others) found.push_back(o.second);
  return found;
}

}  // namespace wcomp::component
