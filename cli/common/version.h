// What `--version` prints.
#pragma once

#include <string>
#include <string_view>

namespace wcomp::cli {
/// Program, version, commit, execution tiers, specification versions.
std::string version_text(std::string_view program);
}  // namespace wcomp::cli
