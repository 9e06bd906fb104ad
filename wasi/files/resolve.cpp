#include "wasi/files/resolve.h"

#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <vector>

namespace wcomp::wasi::files {

namespace {

/// Directories that a walk keeps open to step back into. A path that goes down further and comes back up further is ENAMETOOLONG.
constexpr std::size_t max_trail = 128;
/// The kernel gives up on a path with `..` while something is renamed; so often we ask again before we walk.
constexpr int max_openat2_tries = 16;

int openat_retry(int directory, const char* name, int flags, mode_t mode) {
  int fd;
  do {
    fd = ::openat(directory, name, flags | O_CLOEXEC | O_NOCTTY, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

long openat2(int directory, const char* path, const open_how& how) {
  long fd;
  do {
    fd = ::syscall(SYS_openat2, directory, path, &how, sizeof how);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

/// The text of the link `name`; EINVAL if it is no link.
Outcome<std::string> read_link(int directory, const std::string& name) {
  std::string text(PATH_MAX, '\0');
  const ssize_t n = ::readlinkat(directory, name.c_str(), text.data(), text.size());
  if (n < 0) return fail_with_errno();
  if (static_cast<std::size_t>(n) >= text.size()) return fail(ENAMETOOLONG);
  text.resize(static_cast<std::size_t>(n));
  return text;
}

/// One resolution, component by component.
class Walk {
 public:
  Walk(int root, std::string_view path) : root_(root), rest_(path) {}

  /// Goes to the directory of the last component. Links on the way are followed; one in the last component if `follow` or a slash asks for it.
  Outcome<void> to_last(Follow follow) {
    for (;;) {
      const std::string name = take_component();
      if (name.empty()) {  // nothing or only slashes are left: the path ended in `.` or `..`
        name_ = ".";
        return Ok{};
      }
      if (name == ".") continue;
      if (name == "..") {
        if (auto back = step_back(); !back) return back;
        continue;
      }
      const bool is_last = rest_.find_first_not_of('/') == std::string::npos;
      if (is_last && follow == Follow::no && rest_.empty()) {
        name_ = name;
        return Ok{};
      }
      if (is_last) {
        auto link = read_link(here(), name);
        if (link) {
          if (auto ok = expand(*link); !ok) return ok;
          continue;
        }
        // Anything but a link, also something that is not there yet.
        name_ = name;
        wants_directory_ = !rest_.empty();
        return Ok{};
      }
      if (auto ok = enter(name); !ok) return ok;
    }
  }

  /// A link was met where `to_last` ended (somebody put it there since): goes on through it.
  Outcome<void> through(const std::string& link) {
    if (auto ok = expand(link); !ok) return ok;
    return to_last(Follow::yes);
  }

  [[nodiscard]] int here() const { return trail_.empty() ? root_ : trail_.back().get(); }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool wants_directory() const { return wants_directory_; }

  Place place() && {
    Place out;
    out.directory = here();
    out.name = std::move(name_);
    out.wants_directory = wants_directory_;
    if (!trail_.empty()) out.opened = std::move(trail_.back());
    return out;
  }

 private:
  /// The next component, taken off `rest_` without the slashes before it.
  std::string take_component() {
    const std::size_t begin = rest_.find_first_not_of('/');
    if (begin == std::string::npos) {
      rest_.clear();
      return {};
    }
    const std::size_t end = std::min(rest_.find('/', begin), rest_.size());
    std::string out = rest_.substr(begin, end - begin);
    rest_.erase(0, end);
    return out;
  }

  Outcome<void> enter(const std::string& name) {
    const int fd = openat_retry(here(), name.c_str(), O_PATH | O_NOFOLLOW | O_DIRECTORY, 0);
    if (fd >= 0) {
      trail_.emplace_back(fd);
      if (trail_.size() > max_trail) {
        trail_.erase(trail_.begin());
        lost_trail_ = true;
      }
      return Ok{};
    }
    if (errno != ENOTDIR && errno != ELOOP) return fail_with_errno();
    auto link = read_link(here(), name);
    if (link) return expand(*link);
    return fail(link.error() == Errno{EINVAL} ? ENOTDIR : static_cast<int>(link.error()));
  }

  Outcome<void> step_back() {
    if (trail_.size() == 1 && lost_trail_) return fail(ENAMETOOLONG);
    if (trail_.empty()) return fail(leads_outside);
    trail_.pop_back();
    return Ok{};
  }

  Outcome<void> expand(const std::string& link) {
    if (++links_ > max_links) return fail(ELOOP);
    if (link.empty()) return fail(ENOENT);
    if (link.front() == '/') return fail(leads_outside);
    if (link.size() + rest_.size() >= 2 * PATH_MAX) return fail(ENAMETOOLONG);
    rest_.insert(0, link);
    return Ok{};
  }

  int root_;
  std::vector<OwnedFd> trail_;  // the directories gone through, below root_
  bool lost_trail_ = false;     // the first of them were closed
  std::string rest_;
  std::string name_;
  int links_ = 0;
  bool wants_directory_ = false;
};

Outcome<OwnedFd> walk_open(int directory, std::string_view path, int flags, mode_t mode) {
  // A new file that must not exist is never looked for behind a link.
  const bool follows = (flags & O_NOFOLLOW) == 0 && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
  Walk walk(directory, path);
  auto at_last = walk.to_last(follows ? Follow::yes : Follow::no);
  for (;;) {
    if (!at_last) return Err(at_last.error());
    if (walk.wants_directory()) {
      if ((flags & O_CREAT) != 0) return fail(EISDIR);
      flags |= O_DIRECTORY;
    }
    const int fd = openat_retry(walk.here(), walk.name().c_str(), flags | O_NOFOLLOW, mode);
    if (fd >= 0) return OwnedFd(fd);
    if (errno != ELOOP && errno != ENOTDIR) return fail_with_errno();
    const int error = errno;
    if (!follows) return fail(error);
    auto link = read_link(walk.here(), walk.name());
    if (!link) return fail(error);
    at_last = walk.through(*link);
  }
}

std::string without_last(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash + 1));
}

/// Like Walk, but each directory is opened by the kernel from the root; the text of a link replaces the component it stands in.
Outcome<Place> kernel_place(const Sandbox& sandbox, int directory, std::string_view original, Follow follow) {
  std::string path(original);
  for (int links = 0; links <= max_links; ++links) {
    Place place;
    const std::size_t end = path.find_last_not_of('/');
    place.wants_directory = end + 1 != path.size();
    const std::string trimmed = path.substr(0, end + 1);
    const std::string parent = without_last(trimmed);
    place.name = trimmed.substr(parent.size());
    const bool is_dots = place.name == "." || place.name == "..";
    if (is_dots) place.name = ".";
    place.directory = directory;
    if (is_dots || !parent.empty()) {
      auto opened = open_below(sandbox, directory, is_dots ? trimmed : parent, O_PATH | O_DIRECTORY, 0);
      if (!opened) return Err(opened.error());
      place.opened = std::move(*opened);
      place.directory = place.opened.get();
    }
    if (is_dots || (follow == Follow::no && !place.wants_directory)) return place;
    auto link = read_link(place.directory, place.name);
    if (!link) return place;
    if (link->empty()) return fail(ENOENT);
    if (link->front() == '/') return fail(leads_outside);
    path = parent + *link + (place.wants_directory ? "/" : "");
    if (path.size() >= PATH_MAX) return fail(ENAMETOOLONG);
  }
  return fail(ELOOP);
}

}  // namespace

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) ::close(fd_);
}

Outcome<void> check_path(std::string_view path) {
  if (path.empty()) return fail(ENOENT);
  if (path.find('\0') != std::string_view::npos) return fail(EINVAL);
  if (path.size() >= PATH_MAX) return fail(ENAMETOOLONG);
  if (path.front() == '/') return fail(leads_outside);
  return Ok{};
}

Outcome<OwnedFd> open_below(const Sandbox& sandbox, int directory, std::string_view path, int flags, mode_t mode) {
  if (auto ok = check_path(path); !ok) return Err(ok.error());
  if (!sandbox.uses_openat2()) return walk_open(directory, path, flags, mode);
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | O_NOCTTY) & (std::uint64_t{1} << 32U) - 1;
  if ((flags & O_PATH) != 0) how.flags &= ~static_cast<std::uint64_t>(O_NOCTTY);  // openat2 refuses flags without a meaning
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const std::string text(path);
  for (int tries = 0; tries < max_openat2_tries; ++tries) {
    const long fd = openat2(directory, text.c_str(), how);
    if (fd >= 0) return OwnedFd(static_cast<int>(fd));
    static_assert(leads_outside == EXDEV);
    if (errno != EAGAIN) return fail_with_errno();
  }
  return walk_open(directory, path, flags, mode);
}

Outcome<Place> place_of(const Sandbox& sandbox, int directory, std::string_view path, Follow follow) {
  if (auto ok = check_path(path); !ok) return Err(ok.error());
  if (sandbox.uses_openat2()) return kernel_place(sandbox, directory, path, follow);
  Walk walk(directory, path);
  if (auto ok = walk.to_last(follow); !ok) return Err(ok.error());
  return std::move(walk).place();
}

}  // namespace wcomp::wasi::files
