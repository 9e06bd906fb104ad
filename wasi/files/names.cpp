// Operations on names below a directory.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>

#include "wasi/files/descriptor.h"
#include "wasi/files/host.h"

namespace wcomp::wasi::files {

namespace {

constexpr mode_t new_file_mode = 0666;
constexpr mode_t new_directory_mode = 0777;
/// How often a name that turns into a link meanwhile is resolved again.
constexpr int max_tries = 8;

Outcome<void> done(int n) {
  if (n < 0) return fail_with_errno();
  return Ok{};
}

Outcome<struct ::stat> stat_in(const Place& place) {
  struct ::stat s{};
  if (::fstatat(place.directory, place.name.c_str(), &s, AT_SYMLINK_NOFOLLOW) != 0) return fail_with_errno();
  return s;
}

/// A name that ends in a slash and is there must be a directory.
Outcome<void> check_directory(const Place& place) {
  if (!place.wants_directory) return Ok{};
  auto s = stat_in(place);
  if (!s) return Err(s.error());
  if (!S_ISDIR(s->st_mode)) return fail(ENOTDIR);
  return Ok{};
}

/// A name with a slash cannot become a file or a link: says why.
Outcome<void> check_new_name(const Place& place) {
  if (auto ok = check_directory(place); !ok) return ok;
  if (place.wants_directory) return fail(EEXIST);
  return Ok{};
}

int open_flags(const OpenHow& how) {
  int flags = how.write ? (how.read ? O_RDWR : O_WRONLY) : O_RDONLY;
  if (how.follow == Follow::no) flags |= O_NOFOLLOW;
  if (how.create) flags |= O_CREAT;
  if (how.exclusive) flags |= O_EXCL;
  if (how.truncate) flags |= O_TRUNC;
  if (how.directory) flags |= O_DIRECTORY;
  if (how.sync) flags |= O_SYNC;
  if (how.data_sync) flags |= O_DSYNC;
  if (how.read_sync) flags |= O_RSYNC;
  return flags | O_NONBLOCK;  // neither opening nor using a FIFO waits
}

/// Whether the name is now a device or a socket: opening one may do something (rewind a tape, arm a watchdog). Anything else that is wrong
/// with the name, opening it says.
bool is_never_opened(const Sandbox& sandbox, int directory, std::string_view path, Follow follow) {
  auto seen = open_below(sandbox, directory, path, O_PATH | (follow == Follow::no ? O_NOFOLLOW : 0), 0);
  struct ::stat s{};
  if (!seen || ::fstat(seen->get(), &s) != 0) return false;
  return S_ISCHR(s.st_mode) || S_ISBLK(s.st_mode) || S_ISSOCK(s.st_mode);
}

}  // namespace

Outcome<Place> Descriptor::place(const char* operation, std::string_view path, Follow follow) const {
  if (!is_directory()) return fail(ENOTDIR);
  auto out = place_of(slot_.sandbox(), fd_, path, follow);
  if (!out) return refuse(operation, path, out.error());
  return out;
}

Outcome<Place> Descriptor::place_to_mutate(const char* operation, std::string_view path) const {
  if (!is_directory()) return fail(ENOTDIR);
  const std::size_t end = path.find_last_not_of('/');
  const bool has_slash = end != std::string_view::npos && end + 1 != path.size();
  auto out = place(operation, has_slash ? path.substr(0, end + 1) : path, Follow::no);
  if (!out) return out;
  if (!can_mutate_) return refuse(operation, path, Errno{EROFS});
  out->wants_directory = has_slash;
  return out;
}

Outcome<Descriptor> Descriptor::open_at(std::string_view path, const OpenHow& how) const {
  if (!is_directory()) return fail(ENOTDIR);
  if (how.directory && (how.create || how.exclusive || how.truncate)) return fail(EINVAL);
  const bool changes = how.write || how.create || how.truncate || how.mutate_directory;
  if (changes && !can_mutate_) {
    // What lies outside is not a matter of this grant's access.
    if (auto somewhere = place("open-at", path, Follow::no); !somewhere) return Err(somewhere.error());
    return refuse("open-at", path, Errno{EROFS});
  }
  auto slot = Slot::take(slot_.shared());
  if (!slot) return Err(slot.error());
  if (!how.directory && !(how.create && how.exclusive) && is_never_opened(slot_.sandbox(), fd_, path, how.follow)) {
    refuse_ever("open-at", path);
    return fail(EPERM);
  }
  auto fd = open_below(slot_.sandbox(), fd_, path, open_flags(how), new_file_mode);
  if (!fd) return refuse("open-at", path, fd.error());
  auto type = type_if_allowed(fd->get());
  if (!type) {
    if (type.error() == Errno{EPERM}) refuse_ever("open-at", path);
    return Err(type.error());
  }

  Descriptor out(std::move(*slot), fd->release());
  out.root_ = root_;
  out.below_ = below_.empty() ? std::string(path) : below_ + "/" + std::string(path);
  out.type_ = *type;
  out.how_ = how;
  out.can_read_ = how.read || !how.write;
  out.can_write_ = how.write && *type != Type::directory;
  out.can_mutate_ = can_mutate_;
  return out;
}

Outcome<Stat> Descriptor::stat_at(std::string_view path, Follow follow) const {
  for (int tries = 0; tries < max_tries; ++tries) {
    auto where = place("stat-at", path, follow);
    if (!where) return Err(where.error());
    auto s = stat_in(*where);
    if (!s) return Err(s.error());
    if (S_ISLNK(s->st_mode) && (follow == Follow::yes || where->wants_directory)) continue;
    if (where->wants_directory && !S_ISDIR(s->st_mode)) return fail(ENOTDIR);
    return stat_of(*s);
  }
  return fail(ELOOP);
}

Outcome<void> Descriptor::set_times_at(std::string_view path, Follow follow, NewTime access, NewTime modification) const {
  auto where = place("set-times-at", path, follow);
  if (!where) return Err(where.error());
  if (!can_mutate_) return refuse("set-times-at", path, Errno{EROFS});
  auto pair = times_of(access, modification);
  if (!pair) return Err(pair.error());
  if (auto ok = check_directory(*where); !ok) return ok;
  return done(::utimensat(where->directory, where->name.c_str(), pair->times, AT_SYMLINK_NOFOLLOW));
}

Outcome<std::string> Descriptor::readlink_at(std::string_view path) const {
  auto where = place("readlink-at", path, Follow::no);
  if (!where) return Err(where.error());
  std::string text(PATH_MAX, '\0');
  const ssize_t n = ::readlinkat(where->directory, where->name.c_str(), text.data(), text.size());
  if (n < 0) return fail_with_errno();
  if (static_cast<std::size_t>(n) >= text.size()) return fail(ENAMETOOLONG);
  text.resize(static_cast<std::size_t>(n));
  // Where something lies on the host is none of the guest's business.
  if (!text.empty() && text.front() == '/') {
    refuse_ever("readlink-at", path);
    return fail(EPERM);
  }
  return text;
}

Outcome<void> Descriptor::create_directory_at(std::string_view path) const {
  auto where = place_to_mutate("create-directory-at", path);
  if (!where) return Err(where.error());
  return done(::mkdirat(where->directory, where->name.c_str(), new_directory_mode));
}

Outcome<void> Descriptor::remove_directory_at(std::string_view path) const {
  auto where = place_to_mutate("remove-directory-at", path);
  if (!where) return Err(where.error());
  return done(::unlinkat(where->directory, where->name.c_str(), AT_REMOVEDIR));
}

Outcome<void> Descriptor::unlink_file_at(std::string_view path) const {
  auto where = place_to_mutate("unlink-file-at", path);
  if (!where) return Err(where.error());
  if (auto ok = check_directory(*where); !ok) return ok;
  return done(::unlinkat(where->directory, where->name.c_str(), 0));
}

Outcome<void> Descriptor::rename_at(std::string_view from, const Descriptor& to_directory, std::string_view to) const {
  auto source = place_to_mutate("rename-at", from);
  if (!source) return Err(source.error());
  auto target = to_directory.place_to_mutate("rename-at", to);
  if (!target) return Err(target.error());
  if (source->wants_directory || target->wants_directory) {
    auto s = stat_in(*source);
    if (!s) return Err(s.error());
    if (!S_ISDIR(s->st_mode)) return fail(ENOTDIR);
  }
  return done(::renameat(source->directory, source->name.c_str(), target->directory, target->name.c_str()));
}

Outcome<void> Descriptor::link_at(std::string_view from, Follow follow, const Descriptor& to_directory, std::string_view to) const {
  if (follow == Follow::yes) return fail(EINVAL);
  // The new name would allow what the old one did not: both sides must be mutable.
  auto source = place_to_mutate("link-at", from);
  if (!source) return Err(source.error());
  auto target = to_directory.place_to_mutate("link-at", to);
  if (!target) return Err(target.error());
  if (auto ok = check_directory(*source); !ok) return ok;
  if (auto ok = check_new_name(*target); !ok) return ok;
  return done(::linkat(source->directory, source->name.c_str(), target->directory, target->name.c_str(), 0));
}

Outcome<void> Descriptor::symlink_at(std::string_view target, std::string_view path) const {
  if (!is_directory()) return fail(ENOTDIR);
  if (auto ok = check_path(target); !ok) {
    if (ok.error() != Errno{leads_outside}) return ok;
    refuse_ever("symlink-at", target);
    return fail(EPERM);
  }
  auto where = place_to_mutate("symlink-at", path);
  if (!where) return Err(where.error());
  if (auto ok = check_new_name(*where); !ok) return ok;
  return done(::symlinkat(std::string(target).c_str(), where->directory, where->name.c_str()));
}

}  // namespace wcomp::wasi::files
