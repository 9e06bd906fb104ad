// Which kind of refusal or trap something is, and whether it is the one that a script asserts.
#pragma once

#include <string>

#include "base/result.h"
#include "wcomp/trap.h"

namespace wcomp::wast {

/// Why a directive does not hold: one line each.
struct Miss {
  std::string expected, found;
};
using Held = Result<void, Miss>;

enum class RefusalKind : std::uint8_t { malformed, invalid, unlinkable };
[[nodiscard]] std::string_view to_string(RefusalKind kind);

/// A module that was not accepted, and by whom.
struct Refusal {
  RefusalKind kind = RefusalKind::malformed;
  Failure failure;
};
/// A refusal by the reader of the text, by the reader of the binary (which sees things that are a matter of validation, too), by the validator.
[[nodiscard]] Refusal refused_by_text(Failure failure);
[[nodiscard]] Refusal refused_by_decoder(Failure failure);
[[nodiscard]] Refusal refused_by_validator(Failure failure);
[[nodiscard]] std::string to_string(const Refusal& refusal);
[[nodiscard]] Held expect(RefusalKind wanted, const Refusal& found, const std::string& text);

[[nodiscard]] std::string one_line(const Failure& failure);
[[nodiscard]] std::string one_line(const Trap& trap);
/// An exception that nobody caught.
[[nodiscard]] bool is_exception(const Trap& trap);
/// Whether a trap is the one that the text of an assertion describes.
[[nodiscard]] Held expect_trap(const std::string& text, const Trap& found);

}  // namespace wcomp::wast
