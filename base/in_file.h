// Messages about a binary that was read from a file.
#pragma once

#include <string>

#include "base/result.h"

namespace wcomp {

/// Puts the file's name into every place of the failure that has none.
[[nodiscard]] Failure in_file(Failure failure, const std::string& name);

}  // namespace wcomp
