// What not to do: paths are strings, and a path that begins like the granted directory is thought to be inside. Three variants, each a little
// less naive; all of them exist in the wild. A read-only grant forbids opening for writing and forgets everything else.
#pragma once

#include <dirent.h>

#include "tests/wasi/tricks/guest.h"

namespace tricks {

class NaiveFile final : public GuestFile {
 public:
  explicit NaiveFile(int fd) : fd_(fd) {}
  ~NaiveFile() override { ::close(fd_); }
  bool set_times() override {
    const timespec times[2] = {};
    return ::futimens(fd_, times) == 0;
  }
  bool write(const std::string& text) override { return ::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()); }

 private:
  int fd_;
};

class Naive final : public Guest {
 public:
  Naive(std::string root, Check check, DirAccess access) : root_(std::move(root)), check_(check), access_(access) {}

  std::optional<std::string> read(Path path) override {
    const int fd = open_fd(path, O_RDONLY);
    if (fd < 0) return std::nullopt;
    std::string out(1U << 16U, '\0');
    const ssize_t n = ::read(fd, out.data(), out.size());
    ::close(fd);
    if (n < 0) return std::nullopt;
    out.resize(static_cast<std::size_t>(n));
    return out;
  }
  bool write(Path path, const std::string& text) override {
    if (access_ == DirAccess::read_only) return false;
    const int fd = open_fd(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (fd < 0) return false;
    NaiveFile file(fd);
    return file.write(text);
  }
  bool create(Path path) override { return was_opened(open_fd(path, O_RDONLY | O_CREAT)); }
  bool truncate(Path path) override { return was_opened(open_fd(path, O_RDONLY | O_TRUNC)); }
  std::unique_ptr<GuestFile> open(Path path, bool for_writing) override {
    if (for_writing && access_ == DirAccess::read_only) return nullptr;
    const int fd = open_fd(path, for_writing ? O_RDWR : O_RDONLY);
    return fd < 0 ? nullptr : std::make_unique<NaiveFile>(fd);
  }
  std::unique_ptr<Guest> open_directory(Path path) override {
    const auto full = allowed(path);
    if (!full || !fs::is_directory(*full)) return nullptr;
    // The new handle's root is the text, and it is as writable as anything.
    return std::make_unique<Naive>(check_ == Check::prefix ? root_ : *full, check_, DirAccess::read_write, *full);
  }
  std::optional<std::vector<std::string>> list(Path path) override {
    const auto full = allowed(path);
    DIR* d = full ? ::opendir(full->c_str()) : nullptr;
    if (d == nullptr) return std::nullopt;
    std::vector<std::string> out;
    while (const dirent* e = ::readdir(d)) out.emplace_back(e->d_name);
    ::closedir(d);
    return out;
  }
  std::optional<std::uint64_t> inode(Path path, bool follow) override {
    const auto full = allowed(path);
    struct ::stat s{};
    if (!full || ::fstatat(AT_FDCWD, full->c_str(), &s, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
    return s.st_ino;
  }
  std::optional<std::string> readlink(Path path) override {
    const auto full = allowed(path);
    char text[4096];
    const ssize_t n = full ? ::readlink(full->c_str(), text, sizeof text) : -1;
    if (n < 0) return std::nullopt;
    return std::string(text, static_cast<std::size_t>(n));
  }
  bool make_directory(Path path) override {
    return with(path, [](const char* p) { return ::mkdir(p, 0777); });
  }
  bool remove_directory(Path path) override {
    return with(path, [](const char* p) { return ::rmdir(p); });
  }
  bool unlink(Path path) override {
    return with(path, [](const char* p) { return ::unlink(p); });
  }
  bool rename(Path from, Guest& to_directory, Path to) override {
    const auto target = static_cast<Naive&>(to_directory).allowed(to);
    return target && with(from, [&](const char* p) { return ::rename(p, target->c_str()); });
  }
  bool link(Path from, bool follow, Guest& to_directory, Path to) override {
    const auto target = static_cast<Naive&>(to_directory).allowed(to);
    return target && with(from, [&](const char* p) { return ::linkat(AT_FDCWD, p, AT_FDCWD, target->c_str(), follow ? AT_SYMLINK_FOLLOW : 0); });
  }
  bool symlink(Path target, Path path) override {
    return with(path, [&](const char* p) { return ::symlink(target.c_str(), p); });
  }
  bool set_times(Path path, bool follow) override {
    const timespec times[2] = {};
    return with(path, [&](const char* p) { return ::utimensat(AT_FDCWD, p, times, follow ? 0 : AT_SYMLINK_NOFOLLOW); });
  }

  Naive(std::string root, Check check, DirAccess access, std::string here) : root_(std::move(root)), here_(std::move(here)), check_(check), access_(access) {}

 private:
  /// The path of the host, if it looks as if it were below the root.
  std::optional<std::string> allowed(Path path) const {
    const std::string& here = here_.empty() ? root_ : here_;
    std::string full = !path.empty() && path.front() == '/' ? path : here + "/" + path;
    if (check_ == Check::normalized) full = fs::path(full).lexically_normal().string();
    std::string seen = full;
    if (check_ == Check::realpath) {
      std::error_code error;
      seen = fs::weakly_canonical(full, error).string();
      if (error) return std::nullopt;
    }
    if (seen.compare(0, root_.size(), root_) != 0) return std::nullopt;
    return full;
  }
  int open_fd(Path path, int flags) const {
    const auto full = allowed(path);
    return full ? ::open(full->c_str(), flags | O_CLOEXEC, 0666) : -1;
  }
  static bool was_opened(int fd) {
    if (fd >= 0) ::close(fd);
    return fd >= 0;
  }
  template <class F>
  bool with(Path path, F call) const {
    const auto full = allowed(path);
    return full && call(full->c_str()) == 0;
  }

  std::string root_;
  std::string here_;  // a directory below it
  Check check_;
  DirAccess access_;
};

}  // namespace tricks
