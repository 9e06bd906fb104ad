// Files and directories over wasi:filesystem. Positions are kept here; every read and write says its offset.
#include "clocks.h"

#define TYPES WASI("filesystem/types")
#define METHOD(name) "[method]descriptor." name

// Results of wasi:filesystem. A discriminant is one byte; the padding after it is not written.
struct unit_result {  // result<_, error-code>, and results with a payload of one byte
  u8 is_err;
  u8 code;
};
struct handle_result {  // result<own<..>, error-code>
  u8 is_err;
  union {
    u8 code;
    u32 handle;
  };
};
struct size_result {
  u8 is_err;
  union {
    u8 code;
    u64 size;
  };
};
struct string_result {
  u8 is_err;
  union {
    u8 code;
    struct list string;
  };
};
struct read_result {
  u8 is_err;
  union {
    u8 code;
    struct {
      struct list bytes;
      u8 at_end;
    };
  };
};
struct optional_time {
  u8 is_some;
  struct datetime time;
};
struct stat_result {
  u8 is_err;
  union {
    u8 code;
    struct {
      u8 type;
      u64 links, size;
      struct optional_time access, modification, change;
    };
  };
};
struct hash_result {
  u8 is_err;
  union {
    u8 code;
    struct {
      u64 lower, upper;
    };
  };
};
struct entry_result {  // result<option<directory-entry>, error-code>
  u8 is_err;
  union {
    u8 code;
    struct {
      u8 is_some;
      u8 type __attribute__((aligned(4)));
      struct list name;
    };
  };
};
struct preopen {
  u32 descriptor;
  struct list name;
};

IMPORT(WASI("filesystem/preopens"), "get-directories") void get_directories(struct list* out);
IMPORT(TYPES, METHOD("read")) void descriptor_read(u32 self, u64 size, u64 offset, struct read_result* out);
IMPORT(GUEST_WASI("filesystem/types"), METHOD("write")) void guest_descriptor_write(u32 self, guest_ptr from, u32 size, u64 offset, guest_ptr out);
IMPORT(TYPES, METHOD("append-via-stream")) void append_via_stream(u32 self, struct handle_result* out);
IMPORT(WASI("io/streams"), "[resource-drop]output-stream") void drop_append_stream(u32 handle);
IMPORT(TYPES, METHOD("advise")) void descriptor_advise(u32 self, u64 offset, u64 size, u32 advice, struct unit_result* out);
IMPORT(TYPES, METHOD("sync")) void descriptor_sync(u32 self, struct unit_result* out);
IMPORT(TYPES, METHOD("sync-data")) void descriptor_sync_data(u32 self, struct unit_result* out);
IMPORT(TYPES, METHOD("get-type")) void descriptor_get_type(u32 self, struct unit_result* out);
IMPORT(TYPES, METHOD("set-size")) void descriptor_set_size(u32 self, u64 size, struct unit_result* out);
IMPORT(TYPES, METHOD("set-times"))
void descriptor_set_times(u32 self, u32 a, u64 a_s, u32 a_ns, u32 m, u64 m_s, u32 m_ns, struct unit_result* out);
IMPORT(TYPES, METHOD("set-times-at"))
void descriptor_set_times_at(u32 self, u32 follow, const u8* path, u32 len, u32 a, u64 a_s, u32 a_ns, u32 m, u64 m_s, u32 m_ns, struct unit_result* out);
IMPORT(TYPES, METHOD("stat")) void descriptor_stat(u32 self, struct stat_result* out);
IMPORT(TYPES, METHOD("stat-at")) void descriptor_stat_at(u32 self, u32 follow, const u8* path, u32 len, struct stat_result* out);
IMPORT(TYPES, METHOD("metadata-hash")) void descriptor_hash(u32 self, struct hash_result* out);
IMPORT(TYPES, METHOD("metadata-hash-at")) void descriptor_hash_at(u32 self, u32 follow, const u8* path, u32 len, struct hash_result* out);
IMPORT(TYPES, METHOD("open-at"))
void descriptor_open_at(u32 self, u32 follow, const u8* path, u32 len, u32 open_flags, u32 flags, struct handle_result* out);
IMPORT(TYPES, METHOD("create-directory-at")) void descriptor_create_directory_at(u32 self, const u8* path, u32 len, struct unit_result* out);
IMPORT(TYPES, METHOD("remove-directory-at")) void descriptor_remove_directory_at(u32 self, const u8* path, u32 len, struct unit_result* out);
IMPORT(TYPES, METHOD("unlink-file-at")) void descriptor_unlink_file_at(u32 self, const u8* path, u32 len, struct unit_result* out);
IMPORT(TYPES, METHOD("rename-at"))
void descriptor_rename_at(u32 self, const u8* from, u32 from_len, u32 to_dir, const u8* to, u32 to_len, struct unit_result* out);
IMPORT(TYPES, METHOD("link-at"))
void descriptor_link_at(u32 self, u32 follow, const u8* from, u32 from_len, u32 to_dir, const u8* to, u32 to_len, struct unit_result* out);
IMPORT(TYPES, METHOD("symlink-at"))
void descriptor_symlink_at(u32 self, const u8* target, u32 target_len, const u8* path, u32 len, struct unit_result* out);
IMPORT(TYPES, METHOD("readlink-at")) void descriptor_readlink_at(u32 self, const u8* path, u32 len, struct string_result* out);
IMPORT(TYPES, METHOD("read-directory")) void descriptor_read_directory(u32 self, struct handle_result* out);
IMPORT(TYPES, "[method]directory-entry-stream.read-directory-entry") void read_directory_entry(u32 self, struct entry_result* out);
IMPORT(TYPES, "[resource-drop]descriptor") void drop_descriptor(u32 handle);
IMPORT(TYPES, "[resource-drop]directory-entry-stream") void drop_directory_stream(u32 handle);

