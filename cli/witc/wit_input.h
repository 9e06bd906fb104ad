// The options that every subcommand of `witc` with WIT as input has.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "component/wit_files.h"
#include "wit/wit.h"

namespace wcomp::cli {

struct WitInput {
  std::vector<std::string> paths;
  std::vector<std::string> features;
  bool all_features = false;
  std::string target_version;
  bool leaves_out_docs = false;

  /// Loads the graph, from text or binaries; prints warnings. `form`: what it was.
  [[nodiscard]] Result<wit::Loaded> load(bool all_comments_are_docs = false, component::WitForm* form = nullptr) const;
};

/// Keeps what the process has no more use for: it ends sooner than it could take a graph apart.
template <class T>
const T& keep(T value) {
  static const T* kept = nullptr;  // where leak checkers find it
  kept = new T(std::move(value));
  return *kept;
}

/// Declares PATH.. (or one PATH) and the gates' options. `is_optional`: standard input where there is no PATH.
[[nodiscard]] std::shared_ptr<WitInput> add_wit_input(CLI::App& app, bool takes_several_paths, bool is_optional = false);

}  // namespace wcomp::cli
