// Waiting for file descriptors and moments in time: what every pollable comes down to.
//
// A guest that waits can be interrupted: whoever waits for it looks every few milliseconds whether it was, and gives up then.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace wcomp::wasi {

/// What one pollable waits for. Nothing set: ready at once.
struct Condition {
  int fd = -1;                 ///< -1: no descriptor
  short events = 0;            ///< POLLIN or POLLOUT
  std::uint64_t deadline = 0;  ///< monotonic nanoseconds; 0: none
};

/// Nanoseconds of the monotonic clock, as guests see them.
[[nodiscard]] std::uint64_t monotonic_now();
[[nodiscard]] std::uint64_t monotonic_resolution();

/// Which conditions hold now; never waits.
[[nodiscard]] std::vector<bool> check(std::span<const Condition> conditions);
/// Waits until at least one holds: which do. None does if the guest on this thread was interrupted meanwhile.
[[nodiscard]] std::vector<bool> wait(std::span<const Condition> conditions);

}  // namespace wcomp::wasi
