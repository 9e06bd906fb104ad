#include "cache/folder.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <csignal>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace wcomp::cache {

namespace {

constexpr mode_t others_may_write = S_IWGRP | S_IWOTH;

/// A limit for the size of files (`ulimit -f`) sends a signal that ends the program, unless it is blocked; then writing fails.
class WithoutFileSizeSignal {
 public:
  WithoutFileSizeSignal() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGXFSZ);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGXFSZ) == 1;
    pthread_sigmask(SIG_BLOCK, &set_, &old_);
  }
  ~WithoutFileSizeSignal() {
    const timespec none{};
    if (!was_pending_) sigtimedwait(&set_, nullptr, &none);
    pthread_sigmask(SIG_SETMASK, &old_, nullptr);
  }
  WithoutFileSizeSignal(const WithoutFileSizeSignal&) = delete;
  WithoutFileSizeSignal& operator=(const WithoutFileSizeSignal&) = delete;

 private:
  sigset_t set_, old_;
  bool was_pending_ = false;
};

bool write_all(int fd, ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

std::string temporary_name() {
  static std::atomic<std::uint32_t> next = 0;
  return fmt::format("wcomp-{}-{}-{:x}.tmp", ::getpid(), next++, static_cast<std::uint64_t>(now_ns()));
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Descriptor open_folder(const std::filesystem::path& folder, std::string* problem) {
  const auto refuse = [&](std::string why) {
    if (problem != nullptr) *problem = std::move(why);
    return Descriptor();
  };
  if (folder.empty()) return refuse("WCOMP_CACHE is empty, or no variable names a folder (XDG_CACHE_HOME, HOME)");
  Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT) return refuse({});
    if (errno == ELOOP) return refuse("it is a symbolic link");
    if (errno == ENOTDIR) return refuse("it is a symbolic link or no folder");
    return refuse(std::strerror(errno));
  }
  struct stat s {};
  if (::fstat(fd.get(), &s) != 0) return refuse(std::strerror(errno));
  if (s.st_uid != ::geteuid()) return refuse(fmt::format("it belongs to another user (number {})", s.st_uid));
  if ((s.st_mode & others_may_write) != 0) return refuse(fmt::format("others may write to it (mode {:o}): 700 was expected", s.st_mode & 07777));
  return fd;
}

Descriptor make_folder(const std::filesystem::path& folder) {
  std::string problem;
  Descriptor fd = open_folder(folder, &problem);
  if (fd || !problem.empty()) return fd;
  std::filesystem::path made;
  for (const std::filesystem::path& part : folder) {
    made /= part;
    if (::mkdir(made.c_str(), S_IRWXU) != 0 && errno != EEXIST && errno != EISDIR && errno != EACCES && errno != EROFS) return Descriptor();
  }
  return open_folder(folder);
}

Descriptor open_trusted(int folder, const std::string& name, struct stat& found) {
  Descriptor fd(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!fd || ::fstat(fd.get(), &found) != 0) return Descriptor();
  const bool is_trusted = S_ISREG(found.st_mode) && found.st_uid == ::geteuid() && (found.st_mode & others_may_write) == 0;
  return is_trusted ? std::move(fd) : Descriptor();
}

bool write_whole(int folder, const std::string& name, std::span<const ByteSpan> parts) {
  const std::string temporary = temporary_name();
  const Descriptor fd(::openat(folder, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!fd) return false;
  const WithoutFileSizeSignal guard;
  bool is_whole = true;
  for (const ByteSpan part : parts) is_whole = is_whole && write_all(fd.get(), part);
  if (is_whole && ::renameat(folder, temporary.c_str(), folder, name.c_str()) == 0) return true;
  ::unlinkat(folder, temporary.c_str(), 0);
  return false;
}

void for_each_file(int folder, const std::function<void(const std::string& name, const struct stat&)>& visit) {
  const int fd = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  DIR* dir = ::fdopendir(fd);
  if (dir == nullptr) {
    ::close(fd);
    return;
  }
  while (const dirent* e = ::readdir(dir)) {
    struct stat s {};
    if (::fstatat(fd, e->d_name, &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(s.st_mode)) visit(e->d_name, s);
  }
  ::closedir(dir);
}

std::int64_t nanoseconds(const struct timespec& t) { return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; }

std::int64_t now_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return nanoseconds(t);
}

}  // namespace wcomp::cache
