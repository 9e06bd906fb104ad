// Features as people write them: `--features simd,-tail-call`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/features.h"

namespace wcomp::core {

/// Applies a comma list to `features`, from left to right: `NAME` or `-NAME` for one, `all`, `-all`, `default`, or a version of the standard
/// (`wasm1` or `mvp`, `wasm2`, `wasm3`), which turns off what it does not have. Fails with bad-usage, naming the nearest word;
/// `others` are words that the caller knows besides.
[[nodiscard]] Result<void> apply_features(std::string_view list, Features& features, std::span<const std::string_view> others = {});

/// The table for people: a line for each feature, those that are on by default marked with `*`.
[[nodiscard]] std::string feature_table();

}  // namespace wcomp::core
