// The options of subcommands that write a graph as WIT text.
#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "wit/wit.h"

namespace wcomp::cli {

struct WitOutput {
  std::string path = "-";
  std::string directory;
  bool has_deps = false;
  bool no_docs = false;

  /// Writes the first root, or all packages; the exit status.
  [[nodiscard]] int write(wit::Graph graph) const;
};

/// `always_deps`: the text always stands alone.
[[nodiscard]] std::shared_ptr<WitOutput> add_wit_output(CLI::App& app, bool always_deps = false);

}  // namespace wcomp::cli
