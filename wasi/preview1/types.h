// The types of preview 1: numbers and the layout of records in the guest's memory.
// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#types
#pragma once

#include <cerrno>
#include <cstdint>

#include "base/result.h"
#include "wasi/files/error.h"

namespace wcomp::wasi::preview1 {

/// Which of the two a guest imports: they differ in `whence`, `filestat` and `subscription`.
enum class Snapshot : std::uint8_t { unstable, preview1 };

/// Those that have a number of their own in errors.def, and the few that no host call gives.
enum class Errno : std::uint16_t {
  success = 0,
  fault = 21,
  notsock = 57,
  notcapable = 76,
#define ERROR(number, code, name, preview1) name = preview1,
#include "wasi/files/errors.def"
#undef ERROR
};

template <class T>
using Checked = Result<T, Errno>;
using Reply = Checked<void>;

/// What the host's files say, in the words of preview 1.
template <class T>
[[nodiscard]] Checked<T> checked(files::Outcome<T> outcome) {
  if (!outcome) return Err(static_cast<Errno>(files::preview1_errno_of(outcome.error())));
  if constexpr (std::is_void_v<T>) return {};
  else return *std::move(outcome);
}

using Rights = std::uint64_t;

namespace right {
enum class Bit : unsigned {
#define RIGHT(name, kinds) name,
#include "wasi/preview1/rights.def"
#undef RIGHT
};
#define RIGHT(name, kinds) inline constexpr Rights name = Rights{1} << static_cast<unsigned>(Bit::name);
#include "wasi/preview1/rights.def"
#undef RIGHT

enum Kinds : unsigned { none = 0, file = 1, directory = 2, stream = 4 };
/// Every right that makes sense for something of these kinds.
consteval Rights all_for(unsigned wanted) {
  Rights out = 0;
#define RIGHT(name, kinds) \
  if (((kinds) & wanted) != 0) out |= name;
#include "wasi/preview1/rights.def"
#undef RIGHT
  return out;
}
}  // namespace right

enum class Filetype : std::uint8_t { unknown, block_device, character_device, directory, regular_file, socket_dgram, socket_stream, symbolic_link };

using Fdflags = std::uint16_t;
namespace fdflag {
inline constexpr Fdflags append = 1, dsync = 2, nonblock = 4, rsync = 8, sync = 16, all = 31;
}
namespace oflag {
inline constexpr std::uint32_t creat = 1, directory = 2, excl = 4, trunc = 8, all = 15;
}
namespace lookupflag {
inline constexpr std::uint32_t symlink_follow = 1, all = 1;
}
namespace fstflag {
inline constexpr std::uint32_t atim = 1, atim_now = 2, mtim = 4, mtim_now = 8, all = 15;
}

enum class Whence : std::uint8_t { set, cur, end };
enum class Clockid : std::uint8_t { realtime, monotonic, process_cputime_id, thread_cputime_id };
enum class Eventtype : std::uint8_t { clock, fd_read, fd_write };

}  // namespace wcomp::wasi::preview1
