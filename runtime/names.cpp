#include "runtime/names.h"

#include <algorithm>

#include "base/semver.h"

namespace wcomp::runtime {

InterfaceName split_version(std::string_view name) {
  const std::size_t at = name.rfind('@');
  if (at == std::string_view::npos || name.find('/') == std::string_view::npos || at < name.find('/')) return {.base = name, .version = {}};
  return {.base = name.substr(0, at), .version = name.substr(at + 1)};
}

std::vector<std::size_t> find_compatible(std::string_view wanted, const std::vector<std::string_view>& names, bool any_version) {
  std::vector<std::size_t> exact;
  std::vector<std::pair<SemVer, std::size_t>> others;
  const InterfaceName want = split_version(wanted);
  const auto want_version = SemVer::parse(want.version);
  const bool takes_all = any_version && want.version.empty();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == wanted) {
      exact.push_back(i);
      continue;
    }
    const InterfaceName have = split_version(names[i]);
    if (have.base != want.base) continue;
    const auto version = SemVer::parse(have.version);
    if (version && (takes_all || (want_version && version->is_compatible_with(*want_version)))) others.emplace_back(*version, i);
  }
  std::ranges::sort(others, [](const auto& a, const auto& b) { return a.first > b.first || (a.first == b.first && a.second < b.second); });
  for (const auto& o : others) exact.push_back(o.second);
  return exact;
}

}  // namespace wcomp::runtime
