// The subcommands of `witc`: each declares its options in its own file; main.cpp has the table.
#pragma once

#include "cli/common/program.h"

namespace wcomp::cli {
Action setup_check(CLI::App& app);
Action setup_bindgen(CLI::App& app);
Action setup_diff(CLI::App& app);
Action setup_docs(CLI::App& app);
Action setup_encode(CLI::App& app);
Action setup_fmt(CLI::App& app);
Action setup_json(CLI::App& app);
Action setup_merge(CLI::App& app);
Action setup_print(CLI::App& app);
Action setup_semver_check(CLI::App& app);
}  // namespace wcomp::cli
