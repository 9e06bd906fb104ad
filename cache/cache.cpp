#include "cache/cache.h"

#include <cerrno>
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cache/folder.h"
#include "cache/hash.h"

namespace wcomp::cache {

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t touch_every = 3600 * second;
constexpr std::int64_t temporary_lives = 600 * second;
/// Clocks of file systems step by up to two seconds.
constexpr std::int64_t clock_step = 2 * second;

/// At the front of a blob's file, padded to `contents`.
struct Header {
  std::array<char, 8> magic{};
  std::uint64_t bytes = 0;
  std::uint64_t sum = 0;  ///< of the contents
  Key key;
  std::uint64_t header_sum = 0;  ///< of all before it
};
constexpr std::array<char, 8> blob_magic = {'w', 'c', 'a', 'c', 'h', 'e', '0', '1'};
constexpr std::size_t contents = 4096;
static_assert(sizeof(Header) == 64);

/// All of a .file.
struct Remembered {
  std::array<char, 8> magic{};
  FileStamp stamp;
  Key content;
  std::uint64_t sum = 0;
};
constexpr std::array<char, 8> file_magic = {'w', 'c', 'f', 'i', 'l', 'e', '0', '1'};
static_assert(sizeof(Remembered) == 96);

template <class T>
ByteSpan bytes_of(const T& object) {
  static_assert(std::is_trivially_copyable_v<T>);
  return {reinterpret_cast<const std::uint8_t*>(&object), sizeof(T)};
}
template <class T>
std::uint64_t sum_of(const T& object) {
  return checksum(bytes_of(object).first(sizeof(T) - sizeof(std::uint64_t)));
}

std::string blob_name(const Key& key) { return key.hex() + ".code"; }

std::string file_name(const FileStamp& stamp) {
  const std::uint64_t place[] = {stamp.device, stamp.inode};
  return hash(bytes_of(place)).hex().substr(0, 32) + ".file";
}

/// Whether a name has a form that the cache gives: the folder may be one that the user has for other things, too.
bool is_named(const std::string& name, std::size_t digits, std::string_view extension) {
  return name.size() == digits + extension.size() && name.ends_with(extension) && name.find_first_not_of("0123456789abcdef") == digits;
}
bool is_blob(const std::string& name) { return is_named(name, 64, ".code"); }
bool is_file(const std::string& name) { return is_named(name, 32, ".file"); }
bool is_temporary(const std::string& name) { return name.starts_with("wcomp-") && name.ends_with(".tmp"); }

void touch(int fd, const struct stat& s) {
  if (now_ns() - nanoseconds(s.st_mtim) < touch_every) return;
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = 0, .tv_nsec = UTIME_NOW}};
  (void)::futimens(fd, times);
}

std::optional<std::int64_t> age_of(const struct stat& s) {
  const std::int64_t age = now_ns() - nanoseconds(s.st_mtim);
  return age >= 0 ? std::optional(age) : std::nullopt;
}

/// Removes the oldest blobs down to `max_bytes` and old leftovers; remembered files, which are small, go when they are beyond `max_files`.
Removed sweep(int folder, std::uint64_t max_bytes) {
  constexpr std::size_t max_files = 10'000;
  struct Found {
    std::string name;
    std::uint64_t bytes;
    std::int64_t used;
  };
  std::vector<Found> blobs, files;
  Removed out;
  std::uint64_t total = 0;
  for_each_file(folder, [&](const std::string& name, const struct stat& s) {
    const auto bytes = static_cast<std::uint64_t>(s.st_size);
    if (is_blob(name)) {
      blobs.push_back({name, bytes, nanoseconds(s.st_mtim)});
      total += bytes;
    } else if (is_file(name)) {
      files.push_back({name, bytes, nanoseconds(s.st_mtim)});
    } else if (is_temporary(name) && age_of(s).value_or(0) > temporary_lives) {
      ::unlinkat(folder, name.c_str(), 0);
    }
  });
  const auto older = [](const Found& a, const Found& b) { return a.used < b.used; };
  if (total > max_bytes) std::sort(blobs.begin(), blobs.end(), older);
  for (const Found& b : blobs) {
    if (total <= max_bytes) break;
    if (::unlinkat(folder, b.name.c_str(), 0) != 0) continue;
    total -= b.bytes;
    out.bytes += b.bytes;
    ++out.entries;
  }
  if (files.size() > max_files) {
    std::sort(files.begin(), files.end(), older);
    for (std::size_t i = 0; i < files.size() - max_files / 2; ++i) ::unlinkat(folder, files[i].name.c_str(), 0);
  }
  return out;
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::filesystem::path& path) {
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0 || !S_ISREG(s.st_mode)) return std::nullopt;
  const std::int64_t changed = std::max(nanoseconds(s.st_mtim), nanoseconds(s.st_ctim));
  return FileStamp{.device = s.st_dev,
                   .inode = s.st_ino,
                   .size = static_cast<std::uint64_t>(s.st_size),
                   .mtime_ns = nanoseconds(s.st_mtim),
                   .ctime_ns = nanoseconds(s.st_ctim),
                   .is_settled = now_ns() - changed > clock_step ? 1U : 0U};
}

bool expect_reading(ByteSpan mapped) {
#ifdef MADV_POPULATE_READ
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(mapped.data()) / page * page, end = reinterpret_cast<std::uintptr_t>(mapped.data()) + mapped.size();
  // EFAULT: a page that would end the process if it were read. Other errors are those of kernels that do not know how.
  return ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_READ) == 0 || errno != EFAULT;
#else
  (void)mapped;
  return true;
#endif
}

