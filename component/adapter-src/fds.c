// The table of file descriptors and what works on all of them. Standard streams are made when they are first used.
#include "adapter.h"

IMPORT(WASI("cli/stdin"), "get-stdin") u32 get_stdin(void);
IMPORT(WASI("cli/stdout"), "get-stdout") u32 get_stdout(void);
IMPORT(WASI("cli/stderr"), "get-stderr") u32 get_stderr(void);

struct optional_handle {
  u32 is_some;  // one byte and padding, little endian
  u32 handle;
};
IMPORT(WASI("cli/terminal-stdin"), "get-terminal-stdin") void get_terminal_stdin(struct optional_handle* out);
IMPORT(WASI("cli/terminal-stdout"), "get-terminal-stdout") void get_terminal_stdout(struct optional_handle* out);
IMPORT(WASI("cli/terminal-stderr"), "get-terminal-stderr") void get_terminal_stderr(struct optional_handle* out);
IMPORT(WASI("cli/terminal-input"), "[resource-drop]terminal-input") void drop_terminal_input(u32 handle);
IMPORT(WASI("cli/terminal-output"), "[resource-drop]terminal-output") void drop_terminal_output(u32 handle);
IMPORT(WASI("io/streams"), "[resource-drop]input-stream") void drop_input_stream(u32 handle);
IMPORT(WASI("io/streams"), "[resource-drop]output-stream") void drop_output_stream(u32 handle);
IMPORT(WASI("io/error"), "[resource-drop]error") void drop_error(u32 handle);

// `result<list<u8>, stream-error>`; is_err and the variant's case are a byte each, the padding is not written.
struct read_result {
  u8 is_err;
  union {
    struct list bytes;
    struct {
      u8 variant_case;
      u32 error;
    };
  };
};
IMPORT(WASI("io/streams"), "[method]input-stream.blocking-read") void blocking_read(u32 stream, u64 size, struct read_result* out);
// `result<_, stream-error>` is 12 bytes; here the result area, as the list, lies in the guest's memory.
IMPORT(GUEST_WASI("io/streams"), "[method]output-stream.blocking-write-and-flush")
void guest_blocking_write_and_flush(u32 stream, guest_ptr from, u32 size, guest_ptr out);

struct fd fds[MAX_FDS];

struct fd* find_fd(u32 number) {
  static bool_t is_open;
  if (!is_open) {
    is_open = 1;
    for (u32 i = 0; i < 3; ++i) {
      fds[i].kind = (u8)(KIND_STDIN + i);
      fds[i].rights = RIGHT(i == 0 ? RIGHT_FD_READ : RIGHT_FD_WRITE) | RIGHT(RIGHT_FD_FILESTAT_GET) | RIGHT(RIGHT_POLL);
    }
#if WCOMP_FILES
    load_preopens();
#endif
  }
  return number < MAX_FDS && fds[number].kind != KIND_FREE ? &fds[number] : 0;
}

bool_t is_stdio(const struct fd* f) { return f->kind <= KIND_STDERR; }

u32 stream_of(struct fd* f) {
  if (f->handle == 0) f->handle = f->kind == KIND_STDIN ? get_stdin() : f->kind == KIND_STDOUT ? get_stdout() : get_stderr();
  return f->handle;
}

u8 stdio_filetype(const struct fd* f) {
  struct optional_handle terminal = {0, 0};
  if (f->kind == KIND_STDIN) {
    get_terminal_stdin(&terminal);
  } else if (f->kind == KIND_STDOUT) {
    get_terminal_stdout(&terminal);
  } else {
    get_terminal_stderr(&terminal);
  }
  if (!(terminal.is_some & 1)) return FILETYPE_UNKNOWN;
  if (f->kind == KIND_STDIN) {
    drop_terminal_input(terminal.handle);
  } else {
    drop_terminal_output(terminal.handle);
  }
  return FILETYPE_CHARACTER_DEVICE;
}

enum { STREAM_LAST_OPERATION_FAILED, STREAM_CLOSED };
err stream_error(u32 variant_case, u32 error_handle, err when_closed) {
  if (variant_case != STREAM_LAST_OPERATION_FAILED) return when_closed;
  drop_error(error_handle);
  return ERRNO_io;
}

// The bytes of the guest under the result area are put back as they were before anything else runs.
enum { RESULT_AREA = 16 };