#define ERRNO(name, number, error_code) [error_code + 1] = number,
static const u8 errno_of_error_code[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winitializer-overrides"
#include "errno.def"
#pragma clang diagnostic pop
};
#undef ERRNO
static err error_of(u32 code) { return code + 1 < sizeof errno_of_error_code ? errno_of_error_code[code + 1] : ERRNO_io; }
static err unit(const struct unit_result* r) { return r->is_err ? error_of(r->code) : ERRNO_success; }

// unknown, block-device, character-device, directory, fifo, symbolic-link, regular-file, socket
static const u8 filetype_of_descriptor_type[] = {FILETYPE_UNKNOWN, FILETYPE_BLOCK_DEVICE, FILETYPE_CHARACTER_DEVICE, FILETYPE_DIRECTORY,
                                                 FILETYPE_UNKNOWN, FILETYPE_SYMBOLIC_LINK, FILETYPE_REGULAR_FILE, FILETYPE_SOCKET_STREAM};
static u8 filetype_of(u32 type) { return type < sizeof filetype_of_descriptor_type ? filetype_of_descriptor_type[type] : FILETYPE_UNKNOWN; }

static struct fd* free_fd(u32* number) {
  for (u32 i = 0; i < MAX_FDS; ++i) {
    if (fds[i].kind != KIND_FREE) continue;
    *number = i;
    return &fds[i];
  }
  return 0;
}

// Preopens begin at 3, whatever is closed; their names stay below the arena's floor.
void load_preopens(void) {
  arena_reset();
  struct list dirs;
  get_directories(&dirs);
  const struct preopen* list = (const struct preopen*)dirs.ptr;
  for (u32 i = 0; i < dirs.len && 3 + i < MAX_FDS; ++i) {
    fds[3 + i] = (struct fd){.kind = KIND_DIR, .filetype = FILETYPE_DIRECTORY, .handle = list[i].descriptor, .rights = DIR_RIGHTS,
                             .is_preopen = 1, .name = list[i].name.ptr, .name_len = list[i].name.len};
  }
  arena_floor = arena_mark();
}

