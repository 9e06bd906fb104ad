// Names below directories: opening, listing, making, moving, removing. What a name may lead to is decided in wasi/files.
#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "wasi/preview1/functions.h"

namespace wcomp::wasi::preview1 {

namespace {

/// A directory and a name in it.
struct Named {
  OpenFile* directory;
  std::string_view name;
};
Checked<Named> find_named(Call& call, Fd fd, Rights needed, Ptr path, Size path_len) {
  WCOMP_TRY(OpenFile* const directory, call.descriptors().find_directory(fd, needed));
  WCOMP_TRY(const std::string_view name, get_string(call.memory, path, path_len));
  return Named{directory, name};
}

constexpr Rights meaningful = right::all_for(right::file | right::directory);

/// The rights over the directory that `path_open` needs.
Rights needed_to_open(std::uint32_t oflags, std::uint32_t fdflags) {
  Rights out = right::path_open;
  if ((oflags & oflag::creat) != 0) out |= right::path_create_file;
  if ((oflags & oflag::trunc) != 0) out |= right::path_filestat_set_size;
  if ((fdflags & fdflag::dsync) != 0) out |= right::fd_datasync;
  if ((fdflags & (fdflag::rsync | fdflag::sync)) != 0) out |= right::fd_sync;
  return out;
}

}  // namespace

Reply path_open(Call& call, Fd fd, std::uint32_t dirflags, Ptr path, Size path_len, std::uint32_t oflags, Rights base, Rights inheriting, std::uint32_t fdflags,
                Ptr opened_fd) {
  if ((dirflags & ~lookupflag::all) != 0 || (oflags & ~oflag::all) != 0 || (fdflags & ~std::uint32_t{fdflag::all}) != 0) return Err(Errno::inval);
  WCOMP_TRY(const Named at, find_named(call, fd, needed_to_open(oflags, fdflags), path, path_len));
  WCOMP_TRY(const auto out, Out<Fd>::at(call.memory, opened_fd));
  // Rights that no file and no directory has are asked for by those who ask for all of them.
  base &= meaningful;
  inheriting &= meaningful;
  if (((base | inheriting) & ~at.directory->inheriting) != 0) return Err(Errno::notcapable);
  const files::OpenHow how{
      .follow = (dirflags & lookupflag::symlink_follow) != 0 ? files::Follow::yes : files::Follow::no,
      .create = (oflags & oflag::creat) != 0,
      .directory = (oflags & oflag::directory) != 0,
      .exclusive = (oflags & oflag::excl) != 0,
      .truncate = (oflags & oflag::trunc) != 0,
      .read = (base & right::fd_read) != 0,
      .write = (base & right::fd_write) != 0,
      .mutate_directory = false,
      .sync = (fdflags & fdflag::sync) != 0,
      .data_sync = (fdflags & fdflag::dsync) != 0,
      .read_sync = (fdflags & fdflag::rsync) != 0,
  };
  WCOMP_TRY(files::Descriptor opened, checked(at.directory->file()->open_at(at.name, how)));
  OpenFile file{.object = std::move(opened), .base = base, .inheriting = inheriting, .flags = static_cast<Fdflags>(fdflags), .preopen = {}, .listing = {}};
  if (file.is_directory()) {
    file.base &= right::all_for(right::directory);
  } else {
    // What changes a file's size is done through a file that is open for writing.
    file.base &= right::all_for(right::file) & (how.write ? ~Rights{0} : ~(right::fd_allocate | right::fd_filestat_set_size));
    file.inheriting = 0;
  }
  out.set(call.descriptors().add(std::move(file)));
  return {};
}

namespace {

/// Makes sure that `listing.entries` reaches up to index `wanted`; false if the directory ends before.
Checked<bool> reach(DirectoryListing& listing, std::uint64_t wanted) {
  while (listing.entries.size() <= wanted) {
    if (listing.is_at_end) return false;
    WCOMP_TRY(auto entry, checked(listing.stream.next()));
    if (!entry) {
      listing.is_at_end = true;
      return false;
    }
    // A name that is no UTF-8 cannot be given to the guest, nor used by it; an error would hide all that come after it.
    if (is_utf8(entry->name)) listing.entries.push_back(*std::move(entry));
  }
  return true;
}

Reply start_listing(OpenFile& directory) {
  if (!directory.listing) {
    WCOMP_TRY(auto stream, checked(directory.file()->entries()));
    directory.listing.emplace(DirectoryListing{std::move(stream), {}, false});
  } else {
    directory.listing->stream.rewind();
    directory.listing->entries.clear();
    directory.listing->is_at_end = false;
  }
  // The directory itself and the one above come first. What lies above is not the guest's to know: it gets the same number.
  WCOMP_TRY(const files::Stat stat, checked(directory.file()->stat()));
  for (const char* name : {".", ".."}) directory.listing->entries.push_back({.name = name, .type = files::Type::directory, .inode = stat.inode});
  return {};
}

}  // namespace

Reply fd_readdir(Call& call, Fd fd, Ptr buf, Size buf_len, std::uint64_t cookie, Ptr bufused) {
  constexpr std::size_t header = 24;
  WCOMP_TRY(OpenFile* const directory, call.descriptors().find_directory(fd, right::fd_readdir));
  WCOMP_TRY(const auto out, call.memory.slice(buf, buf_len));
  WCOMP_TRY(const auto used, Out<Size>::at(call.memory, bufused));
  if (cookie == 0 || !directory->listing) WCOMP_TRY(start_listing(*directory));
  std::size_t at = 0;
  for (std::uint64_t i = cookie; at < out.size(); ++i) {
    WCOMP_TRY(const bool is_there, reach(*directory->listing, i));
    if (!is_there) break;
    const files::Entry& entry = directory->listing->entries[i];
    std::uint8_t record[header] = {};
    put(std::span(record), 0, i + 1);
    put(std::span(record), 8, entry.inode);
    put(std::span(record), 16, static_cast<std::uint32_t>(entry.name.size()));
    put(std::span(record), 20, static_cast<std::uint8_t>(filetype_of(entry.type)));
    // The last entry is cut off where the buffer ends: that it is full tells the guest that there may be more.
    const auto append = [&](std::span<const std::uint8_t> bytes) {
      const std::size_t n = std::min(bytes.size(), out.size() - at);
      std::copy_n(bytes.begin(), n, out.begin() + static_cast<std::ptrdiff_t>(at));
      at += n;
    };
    append(record);
    append(wcomp::as_bytes(entry.name));
  }
  used.set(static_cast<Size>(at));
  return {};
}

Reply path_create_directory(Call& call, Fd fd, Ptr path, Size path_len) {
  WCOMP_TRY(const Named at, find_named(call, fd, right::path_create_directory, path, path_len));
  return checked(at.directory->file()->create_directory_at(at.name));
}

Reply path_remove_directory(Call& call, Fd fd, Ptr path, Size path_len) {
  WCOMP_TRY(const Named at, find_named(call, fd, right::path_remove_directory, path, path_len));
  return checked(at.directory->file()->remove_directory_at(at.name));
}

Reply path_unlink_file(Call& call, Fd fd, Ptr path, Size path_len) {
  WCOMP_TRY(const Named at, find_named(call, fd, right::path_unlink_file, path, path_len));
  return checked(at.directory->file()->unlink_file_at(at.name));
}

Reply path_link(Call& call, Fd old_fd, std::uint32_t old_flags, Ptr old_path, Size old_path_len, Fd new_fd, Ptr new_path, Size new_path_len) {
  if ((old_flags & ~lookupflag::all) != 0) return Err(Errno::inval);
  WCOMP_TRY(const Named from, find_named(call, old_fd, right::path_link_source, old_path, old_path_len));
  WCOMP_TRY(const Named to, find_named(call, new_fd, right::path_link_target, new_path, new_path_len));
  const files::Follow follow = (old_flags & lookupflag::symlink_follow) != 0 ? files::Follow::yes : files::Follow::no;
  return checked(from.directory->file()->link_at(from.name, follow, *to.directory->file(), to.name));
}

Reply path_rename(Call& call, Fd fd, Ptr old_path, Size old_path_len, Fd new_fd, Ptr new_path, Size new_path_len) {
  WCOMP_TRY(const Named from, find_named(call, fd, right::path_rename_source, old_path, old_path_len));
  WCOMP_TRY(const Named to, find_named(call, new_fd, right::path_rename_target, new_path, new_path_len));
  return checked(from.directory->file()->rename_at(from.name, *to.directory->file(), to.name));
}

Reply path_symlink(Call& call, Ptr old_path, Size old_path_len, Fd fd, Ptr new_path, Size new_path_len) {
  WCOMP_TRY(const Named at, find_named(call, fd, right::path_symlink, new_path, new_path_len));
  WCOMP_TRY(const std::string_view target, get_string(call.memory, old_path, old_path_len));
  return checked(at.directory->file()->symlink_at(target, at.name));
}

Reply path_readlink(Call& call, Fd fd, Ptr path, Size path_len, Ptr buf, Size buf_len, Ptr bufused) {
  WCOMP_TRY(const Named at, find_named(call, fd, right::path_readlink, path, path_len));
  WCOMP_TRY(const auto out, call.memory.slice(buf, buf_len));
  WCOMP_TRY(const auto used, Out<Size>::at(call.memory, bufused));
  WCOMP_TRY(const std::string text, checked(at.directory->file()->readlink_at(at.name)));
  const std::size_t n = std::min(text.size(), out.size());
  std::copy_n(text.begin(), n, out.begin());
  used.set(static_cast<Size>(n));
  return {};
}

}  // namespace wcomp::wasi::preview1
