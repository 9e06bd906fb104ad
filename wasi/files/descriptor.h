// Files and directories of the host in a guest's hands: what wasi:filesystem 0.2 and preview 1's path_* and fd_* are both written on.
//
// A descriptor is an open file of the host together with what may be done through it. A directory is the root of every name that is used
// with it: a name is resolved inside, by openat2 with RESOLVE_BENEATH or, where the kernel has no openat2 or a filter forbids it, one
// component after the other without ever following a link (wasi/files/resolve.h). No decision is taken on the text of a path. An operation
// that has no openat2 form opens the directory of the last component and acts on that component with an *at call that follows nothing.
//
// Whatever leads outside (`..`, absolute names, links) is EPERM and is told to the sandbox's listener. Rights never widen: a descriptor opened
// from another can do at most what the other could. Regular files, directories and FIFOs are opened; devices, sockets and everything of a
// /proc file system, which reaches into this process, are EPERM. The type is looked at before anything is opened, because opening a device may
// do something, and again afterwards: a name that somebody else made a device in between is opened and closed, but never used. A FIFO is
// opened without waiting for its other end, and used without waiting: EAGAIN, for the layers above to wait until the guest is interrupted.
//
// Everything is close-on-exec. Names are bytes; the layers above deal with UTF-8. An empty name is ENOENT, one with a NUL byte EINVAL, an
// absolute one EPERM. A trailing slash asks for a directory, following a link as `.` after it would.
// Thread safety: a Descriptor may be used by one thread at a time.
#pragma once

#include <sys/uio.h>

#include <ctime>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wasi/files/resolve.h"
#include "wasi/files/sandbox.h"

namespace wcomp::wasi::files {

/// In the order of wasi:filesystem's `descriptor-type`.
enum class Type : std::uint8_t { unknown, block_device, character_device, directory, fifo, symbolic_link, regular_file, socket };

/// In the order of `advice` in both WASIs.
enum class Advice : std::uint8_t { normal, sequential, random, will_need, dont_need, no_reuse };

struct Stat {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  Type type = Type::unknown;
  std::uint64_t links = 0;
  std::uint64_t size = 0;
  timespec access{};
  timespec modification{};
  timespec change{};
};

/// A timestamp to set.
struct NewTime {
  enum class Kind : std::uint8_t { no_change, now, at };
  Kind kind = Kind::no_change;
  timespec time{};  ///< for `at`; nanoseconds of a second or more are EINVAL
};

struct OpenHow {
  Follow follow = Follow::yes;  ///< of the last component; `no` on a symbolic link is ELOOP
  bool create = false;
  bool directory = false;  ///< fail with ENOTDIR unless it is one; with create, exclusive or truncate EINVAL
  bool exclusive = false;
  bool truncate = false;
  bool read = false;   ///< neither read nor write: read
  bool write = false;
  bool mutate_directory = false;  ///< ask for it; directories have it if the directory they were opened from has it
  bool sync = false;
  bool data_sync = false;
  bool read_sync = false;
};

struct Entry {
  std::string name;
  Type type = Type::unknown;
  std::uint64_t inode = 0;
};

/// The entries of one directory, without `.` and `..`.
class DirectoryStream {
 public:
  DirectoryStream(DirectoryStream&& other) noexcept;
  DirectoryStream& operator=(DirectoryStream&& other) noexcept;
  ~DirectoryStream();
  /// The next entry; nothing at the end.
  [[nodiscard]] Outcome<std::optional<Entry>> next();
  /// Back to the first entry, with what is there now.
  void rewind();

 private:
  friend class Descriptor;
  struct State;
  explicit DirectoryStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One of the descriptors that a sandbox lets its guest hold.
class Slot {
 public:
  Slot() = default;
  Slot(Slot&& other) noexcept : sandbox_(std::move(other.sandbox_)) {}
  Slot& operator=(Slot&& other) noexcept;
  ~Slot() { release(); }
  /// EMFILE when all are taken.
  [[nodiscard]] static Outcome<Slot> take(std::shared_ptr<Sandbox> sandbox);
  [[nodiscard]] Sandbox& sandbox() const { return *sandbox_; }
  [[nodiscard]] const std::shared_ptr<Sandbox>& shared() const { return sandbox_; }

 private:
  void release();
  std::shared_ptr<Sandbox> sandbox_;  // owners: the context and its descriptors; null: moved from
};

/// A granted directory, as messages name it.
struct Root {
  std::string host;
  std::string guest;
};

class Descriptor {
 public:
  /// Opens a directory of the host as a root. ENOTDIR if it is none; EPERM for a /proc file system.
  /// `guest` is only for messages: it is what `Denial::subject` begins with.
  [[nodiscard]] static Outcome<Descriptor> open_root(std::shared_ptr<Sandbox> sandbox, const char* host, std::string guest, DirAccess access);

  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  /// A second descriptor of the same open file, with the same rights.
  [[nodiscard]] Outcome<Descriptor> duplicate() const;