static err find_dir(u32 number, struct fd** out) {
  struct fd* f = find_fd(number);
  *out = f;
  if (f == 0) return ERRNO_badf;
  return f->kind == KIND_DIR ? ERRNO_success : ERRNO_notdir;
}
static err find_file_or_dir(u32 number, err for_stdio, struct fd** out) {
  struct fd* f = find_fd(number);
  *out = f;
  if (f == 0) return ERRNO_badf;
  return is_stdio(f) ? for_stdio : ERRNO_success;
}
#define TRY(e)                                     \
  do {                                             \
    err try_error = (e);                           \
    if (try_error != ERRNO_success) return try_error; \
  } while (0)

static err copy_path(guest_ptr from, u32 len, u8** out) {
  if (len > 65536) return ERRNO_nametoolong;
  *out = arena_alloc(len, 1);
  guest_read(*out, from, len);
  return ERRNO_success;
}

// Cookies count entries: 0 is `.`, 1 is `..`, 2 the stream's first. An entry that did not fit into the guest's buffer is asked for again
// with its cookie; it is kept here so that the stream need not start over.
enum { DIRENT_SIZE = 24, MAX_NAME = 1024 };
static struct {
  u32 handle;  // of the directory, 0: nothing kept
  u64 cookie;
  u32 name_len;
  u8 type;
  u8 name[MAX_NAME];
} pending;

// --- contents ---
enum { RESULT_AREA = 16 };  // in the guest's memory: saved and put back around the call
err file_write(struct fd* f, guest_ptr from, u32 size, u64 offset, u32* written) {
  *written = 0;
  u64 saved0 = guest_load64(RESULT_AREA), saved1 = guest_load64(RESULT_AREA + 8);
  guest_descriptor_write(f->handle, from, size, offset, RESULT_AREA);
  bool_t is_err = (guest_load8(RESULT_AREA) & 1) != 0;
  u64 payload = guest_load64(RESULT_AREA + 8);
  guest_store64(RESULT_AREA, saved0);
  guest_store64(RESULT_AREA + 8, saved1);
  if (is_err) return error_of((u8)payload);
  *written = payload < size ? (u32)payload : size;
  return ERRNO_success;
}

err file_append(struct fd* f, guest_ptr from, u32 size, u32* written) {
  *written = 0;
  struct handle_result r;
  append_via_stream(f->handle, &r);
  if (r.is_err) return error_of(r.code);
  err e = write_stream(r.handle, from, size, written);
  drop_append_stream(r.handle);
  if (e == ERRNO_success) {
    u64 end;
    if (file_size(f, &end) == ERRNO_success) f->offset = end - *written;  // fd_write adds what was written
  }
  return e;
}

err file_read(struct fd* f, guest_ptr to, u32 size, u64 offset, u32* got) {
  *got = 0;
  while (size != 0) {
    arena_reset();
    u32 want = size < 65536 ? size : 65536;
    struct read_result r;
    descriptor_read(f->handle, want, offset, &r);
    if (r.is_err) return *got != 0 ? ERRNO_success : error_of(r.code);
    u32 n = r.bytes.len < want ? r.bytes.len : want;
    guest_write(to, r.bytes.ptr, n);
    *got += n;
    to += n;
    offset += n;
    size -= n;
    if (r.at_end || n == 0) break;
  }
  return ERRNO_success;
}

err file_close(struct fd* f) {
  if (f->dir_stream != 0) drop_directory_stream(f->dir_stream);
  if (pending.handle == f->handle) pending.handle = 0;
  drop_descriptor(f->handle);
  return ERRNO_success;
}

err file_size(struct fd* f, u64* size) {
  struct stat_result s;
  descriptor_stat(f->handle, &s);
  if (s.is_err) return error_of(s.code);
  *size = s.size;
  return ERRNO_success;
}

EXPORT("fd_advise") err fd_advise(u32 number, u64 offset, u64 size, u32 advice) {
  struct fd* f;
  TRY(find_file_or_dir(number, ERRNO_spipe, &f));
  if (advice > 5) return ERRNO_inval;
  struct unit_result r;
  descriptor_advise(f->handle, offset, size, advice, &r);
  return unit(&r);
}

