// Blobs on disk by key, for what is dear to make and easy to make again: compiled code.
//
// The one rule is that a cache never makes anything fail. Whatever is wrong with it - no home, a read-only or full disk, a file that another
// program cut short - means that an entry is not found, or not kept. Nothing is reported but by `problem`, for those who ask.
//
// One folder holds everything: NAME.code a blob, NAME.file what a file's content hashes to, wcomp-NAME.tmp what is being written. A blob is written
// under a name of its own and then renamed, so that readers and several writers see whole files only; a writer that is killed leaves a .tmp,
// which is swept when it is old. There is no fsync: what a power failure may leave behind does not pass the checks below, and is made again.
//
// What is found may be executed, so it is believed only from somebody who may give orders anyway: the folder and the file have to be the user's
// own, writable for nobody else, and no symbolic links. Against damage there is a checksum of 64 bits over the contents; it is no protection
// against an attacker, who could compute it as well: that are owner and permissions. Keys are cryptographic, because input is not trusted:
// nobody shall find a module that gets the code of another.
//
// The folder is bounded: when an entry is added, the least recently used ones leave. Using one sets its modification time, once an hour at most.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace wcomp::cache {

inline constexpr std::uint64_t default_max_bytes = std::uint64_t{512} << 20;

struct Key {
  std::array<std::uint8_t, 32> bytes{};
  [[nodiscard]] std::string hex() const;
  friend bool operator==(const Key&, const Key&) = default;
};

/// What tells whether a file is still the one it was, without reading it.
struct FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t mtime_ns = 0, ctime_ns = 0;
  std::uint64_t is_settled = 0;  ///< 1: it changed so long before the stamp was taken that another change would show
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
/// Of a regular file; nothing for others.
[[nodiscard]] std::optional<FileStamp> stamp_of(const std::filesystem::path& path);

/// All of a mapping is about to be read: the system maps it at once, instead of a few pages at each first touch. False if part of it cannot be read,
/// because the file has become shorter; what is cut off later ends the process at the next touch.
[[nodiscard]] bool expect_reading(ByteSpan mapped);

/// A blob, mapped for reading. Move-only; stays valid when the entry leaves the cache.
class Blob {
 public:
  Blob(Blob&& other) noexcept;
  Blob& operator=(Blob&& other) noexcept;
  ~Blob();
  /// The contents, at an address that is a multiple of 4096.
  [[nodiscard]] ByteSpan bytes() const;
  /// Makes the pages of a part executable, and only readable still. False where the system does not allow it.
  [[nodiscard]] bool allow_execution(std::size_t offset, std::size_t size) const;

 private:
  friend class Cache;
  Blob(void* base, std::size_t size) : base_(base), size_(size) {}
  void* base_ = nullptr;
  std::size_t size_ = 0;  ///< of the whole file
};

struct Entry {
  std::string name;  ///< of the file
  std::uint64_t bytes = 0;
  std::int64_t used_ns = 0;  ///< since 1970
};

struct Removed {
  std::size_t entries = 0;
  std::uint64_t bytes = 0;
};

class Cache {
 public:
  /// An empty path: no cache. Nothing is created before the first `put`.
  explicit Cache(std::filesystem::path folder, std::uint64_t max_bytes = default_max_bytes) : folder_(std::move(folder)), max_bytes_(max_bytes) {}

  /// What WCOMP_CACHE names; else `wcomp` in XDG_CACHE_HOME; else in .cache of HOME. Empty: none of these, or WCOMP_CACHE is empty.
  [[nodiscard]] static std::filesystem::path default_folder();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::optional<Blob> find(const Key& key) const;
  /// The parts one after another. False: not kept.
  bool put(const Key& key, std::span<const ByteSpan> parts) const;

  /// What the content of a file hashes to, if it was remembered and the file has not changed since.
  [[nodiscard]] std::optional<Key> content_of(const FileStamp& stamp) const;
  /// `stamp` was taken before the content was read. Not kept for files that had changed a moment ago: they could change again without a new time.
  void remember(const FileStamp& stamp, const Key& content) const;

  /// Why nothing is found or kept, in words; empty: nothing is wrong (a folder that does not exist yet is fine).
  [[nodiscard]] std::string problem() const;
  /// Blobs, the most recently used first.
  [[nodiscard]] std::vector<Entry> list() const;
  /// Removes everything that the cache wrote, and the folder if it is empty then.
  Removed clear() const;
  /// Removes the least recently used blobs until they take at most so many bytes, and what killed writers left.
  Removed prune(std::uint64_t max_bytes) const;

 private:
  std::filesystem::path folder_;
  std::uint64_t max_bytes_;
};

}  // namespace wcomp::cache
