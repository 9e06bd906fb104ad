// The error of every file operation: a number of this system's errno, which wasi/files/errors.def translates for each WASI.
#pragma once

#include <cstdint>
#include <string_view>

#include "wcomp/result.h"

namespace wcomp::wasi::files {

/// An errno. A path that leads out of its directory is EPERM; what a read-only grant forbids is EROFS; a forbidden device is EPERM.
enum class Errno : int {};

template <class T>
using Outcome = Result<T, Errno>;

/// `return fail(EINVAL);`
[[nodiscard]] inline Err<Errno> fail(int number) { return Err(static_cast<Errno>(number)); }
/// The failure that the last system call left in errno.
[[nodiscard]] Err<Errno> fail_with_errno();

/// The number in wasi_snapshot_preview1's `errno`; numbers without a row are `io`.
[[nodiscard]] std::uint16_t preview1_errno_of(Errno e);

}  // namespace wcomp::wasi::files
