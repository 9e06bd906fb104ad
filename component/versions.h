// Names of interfaces that may stand for one another because their versions are compatible: one rule for composing, linking and calling.
// Explainer.md "Import and Export Definitions".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/semver.h"

namespace wcomp::component {

/// `wasi:io/streams@0.2.3` cut at its version. A name that is no interface's, or whose version is none, is all `base`.
struct VersionedName {
  std::string_view base;
  std::optional<SemVer> version;
};
[[nodiscard]] VersionedName split_version(std::string_view name);

/// Equal for names that may stand for one another: `ns:pkg/iface@0.2` for every 0.2.x, the name itself for anything else.
[[nodiscard]] std::string compatible_key(std::string_view name);

/// Whether `a`'s version is lower than `b`'s; for names of one key.
[[nodiscard]] bool is_older(std::string_view a, std::string_view b);

/// Positions in `names` that may stand for `wanted`: the same name first, then compatible versions, newest first. With `any_version`, a
/// name without a version also stands for every version of it.
[[nodiscard]] std::vector<std::size_t> find_compatible(std::string_view wanted, const std::vector<std::string_view>& names,
                                                       bool any_version = false);

}  // namespace wcomp::component