EXPORT("fd_allocate") err fd_allocate(u32 number, u64 offset, u64 size) {
  (void)offset, (void)size;
  struct fd* f;
  TRY(find_file_or_dir(number, ERRNO_badf, &f));
  return f->kind == KIND_DIR ? ERRNO_badf : ERRNO_notsup;  // WASI 0.2 has nothing that reserves space
}

EXPORT("fd_sync") err fd_sync(u32 number) {
  struct fd* f;
  TRY(find_file_or_dir(number, ERRNO_inval, &f));
  struct unit_result r;
  descriptor_sync(f->handle, &r);
  return unit(&r);
}

EXPORT("fd_datasync") err fd_datasync(u32 number) {
  struct fd* f;
  TRY(find_file_or_dir(number, ERRNO_inval, &f));
  struct unit_result r;
  descriptor_sync_data(f->handle, &r);
  return unit(&r);
}

EXPORT("fd_filestat_set_size") err fd_filestat_set_size(u32 number, u64 size) {
  struct fd* f;
  TRY(find_file_or_dir(number, ERRNO_inval, &f));
  struct unit_result r;
  descriptor_set_size(f->handle, size, &r);
  return unit(&r);
}

// --- what is known about a file ---
static u64 time_of(const struct optional_time* t) {
  u64 ns = 0;
  return t->is_some && nanoseconds_of(&t->time, &ns) ? ns : 0;
}

static err store_stat(const struct stat_result* s, const struct hash_result* hash, guest_ptr out) {
  if (s->is_err) return error_of(s->code);
  if (hash->is_err) return error_of(hash->code);
  guest_store64(out, 1);  // no device number in WASI 0.2
  guest_store64(out + 8, hash->lower);
  guest_store64(out + 16, filetype_of(s->type));
  if (is_unstable) {
    guest_store32(out + 20, s->links > 0xffffffff ? 0xffffffff : (u32)s->links);
    out -= 8;
  } else {
    guest_store64(out + 24, s->links);
  }
  guest_store64(out + 32, s->size);
  guest_store64(out + 40, time_of(&s->access));
  guest_store64(out + 48, time_of(&s->modification));
  guest_store64(out + 56, time_of(&s->change));
  return ERRNO_success;
}

err file_stat(struct fd* f, guest_ptr out) {
  struct stat_result s;
  struct hash_result hash;
  descriptor_stat(f->handle, &s);
  descriptor_hash(f->handle, &hash);
  return store_stat(&s, &hash, out);
}

enum { LOOKUP_SYMLINK_FOLLOW = 1 };

EXPORT("path_filestat_get") err path_filestat_get(u32 number, u32 flags, guest_ptr path, u32 len, guest_ptr out) {
  struct fd* dir;
  TRY(find_dir(number, &dir));
  arena_reset();
  u8* name;
  TRY(copy_path(path, len, &name));
  struct stat_result s;
  struct hash_result hash;
  descriptor_stat_at(dir->handle, flags & LOOKUP_SYMLINK_FOLLOW, name, len, &s);
  if (s.is_err) return error_of(s.code);
  descriptor_hash_at(dir->handle, flags & LOOKUP_SYMLINK_FOLLOW, name, len, &hash);
  return store_stat(&s, &hash, out);
}

EXPORT("unstable:path_filestat_get") err unstable_path_filestat_get(u32 number, u32 flags, guest_ptr path, u32 len, guest_ptr out) {
  is_unstable = 1;
  err e = path_filestat_get(number, flags, path, len, out);
  is_unstable = 0;
  return e;
}

enum { FST_ATIM = 1, FST_ATIM_NOW = 2, FST_MTIM = 4, FST_MTIM_NOW = 8 };
enum { TIME_NO_CHANGE, TIME_NOW, TIME_TIMESTAMP };
struct new_time {
  u32 variant_case;
  u64 seconds;
  u32 nanoseconds;
};
static bool_t new_time(u64 ns, u32 set, u32 now, u32 flags, struct new_time* out) {
  *out = (struct new_time){TIME_NO_CHANGE, 0, 0};
  if ((flags & set) && (flags & now)) return 0;
  if (flags & now) out->variant_case = TIME_NOW;
  if (flags & set) *out = (struct new_time){TIME_TIMESTAMP, ns / 1000000000, (u32)(ns % 1000000000)};
  return 1;
}

