#include "wasi/bytes_io.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "wasi/no_sigpipe.h"

namespace wcomp::wasi {

namespace {

class FdSource final : public Source {
 public:
  FdSource(int fd, bool owns) : fd_(fd), owns_(owns) {}
  FdSource(const FdSource&) = delete;
  FdSource& operator=(const FdSource&) = delete;
  ~FdSource() override {
    if (owns_) ::close(fd_);
  }

  IoResult read(std::span<std::uint8_t> out) override {
    if (out.empty()) return {};
    const Condition wanted = readable();
    if (!check({&wanted, 1}).front()) return {};
    for (;;) {
      const ssize_t n = ::read(fd_, out.data(), out.size());
      if (n > 0) return {.count = static_cast<std::size_t>(n)};
      if (n == 0) return {.is_end = true};
      if (errno == EAGAIN || errno == EWOULDBLOCK) return {};
      if (errno != EINTR) return {.error = errno};
    }
  }
  [[nodiscard]] Condition readable() const override { return {.fd = fd_, .events = POLLIN}; }
  [[nodiscard]] bool is_terminal() const override { return ::isatty(fd_) == 1; }

 private:
  int fd_;
  bool owns_;
};

class FdSink final : public Sink {
 public:
  explicit FdSink(int fd) : fd_(fd) {}

  IoResult write(std::span<const std::uint8_t> bytes) override {
    struct ::stat s{};
    const bool is_known = ::fstat(fd_, &s) == 0;
    // The descriptor may be one that blocks, where nobody could interrupt the guest: so we wait first.
    const bool may_wait = is_known && !S_ISREG(s.st_mode);
    std::size_t done = 0;
    while (done < bytes.size()) {
      if (may_wait && !await_writable()) return {.count = done, .error = EINTR};
      const ssize_t n = write_some(bytes.subspan(done), s.st_mode);
      if (n >= 0) {
        done += static_cast<std::size_t>(n);
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        if (!await_writable()) return {.count = done, .error = EINTR};
      } else if (errno == EPIPE) {
        return {.count = done, .is_end = true};
      } else if (errno != EINTR) {
        return {.count = done, .error = errno};
      }
    }
    return {.count = done};
  }
  [[nodiscard]] Condition writable() const override { return {.fd = fd_, .events = POLLOUT}; }
  [[nodiscard]] bool is_terminal() const override { return ::isatty(fd_) == 1; }

 private:
  /// False if the guest was interrupted.
  [[nodiscard]] bool await_writable() const {
    const Condition wanted = writable();
    return wait({&wanted, 1}).front();
  }
  /// One write of what a descriptor that is ready takes without waiting.
  [[nodiscard]] ssize_t write_some(std::span<const std::uint8_t> bytes, mode_t mode) const {
    if (S_ISSOCK(mode)) return ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (!S_ISFIFO(mode)) return ::write(fd_, bytes.data(), bytes.size());
    const NoSigpipe guard;
    return ::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
  }

  int fd_;
};

class BytesSource final : public Source {
 public:
  explicit BytesSource(std::string bytes) : bytes_(std::move(bytes)) {}
  IoResult read(std::span<std::uint8_t> out) override {
    if (at_ == bytes_.size()) return {.is_end = true};
    const std::size_t n = std::min(out.size(), bytes_.size() - at_);
    std::copy_n(bytes_.data() + at_, n, out.data());
    at_ += n;
    return {.count = n};
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

class StringSink final : public Sink {
 public:
  explicit StringSink(std::string* out) : out_(out) {}
  IoResult write(std::span<const std::uint8_t> bytes) override {
    if (out_ != nullptr) out_->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {.count = bytes.size()};
  }

 private:
  std::string* out_;  // null: thrown away
};

}  // namespace

std::shared_ptr<Source> source_of_fd(int fd) { return std::make_shared<FdSource>(fd, false); }
std::shared_ptr<Source> source_owning_fd(int fd) { return std::make_shared<FdSource>(fd, true); }
std::shared_ptr<Sink> sink_of_fd(int fd) { return std::make_shared<FdSink>(fd); }
std::shared_ptr<Source> source_of_bytes(std::string bytes) { return std::make_shared<BytesSource>(std::move(bytes)); }
std::shared_ptr<Sink> sink_to(std::string* out) { return std::make_shared<StringSink>(out); }
std::shared_ptr<Sink> no_sink() { return std::make_shared<StringSink>(nullptr); }

}  // namespace wcomp::wasi
