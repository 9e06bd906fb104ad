// Reading and writing what a descriptor holds. Vectors go to the system as they are, with the guest's memory as buffers: nothing is copied.
#include <poll.h>

#include <algorithm>
#include <array>
#include <climits>

#include "wasi/preview1/functions.h"

namespace wcomp::wasi::preview1 {

namespace {

/// At most as many vectors as the system takes in one call; what lies beyond is not done, as with any short read or write.
constexpr std::uint32_t max_vectors = 1024;
static_assert(max_vectors <= IOV_MAX);

class Vectors {
 public:
  static Checked<Vectors> get(const GuestMemory& memory, Ptr iovs, Size iovs_len) {
    WCOMP_TRY(const auto array, memory.array(iovs, iovs_len, 8));
    Vectors out;
    for (Size i = 0; i < iovs_len && out.count_ < max_vectors; ++i) {
      const Size length = preview1::get<std::uint32_t>(array, std::size_t{i} * 8 + 4);
      WCOMP_TRY(const auto bytes, memory.slice(preview1::get<std::uint32_t>(array, std::size_t{i} * 8), length));
      // The result is a 32-bit count: so much is done at once, the rest is left to the next call.
      const std::size_t room = std::numeric_limits<std::int32_t>::max() - out.total_;
      const std::size_t taken = std::min(bytes.size(), room);
      if (taken == 0) continue;  // it would take the place of one that matters, and reading nothing would look like the end
      out.vectors_[out.count_++] = {.iov_base = bytes.data(), .iov_len = taken};
      out.total_ += taken;
    }
    return out;
  }
  [[nodiscard]] std::span<const iovec> span() const { return std::span(vectors_).first(count_); }
  [[nodiscard]] std::size_t total() const { return total_; }
  /// Keeps the first `bytes`.
  void limit(std::size_t bytes) {
    total_ = std::min(total_, bytes);
    for (iovec& v : std::span(vectors_).first(count_)) {
      v.iov_len = std::min(v.iov_len, bytes);
      bytes -= v.iov_len;
    }
  }

