// The preview 1 adapter: what its parts share.
//
// A freestanding wasm32 module that offers the functions of `wasi_snapshot_preview1` on top of WASI 0.2. It never touches the guest's memory
// except through the functions of module `guest`, which componentize generates with multi-memory; its own state and stack lie in a memory of
// its own (import `env` `memory`). The guest's allocator may therefore own every page of the guest's memory, before and after any call.
//
// Imports named `wasi:..` are canon-lowered with the adapter's memory and the bump allocator `arena`; those named `guest-memory:wasi:..` with
// the guest's memory, so that a list is lifted straight from where the guest keeps it. Built twice: without files (WCOMP_FILES=0), for guests
// that can never open one, and with. componentize drops what the guest's imports do not reach.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int i32;
typedef long long i64;
typedef u32 guest_ptr;  // an address in the guest's memory
typedef _Bool bool_t;

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name), visibility("default")))
#define WASI(interface) "wasi:" interface "@" WCOMP_WASI_VERSION
#define GUEST_WASI(interface) "guest-memory:wasi:" interface "@" WCOMP_WASI_VERSION
#define OWN_PTR(p) ((u32)(p))

#define ERRNO(name, number, error_code) ERRNO_##name = number,
enum {
#include "errno.def"
};
#undef ERRNO
typedef u32 err;

// --- the guest's memory; an address out of bounds traps ---
IMPORT("guest", "load8") u32 guest_load8(guest_ptr p);
IMPORT("guest", "load32") u32 guest_load32(guest_ptr p);
IMPORT("guest", "load64") u64 guest_load64(guest_ptr p);
IMPORT("guest", "store8") void guest_store8(guest_ptr p, u32 v);
IMPORT("guest", "store16") void guest_store16(guest_ptr p, u32 v);
IMPORT("guest", "store32") void guest_store32(guest_ptr p, u32 v);
IMPORT("guest", "store64") void guest_store64(guest_ptr p, u64 v);
/// Copies from the guest's memory to the adapter's / the reverse.
IMPORT("guest", "read") void guest_read(void* to, guest_ptr from, u32 size);
IMPORT("guest", "write") void guest_write(guest_ptr to, const void* from, u32 size);

// --- memory of the adapter for results of unknown size; freed as a whole ---
IMPORT("arena", "alloc") void* arena_alloc(u32 size, u32 align);
IMPORT("arena", "release") void arena_release(void* to);
IMPORT("arena", "mark") void* arena_mark(void);
/// Where the arena starts: everything below is kept. Every exported function that allocates begins with `arena_reset`.
extern u8* arena_floor;
void arena_reset(void);

/// A string or list as the Canonical ABI returns it, in the adapter's memory.
struct list {
  u8* ptr;
  u32 len;
};

/// Set while a function of `wasi_unstable` runs whose structures are laid out otherwise: filestat has 32 bits for the number of links, next to
/// the type, so that what follows lies 8 bytes before; a subscription to a clock has 64 bits more in front of the clock.
extern bool_t is_unstable;

// --- file descriptors ---
enum kind { KIND_FREE, KIND_STDIN, KIND_STDOUT, KIND_STDERR, KIND_FILE, KIND_DIR };
enum { FILETYPE_UNKNOWN, FILETYPE_BLOCK_DEVICE, FILETYPE_CHARACTER_DEVICE, FILETYPE_DIRECTORY, FILETYPE_REGULAR_FILE, FILETYPE_SOCKET_DGRAM,
       FILETYPE_SOCKET_STREAM, FILETYPE_SYMBOLIC_LINK };
enum { FDFLAG_APPEND = 1, FDFLAG_DSYNC = 2, FDFLAG_NONBLOCK = 4, FDFLAG_RSYNC = 8, FDFLAG_SYNC = 16 };
#define RIGHT(bit) ((u64)1 << (bit))
enum { RIGHT_FD_READ = 1, RIGHT_FD_SEEK = 2, RIGHT_FD_TELL = 5, RIGHT_FD_WRITE = 6, RIGHT_FD_FILESTAT_GET = 21, RIGHT_POLL = 27 };
// What makes sense for a file: bits 0 to 8, filestat 21 to 23, poll 27. For a directory: syncing, flags, advice, names and listing, 21 and 23; not
// the size by name (19), which goes with opening here.
#define FILE_RIGHTS ((u64)0x08e001ff)
#define DIR_RIGHTS ((u64)0x07b7fe99)

struct fd {
  u8 kind;
  u8 filetype;
  u16 flags;           // FDFLAG_*
  u32 handle;          // stdio: the stream, once it was asked for; files: wasi:filesystem descriptor
  u64 offset;          // files: where the next read or write happens
  u64 rights;
  u32 dir_stream;      // directories: a directory-entry-stream, 0: none
  u32 is_preopen;
  u64 dir_next;        // the cookie of the entry that dir_stream gives next
  const u8* name;      // preopens
  u32 name_len;
};

#if WCOMP_FILES
enum { MAX_FDS = 1024 };
#else
enum { MAX_FDS = 3 };
#endif
extern struct fd fds[MAX_FDS];

/// The open descriptor, or null. Opens stdio and the preopened directories the first time.
struct fd* find_fd(u32 number);
bool_t is_stdio(const struct fd* f);
/// The input-stream / output-stream of a stdio descriptor.
u32 stream_of(struct fd* f);
/// FILETYPE_CHARACTER_DEVICE for a terminal.
u8 stdio_filetype(const struct fd* f);
/// The error in a `result<_, stream-error>` at `is_err` and what follows; drops the error resource.
err stream_error(u32 variant_case, u32 error_handle, err when_closed);

// --- output: lists straight from the guest's memory ---
/// Writes all of it; on success *written is `size`.
err write_stream(u32 stream, guest_ptr from, u32 size, u32* written);

#if WCOMP_FILES
void load_preopens(void);
err file_write(struct fd* f, guest_ptr from, u32 size, u64 offset, u32* written);
err file_append(struct fd* f, guest_ptr from, u32 size, u32* written);
err file_read(struct fd* f, guest_ptr to, u32 size, u64 offset, u32* got);
err file_close(struct fd* f);
err file_size(struct fd* f, u64* size);
err file_stat(struct fd* f, guest_ptr out);
#endif
