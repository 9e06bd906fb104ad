#include "wasi/clocks.h"

#include <cerrno>
#include <ctime>
#include <limits>
#include <stdexcept>

#include <sys/random.h>

namespace wcomp::wasi {

namespace {

/// One call gives at most this many bytes; asking for more is a trap, not an allocation without bound.
constexpr std::uint64_t max_random_bytes = 64u << 20;

wall::Datetime as_datetime(const timespec& t) { return {.seconds = static_cast<std::uint64_t>(t.tv_sec), .nanoseconds = static_cast<std::uint32_t>(t.tv_nsec)}; }

void fill_random(std::uint8_t* out, std::size_t size) {
  while (size > 0) {
    const ssize_t n = ::getrandom(out, size, 0);
    if (n < 0) {
      if (errno == EINTR) continue;
      throw std::runtime_error("the system has no random numbers");
    }
    out += n;
    size -= static_cast<std::size_t>(n);
  }
}

std::vector<std::uint8_t> random_bytes(std::uint64_t len) {
  if (len > max_random_bytes) throw std::runtime_error("more than 64 MiB of random bytes in one call");
  std::vector<std::uint8_t> out(len);
  fill_random(out.data(), out.size());
  return out;
}

std::uint64_t random_u64() {
  std::uint64_t v = 0;
  fill_random(reinterpret_cast<std::uint8_t*>(&v), sizeof v);
  return v;
}

}  // namespace

std::unique_ptr<io_poll::Pollable> MonotonicClock::subscribe_instant(monotonic::Instant when) {
  // Instant 0 has always passed; a Condition says "no deadline" by 0.
  return std::make_unique<PollableObject>(Condition{.fd = -1, .events = 0, .deadline = when == 0 ? 1 : when});
}

std::unique_ptr<io_poll::Pollable> MonotonicClock::subscribe_duration(monotonic::Duration when) {
  const std::uint64_t now = monotonic_now();
  const std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  return subscribe_instant(when > limit - now ? limit : now + when);
}

wall::Datetime WallClock::now() {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return as_datetime(t);
}

wall::Datetime WallClock::resolution() {
  timespec t{};
  ::clock_getres(CLOCK_REALTIME, &t);
  return as_datetime(t);
}

std::vector<std::uint8_t> Random::get_random_bytes(std::uint64_t len) { return random_bytes(len); }
std::uint64_t Random::get_random_u64() { return random_u64(); }
std::vector<std::uint8_t> Insecure::get_insecure_random_bytes(std::uint64_t len) { return random_bytes(len); }
std::uint64_t Insecure::get_insecure_random_u64() { return random_u64(); }
std::tuple<std::uint64_t, std::uint64_t> InsecureSeed::insecure_seed() { return {random_u64(), random_u64()}; }

}  // namespace wcomp::wasi
