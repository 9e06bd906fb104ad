// For commands whose output is machine code, from which there is no way back to what it was made of.
#pragma once

#include <string>

#include "base/diagnostic.h"

namespace wcomp::cli {

/// Refuses an output that is the file it is made of, by whatever name. `-` and nothing stand for standard input and output.
[[nodiscard]] Result<void> check_own_input(const std::string& input, const std::string& output);

}  // namespace wcomp::cli