 private:
  Vectors() {}  // NOLINT: the array is filled as far as it is used
  std::array<iovec, max_vectors> vectors_;
  std::uint32_t count_ = 0;
  std::size_t total_ = 0;
};

std::span<std::uint8_t> bytes_of(const iovec& v) { return {static_cast<std::uint8_t*>(v.iov_base), v.iov_len}; }

/// What is there, waiting for the first byte unless the descriptor says not to.
Checked<std::size_t> read_stream(OpenFile& file, Source& source, const Vectors& vectors) {
  if (vectors.total() == 0) return std::size_t{0};
  std::size_t done = 0;
  for (const iovec& v : vectors.span()) {
    if (v.iov_len == 0) continue;
    for (;;) {
      const IoResult r = source.read(bytes_of(v));
      done += r.count;
      if (r.error != 0 && done == 0) return Err(checked(files::Outcome<void>(files::fail(r.error))).error());
      if (r.is_end || r.error != 0) return done;
      if (r.count == v.iov_len) break;
      if (r.count > 0 || done > 0) return done;
      if ((file.flags & fdflag::nonblock) != 0) return Err(Errno::again);
      const Condition readable = source.readable();
      WCOMP_TRY(wait_for({&readable, 1}));
    }
  }
  return done;
}

/// Several vectors that are small go out as one, so that what the guest wrote at once is not torn.
Checked<std::size_t> write_stream(Sink& sink, const Vectors& vectors) {
  constexpr std::size_t small = 1 << 16;
  const auto put = [&sink](std::span<const std::uint8_t> bytes, std::size_t done) -> Checked<std::size_t> {
    const IoResult r = sink.write(bytes);
    if (r.error != 0 && done + r.count == 0) return Err(checked(files::Outcome<void>(files::fail(r.error))).error());
    if (r.is_end && done + r.count == 0) return Err(Errno::pipe);
    return r.count;
  };
  if (vectors.span().size() > 1 && vectors.total() <= small) {
    std::vector<std::uint8_t> joined;
    joined.reserve(vectors.total());
    for (const iovec& v : vectors.span()) joined.insert(joined.end(), bytes_of(v).begin(), bytes_of(v).end());
    return put(joined, 0);
  }
  std::size_t done = 0;
  for (const iovec& v : vectors.span()) {
    if (v.iov_len == 0) continue;
    WCOMP_TRY(const std::size_t n, put(bytes_of(v), done));
    done += n;
    if (n < v.iov_len) break;
  }
  return done;
}

/// A FIFO may block, which nobody could interrupt: waits here until it is ready, unless the descriptor says not to.
Reply await_fifo(const OpenFile& file, const files::Descriptor& fifo, short events) {
  const Condition ready{.fd = fifo.host_fd(), .events = events, .deadline = 0};
  if (check({&ready, 1}).front()) return {};
  if ((file.flags & fdflag::nonblock) != 0) return Err(Errno::again);
  WCOMP_TRY(wait_for({&ready, 1}));
  return {};
}

/// One that is ready takes so many bytes without blocking.
constexpr std::size_t fifo_room = PIPE_BUF;

Checked<std::uint64_t> end_of(const files::Descriptor& file) {
  WCOMP_TRY(const files::Stat stat, checked(file.stat()));
  return stat.size;
}

/// What the two snapshots call the same.
Checked<Whence> whence_of(Snapshot snapshot, std::uint32_t number) {
  constexpr Whence unstable[] = {Whence::cur, Whence::end, Whence::set};
  if (number > 2) return Err(Errno::inval);
  return snapshot == Snapshot::unstable ? unstable[number] : static_cast<Whence>(number);
}

}  // namespace

Reply fd_read(Call& call, Fd fd, Ptr iovs, Size iovs_len, Ptr nread) {
  WCOMP_TRY(OpenFile* const file, call.descriptors().find_file(fd, right::fd_read));
  WCOMP_TRY(const Vectors vectors, Vectors::get(call.memory, iovs, iovs_len));
  WCOMP_TRY(const auto out, Out<Size>::at(call.memory, nread));
  std::size_t done = 0;
  if (const files::Descriptor* d = file->file()) {
    if (!d->is_seekable()) WCOMP_TRY(await_fifo(*file, *d, POLLIN));
    WCOMP_TRY(done, checked(d->read(vectors.span(), file->position)));
    file->position += done;
  } else if (Source* source = file->source()) {
    WCOMP_TRY(done, read_stream(*file, *source, vectors));
  } else {
    return Err(Errno::badf);
  }
  out.set(static_cast<Size>(done));
  return {};
}

Reply fd_write(Call& call, Fd fd, Ptr iovs, Size iovs_len, Ptr nwritten) {
  WCOMP_TRY(OpenFile* const file, call.descriptors().find_file(fd, right::fd_write));
  WCOMP_TRY(Vectors vectors, Vectors::get(call.memory, iovs, iovs_len));
  WCOMP_TRY(const auto out, Out<Size>::at(call.memory, nwritten));
  std::size_t done = 0;
  if (const files::Descriptor* d = file->file()) {
    const bool appends = (file->flags & fdflag::append) != 0 && d->is_seekable();
    if (!d->is_seekable()) {
      WCOMP_TRY(await_fifo(*file, *d, POLLOUT));
      vectors.limit(fifo_room);
    }
    WCOMP_TRY(done, checked(appends ? d->append(vectors.span()) : d->write(vectors.span(), file->position)));
    file->position += done;
    if (appends) {
      WCOMP_TRY(file->position, end_of(*d));
    }
  } else if (Sink* sink = file->sink()) {
    WCOMP_TRY(done, write_stream(*sink, vectors));
  } else {
    return Err(Errno::badf);
  }
  out.set(static_cast<Size>(done));
  return {};
}

namespace {
/// A file with positions; streams and FIFOs are `spipe`.
Checked<OpenFile*> find_seekable(Call& call, Fd fd, Rights needed) {
  WCOMP_TRY(OpenFile* const file, call.descriptors().find_file(fd, 0));
  if (file->file() == nullptr || !file->file()->is_seekable()) return Err(Errno::spipe);
  return call.descriptors().find(fd, needed);
}
}  // namespace

Reply fd_pread(Call& call, Fd fd, Ptr iovs, Size iovs_len, std::uint64_t offset, Ptr nread) {
  WCOMP_TRY(OpenFile* const file, find_seekable(call, fd, right::fd_read | right::fd_seek));
  WCOMP_TRY(const Vectors vectors, Vectors::get(call.memory, iovs, iovs_len));
  WCOMP_TRY(const auto out, Out<Size>::at(call.memory, nread));
  WCOMP_TRY(const std::size_t done, checked(file->file()->read(vectors.span(), offset)));
  out.set(static_cast<Size>(done));
  return {};
}

Reply fd_pwrite(Call& call, Fd fd, Ptr iovs, Size iovs_len, std::uint64_t offset, Ptr nwritten) {
  WCOMP_TRY(OpenFile* const file, find_seekable(call, fd, right::fd_write | right::fd_seek));
  WCOMP_TRY(const Vectors vectors, Vectors::get(call.memory, iovs, iovs_len));
  WCOMP_TRY(const auto out, Out<Size>::at(call.memory, nwritten));
  WCOMP_TRY(const std::size_t done, checked(file->file()->write(vectors.span(), offset)));
  out.set(static_cast<Size>(done));
  return {};
}

Reply fd_seek(Call& call, Fd fd, std::uint64_t offset, std::uint32_t whence, Ptr newoffset) {
  WCOMP_TRY(const Whence from, whence_of(call.snapshot, whence));
  // Looking where it is needs less than moving it. The right to seek implies the right to tell.
  WCOMP_TRY(OpenFile* const file, find_seekable(call, fd, 0));
  const bool only_tells = from == Whence::cur && offset == 0 && (file->base & right::fd_tell) != 0;
  if (!only_tells && (file->base & right::fd_seek) == 0) return Err(Errno::notcapable);
  WCOMP_TRY(const auto out, Out<std::uint64_t>::at(call.memory, newoffset));
  std::int64_t start = 0;
  if (from == Whence::cur) start = static_cast<std::int64_t>(file->position);
  if (from == Whence::end) {
    WCOMP_TRY(const std::uint64_t end, end_of(*file->file()));
    start = static_cast<std::int64_t>(end);
  }
  std::int64_t to = 0;
  if (__builtin_add_overflow(start, static_cast<std::int64_t>(offset), &to) || to < 0) return Err(Errno::inval);
  file->position = static_cast<std::uint64_t>(to);
  out.set(file->position);
  return {};
}

Reply fd_tell(Call& call, Fd fd, Ptr offset) {
  WCOMP_TRY(OpenFile* const file, find_seekable(call, fd, 0));
  if ((file->base & (right::fd_tell | right::fd_seek)) == 0) return Err(Errno::notcapable);
  WCOMP_TRY(const auto out, Out<std::uint64_t>::at(call.memory, offset));
  out.set(file->position);
  return {};
}

}  // namespace wcomp::wasi::preview1
