#include "base/file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/diagnostic.h"

namespace wcomp {

namespace {

std::string reason(int error) { return std::strerror(error); }

/// A file descriptor that is closed at the end of its scope.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ > 2) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// Room for a large file in large pages where the system has them: the file would otherwise meet a page fault for every 4 KiB.
template <class Buffer>
void reserve(Buffer& out, std::size_t size) {
  constexpr std::size_t large_page = std::size_t{2} << 20;
  out.reserve(size);
  const std::size_t at = reinterpret_cast<std::uintptr_t>(out.data());
  const std::size_t begin = (at + large_page - 1) / large_page * large_page;
  const std::size_t end = (at + out.capacity()) / large_page * large_page;
  if (end > begin) ::madvise(out.data() + (begin - at), end - begin, MADV_HUGEPAGE);
}

template <class Buffer>
Result<Buffer> read_all(int fd, const std::filesystem::path& path) {
  Buffer out;
  constexpr std::size_t chunk = 64 * 1024;
  constexpr std::size_t max_size = std::size_t{1} << 31;  // far above any file that is meant; `/dev/zero` has no end
  const auto too_large = [&] { return fail(diag::limit_exceeded, fmt::format("cannot read `{}`: it has more than 2 GiB", path.string())); };
  std::size_t expected = 0;
  struct stat info {};
  if (::fstat(fd, &info) == 0) {
    if (S_ISDIR(info.st_mode)) return fail(diag::file_error, fmt::format("cannot read `{}`: it is a directory", path.string()));
    if (S_ISREG(info.st_mode) && info.st_size > static_cast<off_t>(max_size)) return too_large();
    if (S_ISREG(info.st_mode) && info.st_size > 0) expected = static_cast<std::size_t>(info.st_size) + 1;
  }
  reserve(out, expected);
  for (;;) {
    const std::size_t had = out.size();
    out.resize(expected > had ? expected : had + chunk);  // no more: a pipe gives little at a time, and what is added is cleared first
    const ssize_t n = ::read(fd, out.data() + had, out.size() - had);
    out.resize(had + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n == 0 || (n > 0 && out.size() + 1 == expected)) return out;  // all of a file of that size, and no more behind it
    if (out.size() > max_size) return too_large();
    if (n < 0 && errno != EINTR) return fail(diag::file_error, fmt::format("cannot read `{}`: {}", path.string(), reason(errno)));
  }
}

template <class Buffer>
Result<Buffer> read_as(const std::filesystem::path& path) {
  if (path == "-") return read_all<Buffer>(0, "standard input");
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return fail(diag::file_error, fmt::format("cannot open `{}`: {}", path.string(), reason(errno)));
  return read_all<Buffer>(fd.get(), path);
}

Result<void> write_all(int fd, ByteSpan bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return fail(diag::file_error, fmt::format("cannot write `{}`: {}", path.string(), reason(errno)));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return Ok{};
}

Result<void> write_all(int fd, std::span<const ByteSpan> parts, const std::filesystem::path& path) {
  for (const ByteSpan part : parts) {
    if (auto done = write_all(fd, part, path); !done) return done;
  }
  return Ok{};
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path) { return read_as<Bytes>(path); }
Result<std::string> read_text_file(const std::filesystem::path& path) { return read_as<std::string>(path); }

Result<void> write_file(const std::filesystem::path& path, ByteSpan bytes) { return write_parts(path, {&bytes, 1}); }

Result<void> write_parts(const std::filesystem::path& path, std::span<const ByteSpan> parts) {
  if (path == "-") return write_all(1, parts, "standard output");
  struct stat info {};
  const bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) return fail(diag::file_error, fmt::format("cannot write `{}`: it is a directory", path.string()));
  if (exists && !S_ISREG(info.st_mode)) {
    const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (fd.get() < 0) return fail(diag::file_error, fmt::format("cannot open `{}`: {}", path.string(), reason(errno)));
    return write_all(fd.get(), parts, path);
  }
  // A symbolic link stays one: what is replaced is the file it names.
  std::error_code ignored;
  const std::filesystem::path target = exists ? std::filesystem::canonical(path, ignored) : path;
  const std::filesystem::path destination = target.empty() ? path : target;
  std::string temporary = destination.string() + ".XXXXXX";
  const Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (fd.get() < 0) return fail(diag::file_error, fmt::format("cannot write `{}`: {}", path.string(), reason(errno)));
  const mode_t mask = ::umask(0);
  ::umask(mask);
  auto done = write_all(fd.get(), parts, path);
  if (done && ::fchmod(fd.get(), exists ? info.st_mode & 07777 : 0666 & ~mask) != 0) done = fail(diag::file_error, fmt::format("cannot write `{}`: {}", path.string(), reason(errno)));
  if (done && ::rename(temporary.c_str(), destination.c_str()) != 0) done = fail(diag::file_error, fmt::format("cannot write `{}`: {}", path.string(), reason(errno)));
  if (!done) ::unlink(temporary.c_str());
  return done;
}

Result<void> write_file(const std::filesystem::path& path, std::string_view text) { return write_file(path, as_bytes(text)); }

}  // namespace wcomp
