// What the parts of a Descriptor share: the host's structures in our types.
#pragma once

#include <sys/stat.h>

#include "wasi/files/descriptor.h"

namespace wcomp::wasi::files {

[[nodiscard]] Type type_of(mode_t mode);
[[nodiscard]] Stat stat_of(const struct ::stat& s);

/// Access and modification as utimensat takes them.
struct TimePair {
  timespec times[2];
};
[[nodiscard]] Outcome<TimePair> times_of(NewTime access, NewTime modification);

/// The type of an open file if a guest may hold it: EPERM for devices, sockets and everything of a /proc file system.
[[nodiscard]] Outcome<Type> type_if_allowed(int fd);

}  // namespace wcomp::wasi::files
