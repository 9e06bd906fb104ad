// Making diagnostics. The message forms: lower case, no full stop, names in backticks, what was found and what was expected.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace wcomp {

/// A row of diagnostics.def.
struct DiagCode {
  std::string_view code;
  std::string_view meaning;
};

namespace diag {
#define WCOMP_DIAGNOSTIC(name, code, meaning) inline constexpr DiagCode name{code, meaning};
#include "base/diagnostics.def"
#undef WCOMP_DIAGNOSTIC
}  // namespace diag

inline Diagnostic error(DiagCode code, std::string message, Location at = {}) {
  return {.code = code.code, .severity = Severity::error, .location = std::move(at), .message = std::move(message), .labels = {}, .notes = {}};
}
inline Diagnostic warning(DiagCode code, std::string message, Location at = {}) {
  return {.code = code.code, .severity = Severity::warning, .location = std::move(at), .message = std::move(message), .labels = {}, .notes = {}};
}
/// `return fail(diag::malformed, fmt::format(..), at);` in a function that gives a Result.
inline Err<Failure> fail(DiagCode code, std::string message, Location at = {}) {
  return Err(Failure(error(code, std::move(message), std::move(at))));
}

}  // namespace wcomp
