// Comparing names of imports and exports up to compatible versions. Explainer.md "Import and Export Definitions".
#pragma once

#include <string>
#include <string_view>

namespace wcomp::compose {

/// Equal for names that may stand for one another: `ns:pkg/iface@0.2` for every 0.2.x, the name itself for anything else.
[[nodiscard]] std::string compatible_key(std::string_view name);
/// `ns:pkg/iface` of `ns:pkg/iface@1.2.3`.
[[nodiscard]] std::string_view without_version(std::string_view name);
/// Whether `a`'s version is lower than `b`'s; names of one key.
[[nodiscard]] bool is_older(std::string_view a, std::string_view b);

}  // namespace wcomp::compose
