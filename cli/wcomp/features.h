// `--features LIST`: which proposals of core WebAssembly are on. The table: core/features.def.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "core/features.h"

namespace wcomp::cli {

/// A comma list over `features`, from left to right: `NAME` or `-NAME` for one, `all`, `-all`, `default`, or a version of the standard
/// (`wasm1` or `mvp`, `wasm2`, `wasm3`), which turns off what it does not have. Fails with bad-usage, naming the nearest.
[[nodiscard]] Result<void> apply_features(std::string_view list, core::Features& features);

/// Declares `--features` (or what `names` says); the table is listed at the end of `--help`. Lists that are given several times add up.
[[nodiscard]] std::shared_ptr<core::Features> add_features_option(CLI::App& app, const std::string& names = "--features,-f");

}  // namespace wcomp::cli
