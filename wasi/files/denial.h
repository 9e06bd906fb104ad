// Why a call was refused, for the person who ran the guest.
#pragma once

#include <string>
#include <string_view>

#include "wasi/files/descriptor.h"

namespace wcomp::wasi::files {

/// A path that a guest uses with a directory at `below` of `root`, as the guest would write it, without `.` and `..` where they cancel.
[[nodiscard]] std::string guest_path(const Root& root, std::string_view below, std::string_view path);

/// `path` led out of `root`: which directory would have to be granted.
[[nodiscard]] Denial denial_of_escape(const char* operation, const Root& root, std::string_view below, std::string_view path);
/// `root` was granted read-only.
[[nodiscard]] Denial denial_of_change(const char* operation, const Root& root, std::string_view below, std::string_view path);

}  // namespace wcomp::wasi::files
