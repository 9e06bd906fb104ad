// The sandbox tricks: what a guest tries in order to reach what it was not granted, and who it tries it on.
//
// A trick is one function over `Guest`, a directory in a guest's hands; it says whether it got what it wanted. The same function runs against
// `Naive` (naive.h), which joins strings and compares prefixes and must be fooled, and against wasi/files with each of its resolvers, which
// must not. A trick that does not fool the naive check proves nothing, so the run fails for it.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "wcomp/wasi.h"

namespace tricks {

namespace fs = std::filesystem;
using wcomp::wasi::DirAccess;
using Path = const std::string&;

inline constexpr std::string_view secret = "the secret";

/// An open file in a guest's hands.
class GuestFile {
 public:
  virtual ~GuestFile() = default;
  virtual bool set_times() = 0;
  virtual bool write(const std::string& text) = 0;
};

/// A directory in a guest's hands. Everything says whether it worked.
class Guest {
 public:
  virtual ~Guest() = default;
  virtual std::optional<std::string> read(Path path) = 0;
  virtual bool write(Path path, const std::string& text) = 0;  // creates, truncates
  virtual bool create(Path path) = 0;                          // opened for reading
  virtual bool truncate(Path path) = 0;                        // the same
  virtual std::unique_ptr<GuestFile> open(Path path, bool for_writing) = 0;
  virtual std::unique_ptr<Guest> open_directory(Path path) = 0;
  virtual std::optional<std::vector<std::string>> list(Path path) = 0;
  virtual std::optional<std::uint64_t> inode(Path path, bool follow) = 0;
  virtual std::optional<std::string> readlink(Path path) = 0;
  virtual bool make_directory(Path path) = 0;
  virtual bool remove_directory(Path path) = 0;
  virtual bool unlink(Path path) = 0;
  virtual bool rename(Path from, Guest& to_directory, Path to) = 0;
  virtual bool link(Path from, bool follow, Guest& to_directory, Path to) = 0;
  virtual bool symlink(Path target, Path path) = 0;
  virtual bool set_times(Path path, bool follow) = 0;  // to 1970

  bool rename(Path from, Path to) { return rename(from, *this, to); }
  bool link(Path from, Path to) { return link(from, false, *this, to); }
  bool reads_secret(Path path) { return read(path).value_or("").find(secret) != std::string::npos; }
};

/// The host that a trick is played on: `box`, `other` and (read-only) `shelf` are granted, nothing else is.
class World {
 public:
  World() {
    // A file system in memory where there is one: the tricks make and remove thousands of files.
    const fs::path where = ::access("/dev/shm", W_OK) == 0 ? fs::path("/dev/shm") : fs::temp_directory_path();
    std::string name = (where / "wcomp-tricks-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    base = name;
    for (const char* d : {"box/sub/deep", "other", "shelf/sub", "shelf/empty", "outside/inner", "outside/empty", "box-secret"}) fs::create_directories(base / d);
    put("box/inside.txt", "mine");
    put("box/sub/deep/file.txt", "mine too");
    put("other/file.txt", "also mine");
    put("shelf/book.txt", "to be read");
    put("shelf/sub/page.txt", "to be read");
    put("outside/secret.txt", std::string(secret));
    put("box-secret/secret.txt", std::string(secret));
    fs::create_symlink("where the key is", base / "outside/link");
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() {
    std::error_code ignored;
    fs::remove_all(base, ignored);
  }

  void put(const std::string& path, const std::string& text) const { std::ofstream(base / path) << text; }
  [[nodiscard]] std::string get(const std::string& path) const {
    std::stringstream text;
    text << std::ifstream(base / path).rdbuf();
    return text.str();
  }
  [[nodiscard]] bool has(const std::string& path) const { return fs::symlink_status(base / path).type() != fs::file_type::not_found; }
  void symlink(const std::string& target, const std::string& path) const { fs::create_symlink(target, base / path); }
  [[nodiscard]] std::string absolute(const std::string& path) const { return (base / path).string(); }
  [[nodiscard]] std::uint64_t inode(const std::string& path) const {
    struct ::stat s{};
    return ::lstat((base / path).c_str(), &s) == 0 ? s.st_ino : 0;
  }
  /// Whether somebody set its times to 1970.
  [[nodiscard]] bool is_aged(const std::string& path) const {
    struct ::stat s{};
    return ::lstat((base / path).c_str(), &s) == 0 && s.st_mtim.tv_sec == 0;
  }

  fs::path base;
  bool is_patient = false;  ///< races go on until they are won
  std::unique_ptr<Guest> box, other, shelf;
  /// Grants another directory of the host; null if that is refused. `descriptors` bounds how many the guest may hold.
  std::function<std::unique_ptr<Guest>(const std::string& host, DirAccess access, std::size_t descriptors)> grant;
};

/// Which check the trick fools.
enum class Check { prefix, normalized, realpath };

struct Trick {
  const char* name;
  Check fools;
  std::function<bool(World&)> attack;  ///< true: it got what it wanted
};

}  // namespace tricks