EXPORT("fd_filestat_set_times") err fd_filestat_set_times(u32 number, u64 atim, u64 mtim, u32 flags) {
  struct fd* f;
  TRY(find_file_or_dir(number, ERRNO_badf, &f));
  struct new_time a, m;
  if (!new_time(atim, FST_ATIM, FST_ATIM_NOW, flags, &a) || !new_time(mtim, FST_MTIM, FST_MTIM_NOW, flags, &m)) return ERRNO_inval;
  struct unit_result r;
  descriptor_set_times(f->handle, a.variant_case, a.seconds, a.nanoseconds, m.variant_case, m.seconds, m.nanoseconds, &r);
  return unit(&r);
}

EXPORT("path_filestat_set_times")
err path_filestat_set_times(u32 number, u32 lookup, guest_ptr path, u32 len, u64 atim, u64 mtim, u32 flags) {
  struct fd* dir;
  TRY(find_dir(number, &dir));
  struct new_time a, m;
  if (!new_time(atim, FST_ATIM, FST_ATIM_NOW, flags, &a) || !new_time(mtim, FST_MTIM, FST_MTIM_NOW, flags, &m)) return ERRNO_inval;
  arena_reset();
  u8* name;
  TRY(copy_path(path, len, &name));
  struct unit_result r;
  descriptor_set_times_at(dir->handle, lookup & LOOKUP_SYMLINK_FOLLOW, name, len, a.variant_case, a.seconds, a.nanoseconds, m.variant_case,
                          m.seconds, m.nanoseconds, &r);
  return unit(&r);
}

// --- directories ---
EXPORT("fd_prestat_get") err fd_prestat_get(u32 number, guest_ptr out) {
  struct fd* f = find_fd(number);
  if (f == 0 || !f->is_preopen) return ERRNO_badf;
  guest_store32(out, 0);  // a directory
  guest_store32(out + 4, f->name_len);
  return ERRNO_success;
}

EXPORT("fd_prestat_dir_name") err fd_prestat_dir_name(u32 number, guest_ptr path, u32 size) {
  struct fd* f = find_fd(number);
  if (f == 0 || !f->is_preopen) return ERRNO_badf;
  if (size < f->name_len) return ERRNO_nametoolong;
  guest_write(path, f->name, f->name_len);
  return ERRNO_success;
}

enum { OPEN_CREATE = 1, OPEN_DIRECTORY = 2, OPEN_EXCLUSIVE = 4, OPEN_TRUNCATE = 8 };
enum { FLAG_READ = 1, FLAG_WRITE = 2, FLAG_FILE_SYNC = 4, FLAG_DATA_SYNC = 8, FLAG_REQUESTED_WRITE_SYNC = 16, FLAG_MUTATE_DIRECTORY = 32 };

