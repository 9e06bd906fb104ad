// The subcommands of `wcomp`: each declares its options in its own file; main.cpp has the table.
#pragma once

#include "cli/common/program.h"

namespace wcomp::cli {
Action setup_abi(CLI::App& app);
Action setup_cache(CLI::App& app);
Action setup_cc(CLI::App& app);
Action setup_compile(CLI::App& app);
Action setup_compose(CLI::App& app);
Action setup_cpp(CLI::App& app);
Action setup_embed(CLI::App& app);
Action setup_exe(CLI::App& app);
Action setup_inspect(CLI::App& app);
Action setup_link(CLI::App& app);
Action setup_lower(CLI::App& app);
Action setup_metadata(CLI::App& app);
Action setup_new(CLI::App& app);
Action setup_parse(CLI::App& app);
Action setup_plan(CLI::App& app);
Action setup_print(CLI::App& app);
Action setup_run(CLI::App& app);
Action setup_strip(CLI::App& app);
Action setup_targets(CLI::App& app);
Action setup_unbundle(CLI::App& app);
Action setup_validate(CLI::App& app);
Action setup_wast(CLI::App& app);
Action setup_wit(CLI::App& app);
}  // namespace wcomp::cli