err write_stream(u32 stream, guest_ptr from, u32 size, u32* written) {
  *written = 0;
  while (size != 0) {
    u32 chunk = size < 4096 ? size : 4096;  // the most that blocking-write-and-flush takes
    u64 saved0 = guest_load64(RESULT_AREA), saved1 = guest_load64(RESULT_AREA + 8);
    guest_blocking_write_and_flush(stream, from, chunk, RESULT_AREA);
    bool_t is_err = (guest_load8(RESULT_AREA) & 1) != 0;
    u32 variant_case = guest_load8(RESULT_AREA + 4), error = guest_load32(RESULT_AREA + 8);
    guest_store64(RESULT_AREA, saved0);
    guest_store64(RESULT_AREA + 8, saved1);
    if (is_err) {
      err e = stream_error(variant_case, error, ERRNO_pipe);
      return *written != 0 ? ERRNO_success : e;
    }
    *written += chunk;
    from += chunk;
    size -= chunk;
  }
  return ERRNO_success;
}

static err read_stream(u32 stream, guest_ptr to, u32 size, u32* got) {
  *got = 0;
  if (size == 0) return ERRNO_success;
  arena_reset();
  u32 want = size < 65536 ? size : 65536;
  struct read_result result;
  blocking_read(stream, want, &result);
  if (result.is_err) return stream_error(result.variant_case, result.error, ERRNO_success);  // closed: end of input
  *got = result.bytes.len < want ? result.bytes.len : want;
  guest_write(to, result.bytes.ptr, *got);
  return ERRNO_success;
}

// --- reading and writing with vectors ---
enum position { AT_CURSOR, AT_OFFSET };

static err write_some(struct fd* f, enum position how, guest_ptr from, u32 size, u64 offset, u32* done) {
  if (is_stdio(f)) return write_stream(stream_of(f), from, size, done);
#if WCOMP_FILES
  if (how == AT_CURSOR && (f->flags & FDFLAG_APPEND)) return file_append(f, from, size, done);
  return file_write(f, from, size, offset, done);
#else
  (void)how, (void)offset;
  return ERRNO_badf;
#endif
}

static err write_vectors(struct fd* f, enum position how, guest_ptr iovs, u32 count, u64 offset, u32* total) {
  *total = 0;
  for (u32 i = 0; i < count; ++i) {
    u32 size = guest_load32(iovs + 8 * i + 4), done = 0;
    if (size == 0) continue;
    if (size > 0xffffffff - *total) size = 0xffffffff - *total;
    err e = write_some(f, how, guest_load32(iovs + 8 * i), size, offset + *total, &done);
    *total += done;
    if (e != ERRNO_success) return *total != 0 ? ERRNO_success : e;
    if (done < size) break;
  }
  return ERRNO_success;
}

static err read_vectors(struct fd* f, guest_ptr iovs, u32 count, u64 offset, u32* total) {
  *total = 0;
  for (u32 i = 0; i < count; ++i) {
    guest_ptr to = guest_load32(iovs + 8 * i);
    u32 size = guest_load32(iovs + 8 * i + 4), got = 0;
    if (size == 0) continue;
    if (size > 0xffffffff - *total) size = 0xffffffff - *total;
    err e;
    if (f->kind == KIND_STDIN) {
      e = read_stream(stream_of(f), to, size, &got);
    } else {
#if WCOMP_FILES
      e = file_read(f, to, size, offset + *total, &got);
#else
      (void)offset;
      e = ERRNO_badf;
#endif
    }
    *total += got;
    if (e != ERRNO_success) return *total != 0 ? ERRNO_success : e;
    if (got < size || f->kind == KIND_STDIN) break;  // never wait for more input once there is some
  }
  return ERRNO_success;
}

static bool_t can_write(const struct fd* f) { return f->kind == KIND_STDOUT || f->kind == KIND_STDERR || f->kind == KIND_FILE; }
static bool_t can_read(const struct fd* f) { return f->kind == KIND_STDIN || f->kind == KIND_FILE; }
static err not_for(const struct fd* f) { return f != 0 && f->kind == KIND_DIR ? ERRNO_isdir : ERRNO_badf; }

EXPORT("fd_write") err fd_write(u32 number, guest_ptr iovs, u32 count, guest_ptr out) {
  struct fd* f = find_fd(number);
  if (f == 0 || !can_write(f)) return not_for(f);
  u32 total;
  err e = write_vectors(f, AT_CURSOR, iovs, count, f->offset, &total);
  if (e != ERRNO_success) return e;
  f->offset += total;
  guest_store32(out, total);
  return ERRNO_success;
}

EXPORT("fd_read") err fd_read(u32 number, guest_ptr iovs, u32 count, guest_ptr out) {
  struct fd* f = find_fd(number);
  if (f == 0 || !can_read(f)) return not_for(f);
  u32 total;
  err e = read_vectors(f, iovs, count, f->offset, &total);
  if (e != ERRNO_success) return e;
  f->offset += total;
  guest_store32(out, total);
  return ERRNO_success;
}

