// Options of `wcomp run` and what they grant.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "runner/sandbox.h"
#include "wcomp/wasi.h"
#include "wcomp/wcomp.h"

namespace wcomp::cli {

/// What executables have, too, and what belongs to the command.
struct RunOptions : runner::SandboxOptions {
  std::string file;
  std::vector<std::string> wasi, wasm;
  std::optional<std::string> invoke;
  bool is_deterministic = false;
  std::string backend = "auto";
  std::string cache_dir, profile;
  bool has_no_cache = false;
  bool allows_precompiled = false;
  std::vector<std::string> wasm_features;
};

/// Declares the options; `o` must outlive the parsing.
void add_run_options(CLI::App& app, RunOptions& o);

/// wasmtime's `-S key[=value],..` and `-W key[=value],..`, as far as there is an option of ours for it. Fails with bad-usage for others.
[[nodiscard]] Result<void> apply_peer_options(RunOptions& o);

[[nodiscard]] Result<Engine> engine_of(const RunOptions& o);
/// Everything that the options grant; the guest's arguments are `args` behind its name. Fails with bad-usage.
[[nodiscard]] Result<wasi::Context> context_of(const RunOptions& o, const std::vector<std::string>& args);

}  // namespace wcomp::cli
