// Options of `wcomp run` and what they grant.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "wcomp/wasi.h"
#include "wcomp/wcomp.h"

namespace wcomp::cli {

struct RunOptions {
  std::string file, argv0, stdin_file, timeout;
  std::vector<std::string> dirs, env, wasi, wasm;
  std::optional<std::string> invoke;
  bool inherit_env = false;
  bool explain_denials = false;
  std::optional<std::uint64_t> max_memory, max_total_memory, max_table_elements, max_instances, max_memories, max_tables, max_stack, fuel;
  bool traps_on_growth_failure = false;
  bool is_deterministic = false;
  std::string backend = "auto";
  std::string cache_dir, profile;
  bool has_no_cache = false;
  std::vector<std::string> wasm_features;
};

/// Declares the options; `o` must outlive the parsing.
void add_run_options(CLI::App& app, RunOptions& o);

/// `HOST[::GUEST[::ro]]`.
struct DirGrant {
  std::string host, guest;
  wasi::DirAccess access = wasi::DirAccess::read_write;
};
[[nodiscard]] Result<DirGrant> parse_dir(std::string_view text);

/// `500ms`, `10s`, `1.5m`, `2h`; a number alone is seconds. Nothing for what is none of these, or is not positive.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// wasmtime's `-S key[=value],..` and `-W key[=value],..`, as far as there is an option of ours for it. Fails with bad-usage for others.
[[nodiscard]] Result<void> apply_peer_options(RunOptions& o);

[[nodiscard]] Result<Engine> engine_of(const RunOptions& o);
[[nodiscard]] Limits limits_of(const RunOptions& o);
/// Everything that the options grant; the guest's arguments are `args` behind its name. Fails with bad-usage.
[[nodiscard]] Result<wasi::Context> context_of(const RunOptions& o, const std::vector<std::string>& args);

}  // namespace wcomp::cli
