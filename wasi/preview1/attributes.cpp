// What descriptors and files are like: sizes, times, flags, rights, preopened names.
#include <algorithm>

#include "wasi/preview1/functions.h"

namespace wcomp::wasi::preview1 {

namespace {

constexpr std::uint64_t second = 1'000'000'000;

/// Times before 1970 have no number in preview 1.
std::uint64_t timestamp(const timespec& t) {
  if (t.tv_sec < 0) return 0;
  std::uint64_t out = 0;
  if (__builtin_mul_overflow(static_cast<std::uint64_t>(t.tv_sec), second, &out) || __builtin_add_overflow(out, static_cast<std::uint64_t>(t.tv_nsec), &out)) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  return out;
}

/// Where `filestat`'s fields lie: in the unstable snapshot the number of links is 32 bits, so that all after it comes earlier.
struct FilestatLayout {
  std::uint32_t bytes, nlink, size, atim, mtim, ctim;
};
FilestatLayout filestat_layout(Snapshot s) {
  return s == Snapshot::unstable ? FilestatLayout{.bytes = 56, .nlink = 20, .size = 24, .atim = 32, .mtim = 40, .ctim = 48}
                                 : FilestatLayout{.bytes = 64, .nlink = 24, .size = 32, .atim = 40, .mtim = 48, .ctim = 56};
}
Checked<std::span<std::uint8_t>> filestat_at(const Call& call, Ptr ptr) { return call.memory.slice(ptr, filestat_layout(call.snapshot).bytes); }

void put_filestat(Snapshot snapshot, std::span<std::uint8_t> out, const files::Stat& stat, Filetype type) {
  const FilestatLayout at = filestat_layout(snapshot);
  std::ranges::fill(out, std::uint8_t{0});
  put(out, 0, stat.device);
  put(out, 8, stat.inode);
  put(out, 16, static_cast<std::uint8_t>(type));
  if (snapshot == Snapshot::unstable) put(out, at.nlink, static_cast<std::uint32_t>(std::min<std::uint64_t>(stat.links, 0xffff'ffff)));
  else put(out, at.nlink, stat.links);
  put(out, at.size, stat.size);
  put(out, at.atim, timestamp(stat.access));
  put(out, at.mtim, timestamp(stat.modification));
  put(out, at.ctim, timestamp(stat.change));
}

struct NewTimes {
  files::NewTime access, modification;
};
Checked<NewTimes> new_times(std::uint64_t atim, std::uint64_t mtim, std::uint32_t flags) {
  const auto one = [flags](std::uint64_t value, std::uint32_t set, std::uint32_t now) -> Checked<files::NewTime> {
    if ((flags & set) != 0 && (flags & now) != 0) return Err(Errno::inval);
    if ((flags & now) != 0) return files::NewTime{.kind = files::NewTime::Kind::now, .time = {}};
    if ((flags & set) == 0) return files::NewTime{};
    const timespec time{.tv_sec = static_cast<time_t>(value / second), .tv_nsec = static_cast<long>(value % second)};
    return files::NewTime{.kind = files::NewTime::Kind::at, .time = time};
  };
  if ((flags & ~fstflag::all) != 0) return Err(Errno::inval);
  WCOMP_TRY(const files::NewTime access, one(atim, fstflag::atim, fstflag::atim_now));
  WCOMP_TRY(const files::NewTime modification, one(mtim, fstflag::mtim, fstflag::mtim_now));
  return NewTimes{access, modification};
}

/// A flag word as the guest passed it.
Checked<files::Follow> follow_of(std::uint32_t flags) {
  if ((flags & ~lookupflag::all) != 0) return Err(Errno::inval);
  return (flags & lookupflag::symlink_follow) != 0 ? files::Follow::yes : files::Follow::no;
}

}  // namespace

Reply fd_advise(Call& call, Fd fd, std::uint64_t offset, std::uint64_t len, std::uint32_t advice) {
  if (advice > static_cast<std::uint32_t>(files::Advice::no_reuse)) return Err(Errno::inval);
  WCOMP_TRY(OpenFile* const file, call.descriptors().find_file(fd, 0));
  if (file->file() == nullptr || !file->file()->is_seekable()) return Err(Errno::spipe);
  WCOMP_TRY(call.descriptors().find(fd, right::fd_advise));
  return checked(file->file()->advise(offset, len, static_cast<files::Advice>(advice)));
}

Reply fd_allocate(Call& call, Fd fd, std::uint64_t offset, std::uint64_t len) {
  WCOMP_TRY(OpenFile* const file, call.descriptors().find_file(fd, 0));
  if (file->file() == nullptr || !file->file()->is_seekable()) return Err(Errno::spipe);
  WCOMP_TRY(call.descriptors().find(fd, right::fd_allocate));
  return checked(file->file()->allocate(offset, len));
}

Reply fd_close(Call& call, Fd fd) { return call.descriptors().close(fd); }
Reply fd_renumber(Call& call, Fd fd, Fd to) { return call.descriptors().renumber(fd, to); }

Reply fd_datasync(Call& call, Fd fd) {
  WCOMP_TRY(OpenFile* const file, call.descriptors().find(fd, right::fd_datasync));
  return file->file() == nullptr ? Reply() : checked(file->file()->sync_data());
}
Reply fd_sync(Call& call, Fd fd) {
  WCOMP_TRY(OpenFile* const file, call.descriptors().find(fd, right::fd_sync));
  return file->file() == nullptr ? Reply() : checked(file->file()->sync());
}

Reply fd_fdstat_get(Call& call, Fd fd, Ptr stat) {
  WCOMP_TRY(OpenFile* const file, call.descriptors().find(fd));
  WCOMP_TRY(const auto out, call.memory.slice(stat, 24));
  std::ranges::fill(out, std::uint8_t{0});
  put(out, 0, static_cast<std::uint8_t>(file->filetype()));
  put(out, 2, file->flags);
  put(out, 8, file->base);
  put(out, 16, file->inheriting);
  return {};
}

/// Whether to append and to wait can be changed; how writes are synchronized is decided when a file is opened.
Reply fd_fdstat_set_flags(Call& call, Fd fd, std::uint32_t flags) {
  constexpr Fdflags fixed = fdflag::dsync | fdflag::rsync | fdflag::sync;
  WCOMP_TRY(OpenFile* const file, call.descriptors().find_file(fd, right::fd_fdstat_set_flags));
  if ((flags & ~std::uint32_t{fdflag::all}) != 0) return Err(Errno::inval);
  if ((flags & fixed) != (file->flags & fixed)) return Err(Errno::inval);
  file->flags = static_cast<Fdflags>(flags);
  return {};
}

Reply fd_fdstat_set_rights(Call& call, Fd fd, Rights base, Rights inheriting) {
  WCOMP_TRY(OpenFile* const file, call.descriptors().find(fd));
  if ((base & ~file->base) != 0 || (inheriting & ~file->inheriting) != 0) return Err(Errno::notcapable);
  file->base = base;
  file->inheriting = inheriting;
  return {};
}

Reply fd_filestat_get(Call& call, Fd fd, Ptr buf) {
  WCOMP_TRY(OpenFile* const file, call.descriptors().find(fd, right::fd_filestat_get));
  WCOMP_TRY(const auto out, filestat_at(call, buf));
  files::Stat stat;
  if (file->file() != nullptr) {
    WCOMP_TRY(stat, checked(file->file()->stat()));
  }
  put_filestat(call.snapshot, out, stat, file->filetype());
  return {};
}

Reply fd_filestat_set_size(Call& call, Fd fd, std::uint64_t size) {
  WCOMP_TRY(OpenFile* const file, call.descriptors().find_file(fd, right::fd_filestat_set_size));
  if (file->file() == nullptr) return Err(Errno::inval);
  return checked(file->file()->set_size(size));
}

Reply fd_filestat_set_times(Call& call, Fd fd, std::uint64_t atim, std::uint64_t mtim, std::uint32_t fst_flags) {
  WCOMP_TRY(const NewTimes times, new_times(atim, mtim, fst_flags));
  WCOMP_TRY(OpenFile* const file, call.descriptors().find(fd));
  if (file->file() == nullptr) return Err(Errno::badf);
  WCOMP_TRY(call.descriptors().find(fd, right::fd_filestat_set_times));
  return checked(file->file()->set_times(times.access, times.modification));
}

Reply fd_prestat_get(Call& call, Fd fd, Ptr buf) {
  call.system.context->tell_if_no_directories();
  WCOMP_TRY(OpenFile* const file, call.descriptors().find(fd));
  if (!file->preopen) return Err(Errno::badf);
  WCOMP_TRY(const auto out, call.memory.slice(buf, 8));
  put(out, 0, std::uint32_t{0});  // preopentype::dir
  put(out, 4, static_cast<Size>(file->preopen->size()));
  return {};
}

Reply fd_prestat_dir_name(Call& call, Fd fd, Ptr path, Size path_len) {
  WCOMP_TRY(OpenFile* const file, call.descriptors().find(fd));
  if (!file->preopen) return Err(Errno::badf);
  if (path_len < file->preopen->size()) return Err(Errno::nametoolong);
  WCOMP_TRY(const auto out, call.memory.slice(path, file->preopen->size()));
  std::ranges::copy(*file->preopen, out.begin());
  return {};
}

Reply path_filestat_get(Call& call, Fd fd, std::uint32_t flags, Ptr path, Size path_len, Ptr buf) {
  WCOMP_TRY(const files::Follow follow, follow_of(flags));
  WCOMP_TRY(OpenFile* const directory, call.descriptors().find_directory(fd, right::path_filestat_get));
  WCOMP_TRY(const std::string_view name, get_string(call.memory, path, path_len));
  WCOMP_TRY(const auto out, filestat_at(call, buf));
  WCOMP_TRY(const files::Stat stat, checked(directory->file()->stat_at(name, follow)));
  put_filestat(call.snapshot, out, stat, filetype_of(stat.type));
  return {};
}

Reply path_filestat_set_times(Call& call, Fd fd, std::uint32_t flags, Ptr path, Size path_len, std::uint64_t atim, std::uint64_t mtim,
                              std::uint32_t fst_flags) {
  WCOMP_TRY(const files::Follow follow, follow_of(flags));
  WCOMP_TRY(const NewTimes times, new_times(atim, mtim, fst_flags));
  WCOMP_TRY(OpenFile* const directory, call.descriptors().find_directory(fd, right::path_filestat_set_times));
  WCOMP_TRY(const std::string_view name, get_string(call.memory, path, path_len));
  return checked(directory->file()->set_times_at(name, follow, times.access, times.modification));
}

}  // namespace wcomp::wasi::preview1
