// poll_oneoff: waiting for times and descriptors.
#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <ctime>

#include "wasi/preview1/functions.h"

namespace wcomp::wasi::preview1 {

Checked<std::vector<bool>> wait_for(std::span<const Condition> conditions) {
  std::vector<bool> ready = wait(conditions);
  if (std::ranges::find(ready, true) == ready.end()) return Err(Errno::intr);
  return ready;
}

namespace {

/// More are of no use to anybody: there are fewer descriptors.
constexpr Size max_subscriptions = 16384;

struct SubscriptionLayout {
  std::uint32_t bytes, clock_id, timeout, flags;
};
/// The unstable snapshot's clocks have an identifier of their own in front.
SubscriptionLayout subscription_layout(Snapshot s) {
  return s == Snapshot::unstable ? SubscriptionLayout{.bytes = 56, .clock_id = 24, .timeout = 32, .flags = 48}
                                 : SubscriptionLayout{.bytes = 48, .clock_id = 16, .timeout = 24, .flags = 40};
}

struct Subscription {
  std::uint64_t userdata = 0;
  Eventtype type{};
  Errno error = Errno::success;  ///< an event at once
  OpenFile* file = nullptr;
};

/// Nanoseconds of the monotonic clock when the subscribed time comes.
Checked<std::uint64_t> deadline_of(std::uint32_t clock, std::uint64_t timeout, bool is_absolute) {
  const std::uint64_t now = monotonic_now();
  if (clock > static_cast<std::uint32_t>(Clockid::thread_cputime_id)) return Err(Errno::inval);
  if (clock > static_cast<std::uint32_t>(Clockid::monotonic)) return Err(Errno::notsup);  // it stands still while the guest waits
  std::uint64_t left = timeout;
  if (is_absolute) {
    std::uint64_t clock_now = now;
    if (static_cast<Clockid>(clock) == Clockid::realtime) {
      timespec t{};
      ::clock_gettime(CLOCK_REALTIME, &t);
      clock_now = static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
    }
    left = timeout > clock_now ? timeout - clock_now : 0;
  }
  std::uint64_t out = 0;
  return __builtin_add_overflow(now, left, &out) ? std::numeric_limits<std::uint64_t>::max() : out;
}

/// When a descriptor is ready; its error comes as an event.
Checked<Condition> condition_of(OpenFile& file, Eventtype type) {
  const bool reads = type == Eventtype::fd_read;
  if (const files::Descriptor* d = file.file()) {
    if (d->is_directory()) return Err(Errno::badf);
    return d->is_seekable() ? Condition{} : Condition{.fd = d->host_fd(), .events = static_cast<short>(reads ? POLLIN : POLLOUT), .deadline = 0};
  }
  if (reads && file.source() != nullptr) return file.source()->readable();
  if (!reads && file.sink() != nullptr) return file.sink()->writable();
  return Err(Errno::badf);
}

Checked<Condition> read_subscription(Call& call, std::span<const std::uint8_t> record, Subscription& out) {
  const SubscriptionLayout at = subscription_layout(call.snapshot);
  out.userdata = get<std::uint64_t>(record, 0);
  const auto type = get<std::uint8_t>(record, 8);
  if (type > static_cast<std::uint8_t>(Eventtype::fd_write)) return Err(Errno::inval);
  out.type = static_cast<Eventtype>(type);
  if (out.type == Eventtype::clock) {
    const auto flags = get<std::uint16_t>(record, at.flags);
    if (flags > 1) return Err(Errno::inval);
    WCOMP_TRY(const std::uint64_t deadline, deadline_of(get<std::uint32_t>(record, at.clock_id), get<std::uint64_t>(record, at.timeout), flags == 1));
    return Condition{.fd = -1, .events = 0, .deadline = std::max<std::uint64_t>(deadline, 1)};
  }
  const Rights needed = right::poll_fd_readwrite | (out.type == Eventtype::fd_read ? right::fd_read : right::fd_write);
  const auto find = [&]() -> Checked<Condition> {
    WCOMP_TRY(out.file, call.descriptors().find(get<std::uint32_t>(record, 16), needed));
    return condition_of(*out.file, out.type);
  };
  auto condition = find();
  if (condition) return *condition;
  out.error = condition.error();
  return Condition{};
}

/// Bytes that can be read, as far as that is known; at least 1 for what is ready.
std::uint64_t readable_bytes(OpenFile& file) {
  if (const files::Descriptor* d = file.file(); d != nullptr && d->is_seekable()) {
    const auto stat = d->stat();
    return stat && stat->size > file.position ? stat->size - file.position : 0;
  }
  const int fd = file.file() != nullptr ? file.file()->host_fd() : file.source()->readable().fd;
  int n = 0;
  return fd >= 0 && ::ioctl(fd, FIONREAD, &n) == 0 && n > 0 ? static_cast<std::uint64_t>(n) : 1;
}

}  // namespace

Reply poll_oneoff(Call& call, Ptr in, Ptr out, Size nsubscriptions, Ptr nevents) {
  constexpr std::uint32_t event_bytes = 32;
  if (nsubscriptions == 0 || nsubscriptions > max_subscriptions) return Err(Errno::inval);
  const std::uint32_t size = subscription_layout(call.snapshot).bytes;
  WCOMP_TRY(const auto records, call.memory.array(in, nsubscriptions, size));
  WCOMP_TRY(const auto events, call.memory.array(out, nsubscriptions, event_bytes));
  WCOMP_TRY(const auto count, Out<Size>::at(call.memory, nevents));
  std::vector<Subscription> subscriptions(nsubscriptions);
  std::vector<Condition> conditions;
  conditions.reserve(nsubscriptions);
  for (Size i = 0; i < nsubscriptions; ++i) {
    WCOMP_TRY(const Condition condition, read_subscription(call, records.subspan(std::size_t{i} * size, size), subscriptions[i]));
    conditions.push_back(condition);
  }
  WCOMP_TRY(const std::vector<bool> ready, wait_for(conditions));
  Size n = 0;
  for (Size i = 0; i < nsubscriptions; ++i) {
    if (!ready[i]) continue;
    const Subscription& s = subscriptions[i];
    const auto event = events.subspan(std::size_t{n++} * event_bytes, event_bytes);
    std::ranges::fill(event, std::uint8_t{0});
    put(event, 0, s.userdata);
    put(event, 8, static_cast<std::uint16_t>(s.error));
    put(event, 10, static_cast<std::uint8_t>(s.type));
    if (s.error != Errno::success || s.type == Eventtype::clock) continue;
    put(event, 16, s.type == Eventtype::fd_read ? readable_bytes(*s.file) : std::uint64_t{65536});
  }
  count.set(n);
  return {};
}

}  // namespace wcomp::wasi::preview1
