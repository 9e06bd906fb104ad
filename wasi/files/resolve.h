// Names below a directory: what `path` means if it may not lead out of `directory`.
//
// Two resolvers give the same answers. openat2 has the kernel do it (RESOLVE_BENEATH and no magic links), in one step that nobody can change
// midway. The walk opens one directory after the other with O_NOFOLLOW, reads links itself and keeps the directories it came through open, so
// that `..` is a step back to one of them and never a question to the file system; a link swapped in underneath is met as the link it is.
// Both refuse what leads outside with `leads_outside`, which Descriptor reports and turns into EPERM.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "wasi/files/sandbox.h"

namespace wcomp::wasi::files {

enum class Follow : bool { no, yes };

/// Links followed in one resolution, as in Linux.
inline constexpr int max_links = 40;

/// An open file of the host that closes itself.
class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.release()) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  ~OwnedFd();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_ = -1;
};

/// The directory that the last component of a path lies in.
struct Place {
  OwnedFd opened;            ///< -1: it is the directory that was asked
  int directory = -1;
  std::string name;          ///< one component without slashes; `.` for paths that end in `.` or `..`
  bool wants_directory = false;  ///< the path ended in a slash
};

/// The error of a path that leads out of its directory; no other way to open a file gives this errno.
inline constexpr int leads_outside = EXDEV;

/// ENOENT, EINVAL, ENAMETOOLONG or `leads_outside` for a path that cannot name anything below a directory.
[[nodiscard]] Outcome<void> check_path(std::string_view path);

/// Opens with open(2)'s flags; O_CLOEXEC and O_NOCTTY are added. `mode` is for O_CREAT.
[[nodiscard]] Outcome<OwnedFd> open_below(const Sandbox& sandbox, int directory, std::string_view path, int flags, mode_t mode);

/// Opens the directory of the last component. With `follow`, links in that component are followed until it is none; without, a trailing slash
/// does the same. The name may be anything by the time it is used: use it with *at calls that do not follow.
[[nodiscard]] Outcome<Place> place_of(const Sandbox& sandbox, int directory, std::string_view path, Follow follow);

}  // namespace wcomp::wasi::files
