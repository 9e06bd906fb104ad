// Arguments, environment, exit, clocks, random numbers, and the `run` of a command.
#include "adapter.h"

IMPORT(WASI("cli/environment"), "get-arguments") void get_arguments(struct list* out);
IMPORT(WASI("cli/environment"), "get-environment") void get_environment(struct list* out);
IMPORT(WASI("cli/exit"), "exit") void cli_exit(u32 is_err);
IMPORT(WASI("random/random"), "get-random-bytes") void get_random_bytes(u64 len, struct list* out);

extern u8 __heap_base;
u8* arena_floor;
void arena_reset(void) {
  if (arena_floor == 0) arena_floor = &__heap_base;
  arena_release(arena_floor);
}

static u64 string_bytes(const struct list* strings, u32 count) {
  u64 size = 0;
  for (u32 i = 0; i < count; ++i) size += (u64)strings[i].len + 1;
  return size;
}

EXPORT("args_sizes_get") err args_sizes_get(guest_ptr count, guest_ptr size) {
  arena_reset();
  struct list args;
  get_arguments(&args);
  u64 bytes = string_bytes((const struct list*)args.ptr, args.len);
  if (bytes > 0xffffffff) return ERRNO_overflow;
  guest_store32(count, args.len);
  guest_store32(size, (u32)bytes);
  return ERRNO_success;
}

EXPORT("args_get") err args_get(guest_ptr argv, guest_ptr buf) {
  arena_reset();
  struct list args;
  get_arguments(&args);
  const struct list* strings = (const struct list*)args.ptr;
  for (u32 i = 0; i < args.len; ++i) {
    guest_store32(argv + 4 * i, buf);
    guest_write(buf, strings[i].ptr, strings[i].len);
    guest_store8(buf + strings[i].len, 0);
    buf += strings[i].len + 1;
  }
  return ERRNO_success;
}

// A variable `k=v` and its end: one byte for `=`, one for the end. Each is a pair of lists.
EXPORT("environ_sizes_get") err environ_sizes_get(guest_ptr count, guest_ptr size) {
  arena_reset();
  struct list env;
  get_environment(&env);
  u64 bytes = string_bytes((const struct list*)env.ptr, env.len * 2);
  if (bytes > 0xffffffff) return ERRNO_overflow;
  guest_store32(count, env.len);
  guest_store32(size, (u32)bytes);
  return ERRNO_success;
}

EXPORT("environ_get") err environ_get(guest_ptr environ, guest_ptr buf) {
  arena_reset();
  struct list env;
  get_environment(&env);
  const struct list* strings = (const struct list*)env.ptr;
  for (u32 i = 0; i < env.len; ++i) {
    const struct list* key = &strings[2 * i];
    const struct list* value = &strings[2 * i + 1];
    guest_store32(environ + 4 * i, buf);
    guest_write(buf, key->ptr, key->len);
    guest_store8(buf + key->len, '=');
    buf += key->len + 1;
    guest_write(buf, value->ptr, value->len);
    guest_store8(buf + value->len, 0);
    buf += value->len + 1;
  }
  return ERRNO_success;
}

EXPORT("proc_exit") _Noreturn void proc_exit(u32 code) {
  cli_exit(code != 0);
  __builtin_trap();  // `exit` does not return
}

EXPORT("proc_raise") err proc_raise(u32 signal) {
  (void)signal;
  return ERRNO_notsup;
}

EXPORT("sched_yield") err sched_yield(void) { return ERRNO_success; }

EXPORT("random_get") err random_get(guest_ptr buf, u32 size) {
  while (size != 0) {
    arena_reset();
    u32 want = size < 4096 ? size : 4096;
    struct list bytes;
    get_random_bytes(want, &bytes);
    if (bytes.len != want) return ERRNO_io;
    guest_write(buf, bytes.ptr, want);
    buf += want;
    size -= want;
  }
  return ERRNO_success;
}

IMPORT("main", "_start") void main_start(void);
EXPORT("run") u32 run(void) {
  main_start();
  return 0;
}
