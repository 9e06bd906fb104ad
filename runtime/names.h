// Finding an interface by name where versions only have to be compatible.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wcomp::runtime {

/// `wasi:io/streams@0.2.3` cut at its version.
struct InterfaceName {
  std::string_view base;
  std::string_view version;  ///< empty: none
};
[[nodiscard]] InterfaceName split_version(std::string_view name);

/// Positions in `names` that may stand for `wanted`: the same name first, then compatible versions, newest first. With `any_version`, a
/// name without a version also stands for every version of it.
[[nodiscard]] std::vector<std::size_t> find_compatible(std::string_view wanted, const std::vector<std::string_view>& names,
                                                       bool any_version = false);

}  // namespace wcomp::runtime
