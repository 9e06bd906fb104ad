// Arguments, environment, clocks, random numbers, the end of the process; and sockets, of which there are none.
#include <sched.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include <fmt/format.h>

#include "base/text.h"
#include "wasi/preview1/functions.h"

namespace wcomp::wasi::preview1 {

Checked<std::string_view> get_string(const GuestMemory& memory, Ptr ptr, Size length) {
  WCOMP_TRY(const auto bytes, memory.slice(ptr, length));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!is_utf8(text)) return Err(Errno::ilseq);
  return text;
}

namespace {

/// A list of strings as C wants it: an array of pointers, and the strings one after the other, each with a zero byte.
template <class Item>
class StringList {
 public:
  StringList(std::size_t count, Item item) : count_(count), item_(std::move(item)) {
    for (std::size_t i = 0; i < count_; ++i) bytes_ += item_(i).size() + 1;
  }

  Reply sizes(const Call& call, Ptr count, Ptr bytes) const {
    WCOMP_TRY(const auto out_count, Out<Size>::at(call.memory, count));
    WCOMP_TRY(const auto out_bytes, Out<Size>::at(call.memory, bytes));
    if (bytes_ > std::numeric_limits<Size>::max()) return Err(Errno::overflow);
    out_count.set(static_cast<Size>(count_));
    out_bytes.set(static_cast<Size>(bytes_));
    return {};
  }

  Reply get(const Call& call, Ptr pointers, Ptr buffer) const {
    WCOMP_TRY(const auto array, call.memory.slice(pointers, std::uint64_t{count_} * sizeof(Ptr)));
    WCOMP_TRY(const auto out, call.memory.slice(buffer, bytes_));
    std::size_t at = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      const std::string text = item_(i);
      put(array, i * sizeof(Ptr), static_cast<Ptr>(buffer + at));
      std::memcpy(out.subspan(at, text.size() + 1).data(), text.c_str(), text.size() + 1);
      at += text.size() + 1;
    }
    return {};
  }

 private:
  std::size_t count_;
  Item item_;
  std::uint64_t bytes_ = 0;
};

auto arguments(const Call& call) {
  const auto& args = call.system.context->args;
  return StringList(args.size(), [&args](std::size_t i) { return args[i]; });
}
auto environment(const Call& call) {
  const auto& env = call.system.context->env;
  return StringList(env.size(), [&env](std::size_t i) { return env[i].first + "=" + env[i].second; });
}

Checked<clockid_t> host_clock(std::uint32_t id) {
  if (id > static_cast<std::uint32_t>(Clockid::thread_cputime_id)) return Err(Errno::inval);
  switch (static_cast<Clockid>(id)) {
    case Clockid::realtime: return CLOCK_REALTIME;
    case Clockid::monotonic: return CLOCK_MONOTONIC;
    case Clockid::process_cputime_id: return CLOCK_PROCESS_CPUTIME_ID;
    case Clockid::thread_cputime_id: return CLOCK_THREAD_CPUTIME_ID;
  }
  return Err(Errno::inval);
}

std::uint64_t nanoseconds(const timespec& t) { return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec); }

}  // namespace

Reply args_sizes_get(Call& call, Ptr argc, Ptr argv_buf_size) { return arguments(call).sizes(call, argc, argv_buf_size); }
Reply args_get(Call& call, Ptr argv, Ptr argv_buf) { return arguments(call).get(call, argv, argv_buf); }
Reply environ_sizes_get(Call& call, Ptr environ_count, Ptr environ_buf_size) { return environment(call).sizes(call, environ_count, environ_buf_size); }
Reply environ_get(Call& call, Ptr environ, Ptr environ_buf) { return environment(call).get(call, environ, environ_buf); }

Reply clock_res_get(Call& call, std::uint32_t id, Ptr resolution) {
  WCOMP_TRY(const clockid_t clock, host_clock(id));
  WCOMP_TRY(const auto out, Out<std::uint64_t>::at(call.memory, resolution));
  timespec t{};
  if (::clock_getres(clock, &t) != 0) return Err(Errno::notsup);
  out.set(std::max<std::uint64_t>(1, nanoseconds(t)));
  return {};
}

Reply clock_time_get(Call& call, std::uint32_t id, std::uint64_t /*precision*/, Ptr time) {
  WCOMP_TRY(const clockid_t clock, host_clock(id));
  WCOMP_TRY(const auto out, Out<std::uint64_t>::at(call.memory, time));
  timespec t{};
  if (::clock_gettime(clock, &t) != 0) return Err(Errno::notsup);
  out.set(nanoseconds(t));
  return {};
}

void proc_exit(Call& call, std::uint32_t rval) { call.trap = Trap::exit(static_cast<std::int32_t>(rval)); }

/// A signal that terminates ends the guest as a shell would report it: exit status 128 + signal. Nothing can be stopped or continued.
Reply proc_raise(Call& call, std::uint32_t sig) {
  enum : std::uint32_t { none = 0, pipe = 13, chld = 16, cont = 17, stop = 18, ttou = 21, urg = 22, winch = 27, last = 30 };
  if (sig > last) return Err(Errno::inval);
  if (sig == none || sig == pipe || sig == chld || sig == cont || sig == urg || sig == winch) return {};
  if (sig >= stop && sig <= ttou) return Err(Errno::notsup);
  call.trap = Trap::exit(static_cast<std::int32_t>(128 + sig));
  return {};
}

Reply sched_yield(Call& /*call*/) {
  ::sched_yield();
  return {};
}

Reply random_get(Call& call, Ptr buf, Size buf_len) {
  constexpr std::size_t chunk = 1 << 20;
  WCOMP_TRY(auto out, call.memory.slice(buf, buf_len));
  while (!out.empty()) {
    if (call.caller.is_interrupted()) return Err(Errno::intr);
    const ssize_t n = ::getrandom(out.data(), std::min(chunk, out.size()), 0);
    if (n < 0 && errno != EINTR) return Err(Errno::io);
    if (n > 0) out = out.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

// No descriptor is a socket.
namespace {
Reply no_socket(Call& call, Fd fd) {
  WCOMP_TRY(call.descriptors().find(fd));
  return Err(Errno::notsock);
}
}  // namespace

Reply sock_accept(Call& call, Fd fd, std::uint32_t /*flags*/, Ptr /*accepted*/) { return no_socket(call, fd); }
Reply sock_recv(Call& call, Fd fd, Ptr /*ri_data*/, Size /*ri_data_len*/, std::uint32_t /*ri_flags*/, Ptr /*ro_datalen*/, Ptr /*ro_flags*/) {
  return no_socket(call, fd);
}
Reply sock_send(Call& call, Fd fd, Ptr /*si_data*/, Size /*si_data_len*/, std::uint32_t /*si_flags*/, Ptr /*so_datalen*/) { return no_socket(call, fd); }
Reply sock_shutdown(Call& call, Fd fd, std::uint32_t /*how*/) { return no_socket(call, fd); }

}  // namespace wcomp::wasi::preview1
