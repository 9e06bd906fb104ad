// What `--version` prints.
#pragma once

#include <string>
#include <string_view>

namespace wcomp::cli {
/// `0.1.0`
std::string version_number();
/// `wcomp 0.1.0`
std::string short_version(std::string_view program);
/// Of the commit, as YYYY-MM-DD; empty when that is not known.
std::string_view release_date();
/// Program, version, commit, compiler, execution tiers, specification versions.
std::string version_text(std::string_view program);
}  // namespace wcomp::cli
