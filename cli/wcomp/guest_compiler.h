// The clang that compiles guests: where it is, and, when it could not do its work, which part of it is missing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"

namespace wcomp::cli {

struct GuestCompiler {
  std::string path;
  bool is_cpp = true;
};

/// The program that WCOMP_CXX (WCOMP_CC for C) names, that of the WASI SDK at WASI_SDK_PATH, or clang on PATH, version 19 first.
[[nodiscard]] Result<GuestCompiler> find_guest_compiler(bool is_cpp);

/// After a failure: what the compiler lacks for the target that `words` describe, with the name of Debian's package; none if it has all it needs.
[[nodiscard]] std::optional<Diagnostic> find_missing_part(const GuestCompiler& compiler, const std::vector<std::string>& words);

}  // namespace wcomp::cli
