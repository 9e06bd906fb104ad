// Where native stacks are. NativeStack::find is defined in a file of its own, as tiers is: a program whose guests run on its first thread alone defines
// it itself, and does without what the C library needs for any thread (it reads and parses a file of the system's).
#pragma once

#include "engine/fault.h"

namespace wcomp::engine {

/// The first thread's stack, as the kernel lays it out: the program's name is the last string on it, and it grows down to a limit. The C library
/// would read a list of all mappings for it. Nothing where that is not all there is to it, and for other stacks than the caller's.
/// With `is_capped` a limit that is too large to say is taken for one that is not.
[[nodiscard]] NativeStack find_first_stack(bool is_capped = false);

}  // namespace wcomp::engine