  [[nodiscard]] Type type() const { return type_; }
  [[nodiscard]] bool is_directory() const { return type_ == Type::directory; }
  /// Whether reads and writes have a position: regular files.
  [[nodiscard]] bool is_seekable() const { return type_ == Type::regular_file; }
  [[nodiscard]] bool can_read() const { return can_read_; }
  /// Files: opened for writing. Directories: never.
  [[nodiscard]] bool can_write() const { return can_write_; }
  /// Whether something below the directory, or the file's times, may be changed: the grant is not read-only.
  [[nodiscard]] bool can_mutate() const { return can_mutate_; }
  /// The flags it was opened with that concern synchronization.
  [[nodiscard]] bool is_sync() const { return how_.sync; }
  [[nodiscard]] bool is_data_sync() const { return how_.data_sync; }
  [[nodiscard]] bool is_read_sync() const { return how_.read_sync; }
  /// What the grant was called, for messages.
  [[nodiscard]] const Root& root() const { return *root_; }
  /// The host's number, for polling. Not to be closed, and nothing to be opened by it.
  [[nodiscard]] int host_fd() const { return fd_; }

  // Contents. On a directory EISDIR for reads and writes; without the right EBADF. More than IOV_MAX vectors: the first ones.
  /// One preadv (readv where there are no positions); 0 bytes: the end, or nothing was asked for. Offsets past i64 are EINVAL.
  [[nodiscard]] Outcome<std::size_t> read(std::span<const iovec> into, std::uint64_t offset) const;
  /// One pwritev (writev); may write less.
  [[nodiscard]] Outcome<std::size_t> write(std::span<const iovec> from, std::uint64_t offset) const;
  /// The same at the end, wherever that is by then.
  [[nodiscard]] Outcome<std::size_t> append(std::span<const iovec> from) const;
  [[nodiscard]] Outcome<void> advise(std::uint64_t offset, std::uint64_t length, Advice advice) const;
  /// Makes sure that there is room; grows the file to offset + length.
  [[nodiscard]] Outcome<void> allocate(std::uint64_t offset, std::uint64_t length) const;
  [[nodiscard]] Outcome<void> set_size(std::uint64_t size) const;

  [[nodiscard]] Outcome<void> sync() const;
  [[nodiscard]] Outcome<void> sync_data() const;
  [[nodiscard]] Outcome<Stat> stat() const;
  [[nodiscard]] Outcome<void> set_times(NewTime access, NewTime modification) const;

  // Names below a directory; on anything else ENOTDIR.
  [[nodiscard]] Outcome<Descriptor> open_at(std::string_view path, const OpenHow& how) const;
  [[nodiscard]] Outcome<Stat> stat_at(std::string_view path, Follow follow) const;
  [[nodiscard]] Outcome<void> set_times_at(std::string_view path, Follow follow, NewTime access, NewTime modification) const;
  /// The text of a link; EPERM if it is absolute.
  [[nodiscard]] Outcome<std::string> readlink_at(std::string_view path) const;
  [[nodiscard]] Outcome<void> create_directory_at(std::string_view path) const;
  [[nodiscard]] Outcome<void> remove_directory_at(std::string_view path) const;
  [[nodiscard]] Outcome<void> unlink_file_at(std::string_view path) const;
  [[nodiscard]] Outcome<void> rename_at(std::string_view from, const Descriptor& to_directory, std::string_view to) const;
  /// `follow` is EINVAL: what a link leads to is opened, not linked.
  [[nodiscard]] Outcome<void> link_at(std::string_view from, Follow follow, const Descriptor& to_directory, std::string_view to) const;
  /// Makes the link `path`, whose text is `target`. An absolute target is EPERM; a relative one may be anything, following it is checked.
  [[nodiscard]] Outcome<void> symlink_at(std::string_view target, std::string_view path) const;
  [[nodiscard]] Outcome<DirectoryStream> entries() const;

 private:
  Descriptor(Slot slot, int fd) : slot_(std::move(slot)), fd_(fd) {}

  /// Calls the sandbox's listener if `e` is `leads_outside` or EROFS, and gives the error as the guest sees it.
  [[nodiscard]] Err<Errno> refuse(const char* operation, std::string_view path, Errno e) const;
  /// Tells the listener of something that no grant allows.
  void refuse_ever(const char* operation, std::string_view path) const;
  [[nodiscard]] Outcome<Place> place(const char* operation, std::string_view path, Follow follow) const;
  /// The place of a name to be made, changed or removed: EROFS if the grant forbids that; no link in the last component is followed.
  [[nodiscard]] Outcome<Place> place_to_mutate(const char* operation, std::string_view path) const;

  Slot slot_;
  int fd_ = -1;
  std::shared_ptr<const Root> root_;  // owners: the descriptors opened below it
  std::string below_;                 // the path from there, as it was asked for: only for messages
  Type type_ = Type::unknown;
  OpenHow how_;
  bool can_read_ = false;
  bool can_write_ = false;
  bool can_mutate_ = false;
};

}  // namespace wcomp::wasi::files