EXPORT("path_open")
err path_open(u32 number, u32 lookup, guest_ptr path, u32 len, u32 oflags, u64 rights, u64 inheriting, u32 fdflags, guest_ptr out) {
  (void)inheriting;
  struct fd* dir;
  TRY(find_dir(number, &dir));
  u32 new_number;
  struct fd* f = free_fd(&new_number);
  if (f == 0) return ERRNO_mfile;
  arena_reset();
  u8* name;
  TRY(copy_path(path, len, &name));
  u32 flags = 0;
  if (rights & RIGHT(RIGHT_FD_READ)) flags |= FLAG_READ;
  if (rights & RIGHT(RIGHT_FD_WRITE)) flags |= FLAG_WRITE;  // which no directory has: isdir
  if (fdflags & FDFLAG_DSYNC) flags |= FLAG_DATA_SYNC;
  if (fdflags & FDFLAG_SYNC) flags |= FLAG_FILE_SYNC;
  if (fdflags & FDFLAG_RSYNC) flags |= FLAG_REQUESTED_WRITE_SYNC;
  struct handle_result r;
  descriptor_open_at(dir->handle, lookup & LOOKUP_SYMLINK_FOLLOW, name, len, oflags & 15, flags, &r);
  if (r.is_err) return error_of(r.code);
  struct unit_result type;
  descriptor_get_type(r.handle, &type);
  if (type.is_err) {
    drop_descriptor(r.handle);
    return error_of(type.code);
  }
  u8 filetype = filetype_of(type.code);
  bool_t is_dir = filetype == FILETYPE_DIRECTORY;
  *f = (struct fd){.kind = is_dir ? KIND_DIR : KIND_FILE, .filetype = filetype, .flags = (u16)fdflags, .handle = r.handle, .rights = rights & (is_dir ? DIR_RIGHTS : FILE_RIGHTS)};
  guest_store32(out, new_number);
  return ERRNO_success;
}

typedef void path_op(u32 self, const u8* path, u32 len, struct unit_result* out);
static inline __attribute__((always_inline)) err at_path(u32 number, guest_ptr path, u32 len, path_op* op) {
  struct fd* dir;
  TRY(find_dir(number, &dir));
  arena_reset();
  u8* name;
  TRY(copy_path(path, len, &name));
  struct unit_result r;
  op(dir->handle, name, len, &r);
  return unit(&r);
}
EXPORT("path_create_directory") err path_create_directory(u32 number, guest_ptr path, u32 len) {
  return at_path(number, path, len, descriptor_create_directory_at);
}
EXPORT("path_remove_directory") err path_remove_directory(u32 number, guest_ptr path, u32 len) {
  return at_path(number, path, len, descriptor_remove_directory_at);
}
EXPORT("path_unlink_file") err path_unlink_file(u32 number, guest_ptr path, u32 len) {
  return at_path(number, path, len, descriptor_unlink_file_at);
}

EXPORT("path_rename") err path_rename(u32 from_fd, guest_ptr from, u32 from_len, u32 to_fd, guest_ptr to, u32 to_len) {
  struct fd *from_dir, *to_dir;
  TRY(find_dir(from_fd, &from_dir));
  TRY(find_dir(to_fd, &to_dir));
  arena_reset();
  u8 *from_name, *to_name;
  TRY(copy_path(from, from_len, &from_name));
  TRY(copy_path(to, to_len, &to_name));
  struct unit_result r;
  descriptor_rename_at(from_dir->handle, from_name, from_len, to_dir->handle, to_name, to_len, &r);
  return unit(&r);
}

EXPORT("path_link") err path_link(u32 from_fd, u32 lookup, guest_ptr from, u32 from_len, u32 to_fd, guest_ptr to, u32 to_len) {
  struct fd *from_dir, *to_dir;
  TRY(find_dir(from_fd, &from_dir));
  TRY(find_dir(to_fd, &to_dir));
  arena_reset();
  u8 *from_name, *to_name;
  TRY(copy_path(from, from_len, &from_name));
  TRY(copy_path(to, to_len, &to_name));
  struct unit_result r;
  descriptor_link_at(from_dir->handle, lookup & LOOKUP_SYMLINK_FOLLOW, from_name, from_len, to_dir->handle, to_name, to_len, &r);
  return unit(&r);
}

EXPORT("path_symlink") err path_symlink(guest_ptr target, u32 target_len, u32 number, guest_ptr path, u32 len) {
  struct fd* dir;
  TRY(find_dir(number, &dir));
  arena_reset();
  u8 *target_name, *name;
  TRY(copy_path(target, target_len, &target_name));
  TRY(copy_path(path, len, &name));
  struct unit_result r;
  descriptor_symlink_at(dir->handle, target_name, target_len, name, len, &r);
  return unit(&r);
}

