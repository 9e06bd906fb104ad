// The options that every subcommand of `witc` with WIT as input has.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "wit/wit.h"

namespace wcomp::cli {

struct WitInput {
  std::vector<std::string> paths;
  std::vector<std::string> features;
  bool all_features = false;
  std::string target_version;

  /// Loads the graph; prints warnings.
  [[nodiscard]] Result<wit::Loaded> load(bool all_comments_are_docs = false) const;
};

/// Declares PATH.. (or one PATH) and the gates' options.
[[nodiscard]] std::shared_ptr<WitInput> add_wit_input(CLI::App& app, bool takes_several_paths);

}  // namespace wcomp::cli
