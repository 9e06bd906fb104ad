// `--backend`: what runs the code.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "wcomp/backend.h"

namespace wcomp::cli {

inline constexpr const char* backend_option = "--backend";
/// Declares the option; `name` outlives the parsing and holds the default.
void add_backend_option(CLI::App& app, std::string& name);

}  // namespace wcomp::cli
