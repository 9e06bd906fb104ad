// Writing a graph's package as a component: what `witc encode` and `wcomp wit` have in common.
#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "wit/wit.h"

namespace wcomp::cli {

struct WitEncoding {
  bool as_wasm = false;
  bool as_wat = false;
  std::string package;  ///< empty: the first root

  [[nodiscard]] int write(const wit::Graph& graph, const std::string& path) const;
};

/// Declares `--wasm`, `--wat` and `--package`.
[[nodiscard]] std::shared_ptr<WitEncoding> add_wit_encoding(CLI::App& app);

}  // namespace wcomp::cli
