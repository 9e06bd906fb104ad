// The options that change resolved WIT before it is written: those of `print`, `json` and whatever else writes a graph.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "wit/wit.h"

namespace wcomp::cli {

struct WitOperations {
  bool importize = false;
  bool exportize = false;
  std::string importize_world;
  std::string importize_out_name;
  std::string exportize_world;
  std::string exportize_out_name;
  std::vector<std::string> exportize_imports;
  std::string merge_world;
  std::string nominal_world;

  /// The graph after the operations that were asked for; prints warnings. `is_component`: it was read from a component or a module to be one, whose only world
  /// `--importize` and `--exportize` mean.
  [[nodiscard]] Result<wit::Graph> apply(wit::Graph graph, bool is_component = false) const;
};

[[nodiscard]] std::shared_ptr<WitOperations> add_wit_operations(CLI::App& app);

}  // namespace wcomp::cli