EXPORT("fd_pwrite") err fd_pwrite(u32 number, guest_ptr iovs, u32 count, u64 offset, guest_ptr out) {
  struct fd* f = find_fd(number);
  if (f == 0 || f->kind == KIND_DIR) return not_for(f);
  if (is_stdio(f)) return ERRNO_spipe;
  u32 total;
  err e = write_vectors(f, AT_OFFSET, iovs, count, offset, &total);
  if (e == ERRNO_success) guest_store32(out, total);
  return e;
}

EXPORT("fd_pread") err fd_pread(u32 number, guest_ptr iovs, u32 count, u64 offset, guest_ptr out) {
  struct fd* f = find_fd(number);
  if (f == 0 || f->kind == KIND_DIR) return not_for(f);
  if (is_stdio(f)) return ERRNO_spipe;
  u32 total;
  err e = read_vectors(f, iovs, count, offset, &total);
  if (e == ERRNO_success) guest_store32(out, total);
  return e;
}

// --- positions ---
enum { WHENCE_SET, WHENCE_CUR, WHENCE_END };

bool_t is_unstable;

EXPORT("fd_seek") err fd_seek(u32 number, i64 delta, u32 whence, guest_ptr out) {
  struct fd* f = find_fd(number);
  if (f == 0) return ERRNO_badf;
  if (is_stdio(f)) return ERRNO_spipe;
#if WCOMP_FILES
  if (f->kind == KIND_DIR) return ERRNO_badf;
  u64 base = 0;
  if (whence > WHENCE_END) return ERRNO_inval;
  if (whence == WHENCE_CUR) base = f->offset;
  if (whence == WHENCE_END) {
    err e = file_size(f, &base);
    if (e != ERRNO_success) return e;
  }
  i64 to;
  if ((i64)base < 0 || __builtin_add_overflow((i64)base, delta, &to) || to < 0) return ERRNO_inval;
  f->offset = (u64)to;
  guest_store64(out, f->offset);
  return ERRNO_success;
#else
  (void)delta, (void)whence, (void)out;
  return ERRNO_badf;
#endif
}

EXPORT("unstable:fd_seek") err unstable_fd_seek(u32 number, i64 delta, u32 whence, guest_ptr out) {
  // There it is cur, end, set.
  return fd_seek(number, delta, whence > 2 ? whence : (whence + 1) % 3, out);
}

EXPORT("fd_tell") err fd_tell(u32 number, guest_ptr out) {
  struct fd* f = find_fd(number);
  if (f == 0 || f->kind == KIND_DIR) return ERRNO_badf;
  if (is_stdio(f)) return ERRNO_spipe;
  guest_store64(out, f->offset);
  return ERRNO_success;
}

// --- the descriptor itself ---
static err close_fd(struct fd* f) {
  err e = ERRNO_success;
  if (is_stdio(f)) {
    if (f->handle != 0) {
      if (f->kind == KIND_STDIN) {
        drop_input_stream(f->handle);
      } else {
        drop_output_stream(f->handle);
      }
    }
  } else {
#if WCOMP_FILES
    e = file_close(f);
#endif
  }
  *f = (struct fd){0};
  return e;
}

EXPORT("fd_close") err fd_close(u32 number) {
  struct fd* f = find_fd(number);
  return f == 0 ? ERRNO_badf : close_fd(f);
}

EXPORT("fd_renumber") err fd_renumber(u32 from, u32 to) {
  struct fd* f = find_fd(from);
  struct fd* target = find_fd(to);
  if (f == 0 || target == 0) return ERRNO_badf;
  if (f == target) return ERRNO_success;
  err e = close_fd(target);
  *target = *f;
  *f = (struct fd){0};
  return e;
}

EXPORT("fd_fdstat_get") err fd_fdstat_get(u32 number, guest_ptr out) {
  struct fd* f = find_fd(number);
  if (f == 0) return ERRNO_badf;
  guest_store64(out, 0);
  guest_store8(out, is_stdio(f) ? stdio_filetype(f) : f->filetype);
  guest_store16(out + 2, f->flags);
  guest_store64(out + 8, f->rights);
  guest_store64(out + 16, f->kind == KIND_DIR ? FILE_RIGHTS | DIR_RIGHTS : 0);
  return ERRNO_success;
}

