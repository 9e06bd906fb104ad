// Paths for failures whose reader had none, so that a reader does not carry one that is hardly ever read.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "base/result.h"

namespace wcomp::core {

/// Gives the places in the failure that have no path this one.
[[nodiscard]] inline Failure with_path(Failure failure, const std::string& path) {
  for (Diagnostic& d : failure.diagnostics()) {
    if (auto* at = std::get_if<BinaryPos>(&d.location); at != nullptr && at->path.empty()) at->path = path;
  }
  return failure;
}

}  // namespace wcomp::core
