#include "wasi/files/streams.h"

#include <poll.h>

#include <cerrno>

namespace wcomp::wasi::files {

namespace {

class FileSource final : public Source {
 public:
  FileSource(std::shared_ptr<const Descriptor> file, std::uint64_t offset) : file_(std::move(file)), offset_(offset) {}

  IoResult read(std::span<std::uint8_t> out) override {
    if (out.empty()) return {};
    const Condition wanted = readable();
    if (!file_->is_seekable() && !check({&wanted, 1}).front()) return {};
    const iovec into{out.data(), out.size()};
    auto n = file_->read({&into, 1}, offset_);
    if (!n && n.error() == Errno{EAGAIN}) return {};
    if (!n) return {.error = static_cast<int>(n.error())};
    offset_ += *n;
    return {.count = *n, .is_end = *n == 0};
  }
  [[nodiscard]] Condition readable() const override {
    if (file_->is_seekable()) return {};
    return {.fd = file_->host_fd(), .events = POLLIN};
  }

 private:
  std::shared_ptr<const Descriptor> file_;  // owners: the descriptor and its streams
  std::uint64_t offset_;
};

class FileSink final : public Sink {
 public:
  FileSink(std::shared_ptr<const Descriptor> file, std::uint64_t offset, bool appends) : file_(std::move(file)), offset_(offset), appends_(appends) {}

  IoResult write(std::span<const std::uint8_t> bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const iovec from{const_cast<std::uint8_t*>(bytes.data() + done), bytes.size() - done};
      auto n = appends_ ? file_->append({&from, 1}) : file_->write({&from, 1}, offset_);
      if (!n && n.error() == Errno{EAGAIN}) {
        const Condition wanted = writable();
        if (!wait({&wanted, 1}).front()) return {.count = done, .error = EINTR};
        continue;
      }
      if (!n) return {.count = done, .error = static_cast<int>(n.error())};
      done += *n;
      offset_ += *n;
    }
    return {.count = done};
  }
  [[nodiscard]] Condition writable() const override {
    if (file_->is_seekable()) return {};
    return {.fd = file_->host_fd(), .events = POLLOUT};
  }
  [[nodiscard]] std::uint64_t capacity() const override { return 1U << 20U; }

 private:
  std::shared_ptr<const Descriptor> file_;  // owners: the descriptor and its streams
  std::uint64_t offset_;
  bool appends_;
};

}  // namespace

std::shared_ptr<Source> source_of(std::shared_ptr<const Descriptor> file, std::uint64_t offset) {
  return std::make_shared<FileSource>(std::move(file), offset);
}
std::shared_ptr<Sink> sink_of(std::shared_ptr<const Descriptor> file, std::uint64_t offset) {
  return std::make_shared<FileSink>(std::move(file), offset, false);
}
std::shared_ptr<Sink> appending_sink_of(std::shared_ptr<const Descriptor> file) { return std::make_shared<FileSink>(std::move(file), 0, true); }

}  // namespace wcomp::wasi::files
