// Files and directories to parsed files, grouped as WIT.md "Filesystem structure" groups them.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "wit/ast.h"
#include "wit/report.h"
#include "wit/wit.h"

namespace wcomp::wit {

/// The files that together spell one package (plus the packages nested in them): a directory's `.wit` and `.wit.md` files, or a single file.
struct SourceGroup {
  std::string path;
  bool is_root = false;  ///< a path that was asked for, in contrast to an entry of `deps/`
  std::vector<ast::File> files;
};

/// Reads and parses; what is wrong goes to `report`, whose source map must be `sources`.
[[nodiscard]] std::vector<SourceGroup> read_groups(std::span<const std::filesystem::path> paths, SourceMap& sources, Report& report, const Options& options = {});

}  // namespace wcomp::wit
