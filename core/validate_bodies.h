// Validation of all bodies of a module, by several threads where there is enough to do: bodies do not depend on each other.
#pragma once

#include "core/validation_context.h"

namespace wcomp::core {

/// `threads` at most, the caller's among them; 0: as many as there are processors. Few bytes of code take fewer. The failure is that of the
/// first function that has one, however many threads there are.
[[nodiscard]] Result<void> validate_bodies(const ValidationContext& context, unsigned threads);

}  // namespace wcomp::core
