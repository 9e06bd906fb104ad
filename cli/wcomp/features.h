// `--features LIST`: which proposals are on. The tables: core/features.def, component/features.def.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "component/features.h"

namespace wcomp::cli {

/// What was given on the command line; nothing: the default is meant.
using GivenFeatures = std::shared_ptr<std::optional<component::Features>>;  // owners: the option and the command's action

/// Declares `--features`; the table is listed at the end of `--help`. Lists that are given several times add up.
[[nodiscard]] GivenFeatures add_features_option(CLI::App& app, std::string names = "--features,-f");

/// For options that hand a list on: what is wrong with it, empty if nothing is.
[[nodiscard]] std::string check_features(const std::string& list);

}  // namespace wcomp::cli
