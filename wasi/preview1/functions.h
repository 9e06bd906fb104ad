// The functions of preview 1, one C++ function each, named as there. functions.def has their core signatures; modules.cpp puts them in
// front of guests.
//
// Parameters are what the guest passed, unchecked. A function checks first everything it is going to read and write, then acts, so that
// a bad pointer loses no data. Pointers are into `call.memory`; results go through the last parameters. Numbers that are out of range of an
// enumeration and unknown flags are `inval`, strings that are not UTF-8 `ilseq`, memory that is not there `fault`, a right that is
// missing `notcapable`.
#pragma once

#include "wasi/context.h"
#include "wasi/preview1/descriptors.h"
#include "wasi/preview1/guest_memory.h"
#include "wcomp/module.h"

namespace wcomp::wasi::preview1 {

/// One guest's state: what it was granted and what it has open.
struct System {
  std::shared_ptr<const ContextImpl> context;  // owners: the linker and every guest of it
  DescriptorTable descriptors;

  /// Standard streams as 0 to 2 and granted directories from 3 on. The error is that of duplicating a directory.
  [[nodiscard]] static files::Outcome<std::shared_ptr<System>> make(std::shared_ptr<const ContextImpl> context);
};

/// One call of a function.
struct Call {
  System& system;
  GuestMemory memory;
  Snapshot snapshot;
  const CoreCaller& caller;
  std::optional<Trap> trap;  ///< set: the guest ends

  [[nodiscard]] DescriptorTable& descriptors() { return system.descriptors; }
};

/// A path or other string of the guest.
[[nodiscard]] Checked<std::string_view> get_string(const GuestMemory& memory, Ptr ptr, Size length);
/// Where a result goes; looked up before anything happens.
template <std::unsigned_integral T>
class Out {
 public:
  static Checked<Out> at(const GuestMemory& memory, Ptr ptr) {
    WCOMP_TRY(auto bytes, memory.slice(ptr, sizeof(T)));
    return Out(bytes);
  }
  void set(T value) const { put(bytes_, 0, value); }

 private:
  explicit Out(std::span<std::uint8_t> bytes) : bytes_(bytes) {}
  std::span<std::uint8_t> bytes_;
};

/// Waits until one of the conditions holds: which ones do; `intr` if the guest was interrupted.
[[nodiscard]] Checked<std::vector<bool>> wait_for(std::span<const Condition> conditions);

// process.cpp
Reply args_get(Call& call, Ptr argv, Ptr argv_buf);
Reply args_sizes_get(Call& call, Ptr argc, Ptr argv_buf_size);
Reply environ_get(Call& call, Ptr environ, Ptr environ_buf);
Reply environ_sizes_get(Call& call, Ptr environ_count, Ptr environ_buf_size);
Reply clock_res_get(Call& call, std::uint32_t id, Ptr resolution);
Reply clock_time_get(Call& call, std::uint32_t id, std::uint64_t precision, Ptr time);
void proc_exit(Call& call, std::uint32_t rval);
Reply proc_raise(Call& call, std::uint32_t sig);
Reply sched_yield(Call& call);
Reply random_get(Call& call, Ptr buf, Size buf_len);
Reply sock_accept(Call& call, Fd fd, std::uint32_t flags, Ptr accepted);
Reply sock_recv(Call& call, Fd fd, Ptr ri_data, Size ri_data_len, std::uint32_t ri_flags, Ptr ro_datalen, Ptr ro_flags);
Reply sock_send(Call& call, Fd fd, Ptr si_data, Size si_data_len, std::uint32_t si_flags, Ptr so_datalen);
Reply sock_shutdown(Call& call, Fd fd, std::uint32_t how);
// contents.cpp
Reply fd_pread(Call& call, Fd fd, Ptr iovs, Size iovs_len, std::uint64_t offset, Ptr nread);
Reply fd_pwrite(Call& call, Fd fd, Ptr iovs, Size iovs_len, std::uint64_t offset, Ptr nwritten);
Reply fd_read(Call& call, Fd fd, Ptr iovs, Size iovs_len, Ptr nread);
Reply fd_seek(Call& call, Fd fd, std::uint64_t offset, std::uint32_t whence, Ptr newoffset);
Reply fd_tell(Call& call, Fd fd, Ptr offset);
Reply fd_write(Call& call, Fd fd, Ptr iovs, Size iovs_len, Ptr nwritten);
// attributes.cpp
Reply fd_advise(Call& call, Fd fd, std::uint64_t offset, std::uint64_t len, std::uint32_t advice);
Reply fd_allocate(Call& call, Fd fd, std::uint64_t offset, std::uint64_t len);
Reply fd_close(Call& call, Fd fd);
Reply fd_datasync(Call& call, Fd fd);
Reply fd_fdstat_get(Call& call, Fd fd, Ptr stat);
Reply fd_fdstat_set_flags(Call& call, Fd fd, std::uint32_t flags);
Reply fd_fdstat_set_rights(Call& call, Fd fd, Rights base, Rights inheriting);
Reply fd_filestat_get(Call& call, Fd fd, Ptr buf);
Reply fd_filestat_set_size(Call& call, Fd fd, std::uint64_t size);
Reply fd_filestat_set_times(Call& call, Fd fd, std::uint64_t atim, std::uint64_t mtim, std::uint32_t fst_flags);
Reply fd_prestat_get(Call& call, Fd fd, Ptr buf);
Reply fd_prestat_dir_name(Call& call, Fd fd, Ptr path, Size path_len);
Reply fd_renumber(Call& call, Fd fd, Fd to);
Reply fd_sync(Call& call, Fd fd);
Reply path_filestat_get(Call& call, Fd fd, std::uint32_t flags, Ptr path, Size path_len, Ptr buf);
Reply path_filestat_set_times(Call& call, Fd fd, std::uint32_t flags, Ptr path, Size path_len, std::uint64_t atim, std::uint64_t mtim, std::uint32_t fst_flags);
// paths.cpp
Reply fd_readdir(Call& call, Fd fd, Ptr buf, Size buf_len, std::uint64_t cookie, Ptr bufused);
Reply path_create_directory(Call& call, Fd fd, Ptr path, Size path_len);
Reply path_link(Call& call, Fd old_fd, std::uint32_t old_flags, Ptr old_path, Size old_path_len, Fd new_fd, Ptr new_path, Size new_path_len);
Reply path_open(Call& call, Fd fd, std::uint32_t dirflags, Ptr path, Size path_len, std::uint32_t oflags, Rights base, Rights inheriting, std::uint32_t fdflags,
                Ptr opened_fd);
Reply path_readlink(Call& call, Fd fd, Ptr path, Size path_len, Ptr buf, Size buf_len, Ptr bufused);
Reply path_remove_directory(Call& call, Fd fd, Ptr path, Size path_len);
Reply path_rename(Call& call, Fd fd, Ptr old_path, Size old_path_len, Fd new_fd, Ptr new_path, Size new_path_len);
Reply path_symlink(Call& call, Ptr old_path, Size old_path_len, Fd fd, Ptr new_path, Size new_path_len);
Reply path_unlink_file(Call& call, Fd fd, Ptr path, Size path_len);
// poll.cpp
Reply poll_oneoff(Call& call, Ptr in, Ptr out, Size nsubscriptions, Ptr nevents);

}  // namespace wcomp::wasi::preview1
