// The cache's folder as the system has it: opening what may be trusted, writing what is whole.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include <sys/stat.h>

#include "base/bytes.h"

namespace wcomp::cache {

/// A file descriptor that is closed.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// Opens the folder if it is one of the user's own that nobody else may write to. `problem`, if it is wanted, learns why not; a folder that
/// does not exist is none.
[[nodiscard]] Descriptor open_folder(const std::filesystem::path& folder, std::string* problem = nullptr);
/// The same, and makes it where it is missing, with the folders above it.
[[nodiscard]] Descriptor make_folder(const std::filesystem::path& folder);

/// Opens a file of the folder for reading if it is a regular one of the user's own that nobody else may write to.
[[nodiscard]] Descriptor open_trusted(int folder, const std::string& name, struct stat& found);

/// Writes the parts to a file of its own and renames it to `name`. False: nothing of it is left.
[[nodiscard]] bool write_whole(int folder, const std::string& name, std::span<const ByteSpan> parts);

/// Calls for each regular file of the folder. Opens the folder anew, so that any number may look at a time.
void for_each_file(int folder, const std::function<void(const std::string& name, const struct stat&)>& visit);

[[nodiscard]] std::int64_t nanoseconds(const struct timespec& t);
[[nodiscard]] std::int64_t now_ns();

}  // namespace wcomp::cache