EXPORT("fd_fdstat_set_flags") err fd_fdstat_set_flags(u32 number, u32 flags) {
  struct fd* f = find_fd(number);
  if (f == 0) return ERRNO_badf;
  if (flags & ~(u32)(FDFLAG_APPEND | FDFLAG_NONBLOCK | FDFLAG_DSYNC | FDFLAG_RSYNC | FDFLAG_SYNC)) return ERRNO_inval;
  u32 changed = flags ^ f->flags;
  if (f->kind != KIND_FILE || (changed & ~(u32)(FDFLAG_APPEND | FDFLAG_NONBLOCK))) return changed == 0 ? ERRNO_success : ERRNO_notsup;
  f->flags = (u16)flags;
  return ERRNO_success;
}

EXPORT("fd_fdstat_set_rights") err fd_fdstat_set_rights(u32 number, u64 base, u64 inheriting) {
  (void)base, (void)inheriting;
  return find_fd(number) == 0 ? ERRNO_badf : ERRNO_notsup;
}

EXPORT("fd_filestat_get") err fd_filestat_get(u32 number, guest_ptr out) {
  struct fd* f = find_fd(number);
  if (f == 0) return ERRNO_badf;
#if WCOMP_FILES
  if (!is_stdio(f)) return file_stat(f, out);
#endif
  for (u32 i = 0; i < (is_unstable ? 56 : 64); i += 8) guest_store64(out + i, 0);
  guest_store8(out + 16, stdio_filetype(f));
  return ERRNO_success;
}

EXPORT("unstable:fd_filestat_get") err unstable_fd_filestat_get(u32 number, guest_ptr out) {
  is_unstable = 1;
  err e = fd_filestat_get(number, out);
  is_unstable = 0;
  return e;
}

#if !WCOMP_FILES
// Without a way to open one, only the standard streams are there; what needs a file or a directory says so.
static err only_stdio(u32 number, err e) { return find_fd(number) == 0 ? ERRNO_badf : e; }
EXPORT("fd_advise") err fd_advise(u32 number, u64 offset, u64 size, u32 advice) {
  (void)offset, (void)size, (void)advice;
  return only_stdio(number, ERRNO_spipe);
}
EXPORT("fd_allocate") err fd_allocate(u32 number, u64 offset, u64 size) {
  (void)offset, (void)size;
  return only_stdio(number, ERRNO_badf);
}
EXPORT("fd_sync") err fd_sync(u32 number) { return only_stdio(number, ERRNO_inval); }
EXPORT("fd_datasync") err fd_datasync(u32 number) { return only_stdio(number, ERRNO_inval); }
EXPORT("fd_filestat_set_size") err fd_filestat_set_size(u32 number, u64 size) {
  (void)size;
  return only_stdio(number, ERRNO_inval);
}
EXPORT("fd_filestat_set_times") err fd_filestat_set_times(u32 number, u64 atim, u64 mtim, u32 flags) {
  (void)atim, (void)mtim, (void)flags;
  return only_stdio(number, ERRNO_badf);
}
EXPORT("fd_prestat_get") err fd_prestat_get(u32 number, guest_ptr out) {
  (void)out;
  return only_stdio(number, ERRNO_badf);
}
EXPORT("fd_prestat_dir_name") err fd_prestat_dir_name(u32 number, guest_ptr path, u32 size) {
  (void)path, (void)size;
  return only_stdio(number, ERRNO_badf);
}
EXPORT("fd_readdir") err fd_readdir(u32 number, guest_ptr buf, u32 size, u64 cookie, guest_ptr used) {
  (void)buf, (void)size, (void)cookie, (void)used;
  return only_stdio(number, ERRNO_notdir);
}
#endif

// --- sockets: preview 1 cannot open one, so no descriptor is one ---
static err no_socket(u32 number) { return find_fd(number) == 0 ? ERRNO_badf : ERRNO_notsock; }
EXPORT("sock_accept") err sock_accept(u32 number, u32 flags, guest_ptr out) {
  (void)flags, (void)out;
  return no_socket(number);
}
EXPORT("sock_recv") err sock_recv(u32 number, guest_ptr data, u32 count, u32 flags, guest_ptr size, guest_ptr out_flags) {
  (void)data, (void)count, (void)flags, (void)size, (void)out_flags;
  return no_socket(number);
}
EXPORT("sock_send") err sock_send(u32 number, guest_ptr data, u32 count, u32 flags, guest_ptr size) {
  (void)data, (void)count, (void)flags, (void)size;
  return no_socket(number);
}
EXPORT("sock_shutdown") err sock_shutdown(u32 number, u32 how) {
  (void)how;
  return no_socket(number);
}
