#include "wasi/wait.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <poll.h>

#include "runtime/interruption.h"
#include <unordered_map>

namespace wcomp::wasi {

namespace {

constexpr std::uint64_t second = 1'000'000'000;
/// The longest that a guest waits without a look at whether it was interrupted.
constexpr std::uint64_t interrupt_interval = 20'000'000;

std::uint64_t nanoseconds(const timespec& t) { return static_cast<std::uint64_t>(t.tv_sec) * second + static_cast<std::uint64_t>(t.tv_nsec); }

/// One round: `timeout` null waits for ever.
std::vector<bool> poll_once(std::span<const Condition> conditions, const timespec* timeout) {
  // One entry for each descriptor, however often it is waited for: ppoll refuses more entries than the process may have descriptors.
  std::vector<pollfd> fds;
  std::vector<std::size_t> entry_of(conditions.size());
  std::unordered_map<int, std::size_t> entries;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Condition& c = conditions[i];
    if (c.fd < 0) continue;
    const auto [at, is_new] = entries.try_emplace(c.fd, fds.size());
    if (is_new) fds.push_back({.fd = c.fd, .events = 0, .revents = 0});
    entry_of[i] = at->second;
    fds[at->second].events = static_cast<short>(fds[at->second].events | c.events);
  }
  const int n = ::ppoll(fds.data(), fds.size(), timeout, nullptr);
  const std::uint64_t now = monotonic_now();
  std::vector<bool> ready(conditions.size(), false);
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Condition& c = conditions[i];
    // An error or the other side's end is something to be told about, so it counts as ready; so does a descriptor that cannot be polled.
    const bool fd_ready = c.fd >= 0 && n > 0 && (fds[entry_of[i]].revents & (c.events | POLLERR | POLLHUP | POLLNVAL)) != 0;
    const bool time_ready = c.deadline != 0 && c.deadline <= now;
    ready[i] = fd_ready || time_ready || (c.fd < 0 && c.deadline == 0);
  }
  return ready;
}

}  // namespace

std::uint64_t monotonic_now() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return nanoseconds(t);
}

std::uint64_t monotonic_resolution() {
  timespec t{};
  ::clock_getres(CLOCK_MONOTONIC, &t);
  return std::max<std::uint64_t>(1, nanoseconds(t));
}

std::vector<bool> check(std::span<const Condition> conditions) {
  const timespec zero{};
  return poll_once(conditions, &zero);
}

std::vector<bool> wait(std::span<const Condition> conditions) {
  for (;;) {
    const std::uint64_t now = monotonic_now();
    std::uint64_t nearest = std::numeric_limits<std::uint64_t>::max();
    for (const Condition& c : conditions) {
      if (c.fd < 0 && c.deadline == 0) nearest = 0;
      if (c.deadline != 0) nearest = std::min(nearest, c.deadline);
    }
    if (runtime::guest_is_running()) nearest = std::min(nearest, now + interrupt_interval);
    const std::uint64_t left = nearest > now ? nearest - now : 0;
    const timespec timeout{.tv_sec = static_cast<time_t>(std::min<std::uint64_t>(left / second, 1u << 30)), .tv_nsec = static_cast<long>(left % second)};
    std::vector<bool> ready = poll_once(conditions, nearest == std::numeric_limits<std::uint64_t>::max() ? nullptr : &timeout);
    if (std::find(ready.begin(), ready.end(), true) != ready.end() || runtime::guest_is_interrupted()) return ready;
  }
}

}  // namespace wcomp::wasi
