#include "base/file.h"

#include <cerrno>
#include <cstring>
#include <optional>
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

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path) { return read_as<Bytes>(path); }
Result<std::string> read_text_file(const std::filesystem::path& path) { return read_as<std::string>(path); }

Result<void> write_file(const std::filesystem::path& path, ByteSpan bytes) { return write_parts(path, {&bytes, 1}); }

struct FileWriter::Impl {
  explicit Impl(std::filesystem::path p) : path(std::move(p)) {}

  std::filesystem::path path;         ///< as it was given, for messages
  std::filesystem::path destination;  ///< what is replaced
  std::string temporary;              ///< empty: written directly
  mode_t mode = 0;
  std::optional<Fd> fd;
  Result<void> outcome = Ok{};
};

FileWriter::FileWriter(std::filesystem::path path, FileKind kind) : impl_(std::make_unique<Impl>(std::move(path))) {
  Impl& w = *impl_;
  if (w.path == "-") {
    w.fd.emplace(1);
    w.path = "standard output";
    return;
  }
  const auto cannot = [&](const std::string& why) { w.outcome = fail(diag::file_error, fmt::format("cannot write `{}`: {}", w.path.string(), why)); };
  struct stat info {};
  const bool exists = ::stat(w.path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) {
    cannot("it is a directory");
    return;
  }
  if (exists && !S_ISREG(info.st_mode)) {
    w.fd.emplace(::open(w.path.c_str(), O_WRONLY | O_CLOEXEC));
    if (w.fd->get() < 0) cannot(reason(errno));
    return;
  }
  // A symbolic link stays one: what is replaced is the file it names.
  std::error_code ignored;
  const std::filesystem::path target = exists ? std::filesystem::canonical(w.path, ignored) : w.path;
  w.destination = target.empty() ? w.path : target;
  std::string temporary = w.destination.string() + ".XXXXXX";
  w.fd.emplace(::mkostemp(temporary.data(), O_CLOEXEC));
  if (w.fd->get() < 0) {
    cannot(reason(errno));
    return;
  }
  w.temporary = std::move(temporary);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  w.mode = exists ? info.st_mode & 07777 : 0666 & ~mask;
  if (kind == FileKind::program) w.mode |= (w.mode & 0444) >> 2;
}

FileWriter::~FileWriter() {
  if (impl_ != nullptr && !impl_->temporary.empty()) ::unlink(impl_->temporary.c_str());
}
FileWriter::FileWriter(FileWriter&&) noexcept = default;

void FileWriter::write(ByteSpan bytes) {
  if (impl_->outcome) impl_->outcome = write_all(impl_->fd->get(), bytes, impl_->path);
}

Result<void> FileWriter::commit() {
  Impl& w = *impl_;
  if (!w.outcome || w.temporary.empty()) return std::move(w.outcome);
  if (::fchmod(w.fd->get(), w.mode) != 0 || ::rename(w.temporary.c_str(), w.destination.c_str()) != 0) {
    return fail(diag::file_error, fmt::format("cannot write `{}`: {}", w.path.string(), reason(errno)));
  }
  w.temporary.clear();
  return Ok{};
}

Result<void> write_parts(const std::filesystem::path& path, std::span<const ByteSpan> parts, FileKind kind) {
  FileWriter out(path, kind);
  for (const ByteSpan part : parts) out.write(part);
  return out.commit();
}

Result<void> write_file(const std::filesystem::path& path, std::string_view text) { return write_file(path, as_bytes(text)); }

}  // namespace wcomp
