// Opening, owning and the contents of files.
#include "wasi/files/descriptor.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <limits>

#include "wasi/files/denial.h"
#include "wasi/files/host.h"
#include "wasi/no_sigpipe.h"

namespace wcomp::wasi::files {

namespace {

constexpr std::uint64_t max_offset = std::numeric_limits<off_t>::max();

template <class Call>
Outcome<void> done(Call call) {
  int n;
  do {
    n = call();
  } while (n < 0 && errno == EINTR);
  if (n < 0) return fail_with_errno();
  return Ok{};
}

template <class Call>
Outcome<std::size_t> counted(Call call) {
  ssize_t n;
  do {
    n = call();
  } while (n < 0 && errno == EINTR);
  if (n < 0) return fail_with_errno();
  return static_cast<std::size_t>(n);
}

int vector_count(std::span<const iovec> vectors) { return static_cast<int>(std::min<std::size_t>(vectors.size(), IOV_MAX)); }

}  // namespace

Type type_of(mode_t mode) {
  if (S_ISREG(mode)) return Type::regular_file;
  if (S_ISDIR(mode)) return Type::directory;
  if (S_ISLNK(mode)) return Type::symbolic_link;
  if (S_ISCHR(mode)) return Type::character_device;
  if (S_ISBLK(mode)) return Type::block_device;
  if (S_ISFIFO(mode)) return Type::fifo;
  if (S_ISSOCK(mode)) return Type::socket;
  return Type::unknown;
}

Stat stat_of(const struct ::stat& s) {
  return {.device = s.st_dev,
          .inode = s.st_ino,
          .type = type_of(s.st_mode),
          .links = s.st_nlink,
          .size = static_cast<std::uint64_t>(s.st_size),
          .access = s.st_atim,
          .modification = s.st_mtim,
          .change = s.st_ctim};
}

Outcome<TimePair> times_of(NewTime access, NewTime modification) {
  TimePair out{};
  const NewTime* given[] = {&access, &modification};
  for (std::size_t i = 0; i < 2; ++i) {
    switch (given[i]->kind) {
      case NewTime::Kind::no_change: out.times[i].tv_nsec = UTIME_OMIT; break;
      case NewTime::Kind::now: out.times[i].tv_nsec = UTIME_NOW; break;
      case NewTime::Kind::at:
        if (given[i]->time.tv_nsec < 0 || given[i]->time.tv_nsec >= 1'000'000'000) return fail(EINVAL);
        out.times[i] = given[i]->time;
        break;
    }
  }
  return out;
}

Outcome<Type> type_if_allowed(int fd) {
  struct ::stat s{};
  struct ::statfs fs{};
  if (::fstat(fd, &s) != 0 || ::fstatfs(fd, &fs) != 0) return fail_with_errno();
  const Type type = type_of(s.st_mode);
  const bool is_usable = type == Type::regular_file || type == Type::directory || type == Type::fifo;
  if (!is_usable || fs.f_type == PROC_SUPER_MAGIC) return fail(EPERM);
  return type;
}

Outcome<Descriptor> Descriptor::open_root(std::shared_ptr<Sandbox> sandbox, const char* host, std::string guest, DirAccess access) {
  auto slot = Slot::take(std::move(sandbox));
  if (!slot) return Err(slot.error());
  OwnedFd fd(::open(host, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return fail_with_errno();
  auto type = type_if_allowed(fd.get());
  if (!type) return Err(type.error());
  Descriptor out(std::move(*slot), fd.release());
  out.root_ = std::make_shared<const Root>(Root{.host = host, .guest = std::move(guest)});
  out.type_ = *type;
  out.can_read_ = true;
  out.can_mutate_ = access == DirAccess::read_write;
  return out;
}

Descriptor::Descriptor(Descriptor&& other) noexcept { *this = std::move(other); }

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) ::close(fd_);
  fd_ = other.fd_;
  other.fd_ = -1;
  slot_ = std::move(other.slot_);
  root_ = std::move(other.root_);
  below_ = std::move(other.below_);
  type_ = other.type_;
  how_ = other.how_;
  can_read_ = other.can_read_;
  can_write_ = other.can_write_;
  can_mutate_ = other.can_mutate_;
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Outcome<Descriptor> Descriptor::duplicate() const {
  auto slot = Slot::take(slot_.shared());
  if (!slot) return Err(slot.error());
  const int fd = ::fcntl(fd_, F_DUPFD_CLOEXEC, 3);
  if (fd < 0) return fail_with_errno();
  Descriptor out(std::move(*slot), fd);
  out.root_ = root_;
  out.below_ = below_;
  out.type_ = type_;
  out.how_ = how_;
  out.can_read_ = can_read_;
  out.can_write_ = can_write_;
  out.can_mutate_ = can_mutate_;
  return out;
}

Err<Errno> Descriptor::refuse(const char* operation, std::string_view path, Errno e) const {
  const bool is_escape = e == Errno{leads_outside};
  const auto& listener = slot_.sandbox().on_denied;
  if (listener && is_escape) listener(denial_of_escape(operation, *root_, below_, path));
  if (listener && e == Errno{EROFS} && !can_mutate_) listener(denial_of_change(operation, *root_, below_, path));
  return Err(is_escape ? Errno{EPERM} : e);
}

void Descriptor::refuse_ever(const char* operation, std::string_view path) const {
  if (const auto& listener = slot_.sandbox().on_denied) listener({.operation = operation, .subject = guest_path(*root_, below_, path), .missing_grant = {}});
}

Outcome<std::size_t> Descriptor::read(std::span<const iovec> into, std::uint64_t offset) const {
  const int count = vector_count(into);
  if (!is_seekable()) return counted([&] { return ::readv(fd_, into.data(), count); });
  if (offset > max_offset) return fail(EINVAL);
  return counted([&] { return ::preadv(fd_, into.data(), count, static_cast<off_t>(offset)); });
}

Outcome<std::size_t> Descriptor::write(std::span<const iovec> from, std::uint64_t offset) const {
  const int count = vector_count(from);
  if (!is_seekable()) return append(from);
  if (offset > max_offset) return fail(EINVAL);
  return counted([&] { return ::pwritev(fd_, from.data(), count, static_cast<off_t>(offset)); });
}

Outcome<std::size_t> Descriptor::append(std::span<const iovec> from) const {
  const int count = vector_count(from);
  if (!is_seekable()) {
    const NoSigpipe guard;
    return counted([&] { return ::writev(fd_, from.data(), count); });
  }
  auto written = counted([&] { return ::pwritev2(fd_, from.data(), count, 0, RWF_APPEND); });
  if (written || (written.error() != Errno{EOPNOTSUPP} && written.error() != Errno{ENOSYS})) return written;
  auto now = stat();
  if (!now) return Err(now.error());
  return write(from, now->size);
}

Outcome<void> Descriptor::advise(std::uint64_t offset, std::uint64_t length, Advice advice) const {
  static constexpr int host[] = {POSIX_FADV_NORMAL, POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM, POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE};
  if (offset > max_offset || length > max_offset) return fail(EINVAL);
  const int error = ::posix_fadvise(fd_, static_cast<off_t>(offset), static_cast<off_t>(length), host[static_cast<std::size_t>(advice)]);
  if (error != 0) return fail(error);
  return Ok{};
}

Outcome<void> Descriptor::allocate(std::uint64_t offset, std::uint64_t length) const {
  if (is_directory()) return fail(EBADF);
  if (length == 0 || offset > max_offset || length > max_offset - offset) return fail(EINVAL);
  return done([&] { return ::fallocate(fd_, 0, static_cast<off_t>(offset), static_cast<off_t>(length)); });
}

Outcome<void> Descriptor::set_size(std::uint64_t size) const {
  if (!can_mutate_) return refuse("set-size", "", Errno{EROFS});
  if (size > max_offset) return fail(EINVAL);
  return done([&] { return ::ftruncate(fd_, static_cast<off_t>(size)); });
}

Outcome<void> Descriptor::sync() const {
  return done([&] { return ::fsync(fd_); });
}

Outcome<void> Descriptor::sync_data() const {
  return done([&] { return ::fdatasync(fd_); });
}

Outcome<Stat> Descriptor::stat() const {
  struct ::stat s{};
  if (::fstat(fd_, &s) != 0) return fail_with_errno();
  return stat_of(s);
}

Outcome<void> Descriptor::set_times(NewTime access, NewTime modification) const {
  if (!can_mutate_) return refuse("set-times", "", Errno{EROFS});
  auto pair = times_of(access, modification);
  if (!pair) return Err(pair.error());
  return done([&] { return ::futimens(fd_, pair->times); });
}

}  // namespace wcomp::wasi::files