Blob::Blob(Blob&& o) noexcept : base_(std::exchange(o.base_, nullptr)), size_(std::exchange(o.size_, 0)) {}
Blob& Blob::operator=(Blob&& o) noexcept {
  std::swap(base_, o.base_);
  std::swap(size_, o.size_);
  return *this;
}
Blob::~Blob() {
  if (base_ != nullptr) ::munmap(base_, size_);
}

ByteSpan Blob::bytes() const { return ByteSpan(static_cast<const std::uint8_t*>(base_), size_).subspan(contents); }

bool Blob::allow_execution(std::size_t offset, std::size_t size) const {
  if (offset > size_ - contents || size > size_ - contents - offset || size == 0) return false;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t begin = (contents + offset) / page * page, end = contents + offset + size;
  return ::mprotect(static_cast<std::uint8_t*>(base_) + begin, end - begin, PROT_READ | PROT_EXEC) == 0;
}

std::filesystem::path Cache::default_folder() {
  // Not for programs that run with other rights than their caller has.
  if (const char* own = ::secure_getenv("WCOMP_CACHE"); own != nullptr) return own;
  if (const char* xdg = ::secure_getenv("XDG_CACHE_HOME"); xdg != nullptr && xdg[0] == '/') return std::filesystem::path(xdg) / "wcomp";
  if (const char* home = ::secure_getenv("HOME"); home != nullptr && home[0] == '/') return std::filesystem::path(home) / ".cache" / "wcomp";
  return {};
}

std::optional<Blob> Cache::find(const Key& key) const {
  const Descriptor folder = open_folder(folder_);
  if (!folder) return std::nullopt;
  struct stat s {};
  const Descriptor fd = open_trusted(folder.get(), blob_name(key), s);
  const auto size = static_cast<std::uint64_t>(s.st_size);
  if (!fd || size < contents) return std::nullopt;
  void* base = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (base == MAP_FAILED) return std::nullopt;
  Blob out(base, size);
  Header h;
  std::memcpy(&h, base, sizeof(h));
  if (h.magic != blob_magic || h.header_sum != sum_of(h) || h.key != key || h.bytes != size - contents) return std::nullopt;
  if (!expect_reading(out.bytes()) || h.sum != checksum(out.bytes())) return std::nullopt;
  touch(fd.get(), s);
  return out;
}

bool Cache::put(const Key& key, std::span<const ByteSpan> parts) const {
  const Descriptor folder = make_folder(folder_);
  if (!folder) return false;
  Header h{.magic = blob_magic, .bytes = 0, .sum = 0, .key = key, .header_sum = 0};
  Bytes all;
  for (const ByteSpan part : parts) h.bytes += part.size();
  if (h.bytes + contents > max_bytes_) return false;
  all.reserve(h.bytes);
  for (const ByteSpan part : parts) all.insert(all.end(), part.begin(), part.end());
  h.sum = checksum(all);
  h.header_sum = sum_of(h);
  static constexpr std::array<std::uint8_t, contents - sizeof(Header)> zeros{};
  const ByteSpan pieces[] = {bytes_of(h), zeros, all};
  if (!write_whole(folder.get(), blob_name(key), pieces)) return false;
  (void)sweep(folder.get(), max_bytes_);
  return true;
}

std::optional<Key> Cache::content_of(const FileStamp& stamp) const {
  const Descriptor folder = open_folder(folder_);
  if (!folder) return std::nullopt;
  struct stat s {};
  const Descriptor fd = open_trusted(folder.get(), file_name(stamp), s);
  Remembered r;
  if (!fd || s.st_size != sizeof(r) || ::read(fd.get(), &r, sizeof(r)) != sizeof(r)) return std::nullopt;
  if (r.magic != file_magic || r.sum != sum_of(r) || r.stamp != stamp) return std::nullopt;
  touch(fd.get(), s);
  return r.content;
}

void Cache::remember(const FileStamp& stamp, const Key& content) const {
  if (stamp.is_settled == 0) return;
  const Descriptor folder = make_folder(folder_);
  if (!folder) return;
  Remembered r{.magic = file_magic, .stamp = stamp, .content = content, .sum = 0};
  r.sum = sum_of(r);
  const ByteSpan pieces[] = {bytes_of(r)};
  (void)write_whole(folder.get(), file_name(stamp), pieces);
}

std::string Cache::problem() const {
  std::string out;
  (void)open_folder(folder_, &out);
  return out;
}

std::vector<Entry> Cache::list() const {
  std::vector<Entry> out;
  const Descriptor folder = open_folder(folder_);
  if (!folder) return out;
  for_each_file(folder.get(), [&](const std::string& name, const struct stat& s) {
    if (is_blob(name)) out.push_back({.name = name, .bytes = static_cast<std::uint64_t>(s.st_size), .used_ns = nanoseconds(s.st_mtim)});
  });
  std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) { return a.used_ns > b.used_ns; });
  return out;
}

Removed Cache::clear() const {
  Removed out;
  const Descriptor folder = open_folder(folder_);
  if (!folder) return out;
  std::vector<std::pair<std::string, std::uint64_t>> files;
  for_each_file(folder.get(), [&](const std::string& name, const struct stat& s) {
    if (is_blob(name) || is_file(name) || is_temporary(name)) files.emplace_back(name, static_cast<std::uint64_t>(s.st_size));
  });
  for (const auto& [name, bytes] : files) {
    if (::unlinkat(folder.get(), name.c_str(), 0) != 0 || !is_blob(name)) continue;
    ++out.entries;
    out.bytes += bytes;
  }
  (void)::rmdir(folder_.c_str());
  return out;
}

Removed Cache::prune(std::uint64_t max_bytes) const {
  const Descriptor folder = open_folder(folder_);
  return folder ? sweep(folder.get(), max_bytes) : Removed();
}

}  // namespace wcomp::cache