EXPORT("path_readlink") err path_readlink(u32 number, guest_ptr path, u32 len, guest_ptr buf, u32 size, guest_ptr used) {
  struct fd* dir;
  TRY(find_dir(number, &dir));
  arena_reset();
  u8* name;
  TRY(copy_path(path, len, &name));
  struct string_result r;
  descriptor_readlink_at(dir->handle, name, len, &r);
  if (r.is_err) return error_of(r.code);
  u32 n = r.string.len < size ? r.string.len : size;
  guest_write(buf, r.string.ptr, n);
  guest_store32(used, n);
  return ERRNO_success;
}

static err open_dir_stream(struct fd* dir, u64 cookie) {
  if (dir->dir_stream != 0 && dir->dir_next <= cookie) return ERRNO_success;
  if (dir->dir_stream != 0) drop_directory_stream(dir->dir_stream);
  dir->dir_stream = 0;
  struct handle_result r;
  descriptor_read_directory(dir->handle, &r);
  if (r.is_err) return error_of(r.code);
  dir->dir_stream = r.handle;
  dir->dir_next = 2;
  return ERRNO_success;
}

struct entry {
  const u8* name;
  u32 name_len;
  u8 type;
  u64 ino;
};

/// False in *found: the directory has no entry of that cookie.
static err entry_at(struct fd* dir, u64 cookie, struct entry* out, bool_t* found) {
  *found = 1;
  struct hash_result hash;
  if (cookie < 2) {
    *out = (struct entry){(const u8*)"..", cookie == 0 ? 1 : 2, FILETYPE_DIRECTORY, 0};
    if (cookie == 0) {
      descriptor_hash(dir->handle, &hash);
      if (!hash.is_err) out->ino = hash.lower;
    }
    return ERRNO_success;
  }
  if (pending.handle == dir->handle && pending.cookie == cookie) {
    *out = (struct entry){pending.name, pending.name_len, pending.type, 0};
  } else {
    TRY(open_dir_stream(dir, cookie));
    struct entry_result r;
    do {
      read_directory_entry(dir->dir_stream, &r);
      if (r.is_err) return error_of(r.code);
      if (!r.is_some) {
        *found = 0;
        return ERRNO_success;
      }
    } while (dir->dir_next++ < cookie);
    *out = (struct entry){r.name.ptr, r.name.len, filetype_of(r.type), 0};
  }
  descriptor_hash_at(dir->handle, 0, out->name, out->name_len, &hash);
  if (!hash.is_err) out->ino = hash.lower;
  return ERRNO_success;
}

static void keep_pending(const struct fd* dir, u64 cookie, const struct entry* e) {
  if (e->name == pending.name || e->name_len > MAX_NAME || cookie < 2) return;
  pending.handle = dir->handle;
  pending.cookie = cookie;
  pending.type = e->type;
  pending.name_len = e->name_len;
  __builtin_memcpy(pending.name, e->name, e->name_len);
}

EXPORT("fd_readdir") err fd_readdir(u32 number, guest_ptr buf, u32 size, u64 cookie, guest_ptr used) {
  struct fd* dir;
  TRY(find_dir(number, &dir));
  if (cookie == 0 && dir->dir_stream != 0) {  // from the start: with what is there now
    drop_directory_stream(dir->dir_stream);
    dir->dir_stream = 0;
  }
  if (cookie == 0 && pending.handle == dir->handle) pending.handle = 0;
  u32 at = 0;
  while (at < size) {
    arena_reset();
    struct entry e;
    bool_t found;
    TRY(entry_at(dir, cookie, &e, &found));
    if (!found) break;
    struct {
      u64 next, ino;
      u32 name_len;
      u32 type;
    } header = {cookie + 1, e.ino, e.name_len, e.type};
    u32 room = size - at;
    u32 n = room < DIRENT_SIZE ? room : DIRENT_SIZE;
    guest_write(buf + at, &header, n);
    at += n;
    room -= n;
    n = room < e.name_len ? room : e.name_len;
    guest_write(buf + at, e.name, n);
    at += n;
    if (room < e.name_len || n < e.name_len) keep_pending(dir, cookie, &e);
    ++cookie;
  }
  guest_store32(used, at);
  return ERRNO_success;
}
