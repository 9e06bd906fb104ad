// Clocks and poll_oneoff.
#include "adapter.h"
#include "clocks.h"

IMPORT(WASI("clocks/monotonic-clock"), "now") u64 monotonic_now(void);
IMPORT(WASI("clocks/monotonic-clock"), "resolution") u64 monotonic_resolution(void);
IMPORT(WASI("clocks/monotonic-clock"), "subscribe-instant") u32 subscribe_instant(u64 when);
IMPORT(WASI("clocks/monotonic-clock"), "subscribe-duration") u32 subscribe_duration(u64 duration);
IMPORT(WASI("clocks/wall-clock"), "now") void wall_now(struct datetime* out);
IMPORT(WASI("clocks/wall-clock"), "resolution") void wall_resolution(struct datetime* out);
IMPORT(WASI("io/poll"), "poll") void poll_list(const u32* pollables, u32 count, struct list* out);
IMPORT(WASI("io/poll"), "[resource-drop]pollable") void drop_pollable(u32 handle);
IMPORT(WASI("io/streams"), "[method]input-stream.subscribe") u32 input_subscribe(u32 stream);
IMPORT(WASI("io/streams"), "[method]output-stream.subscribe") u32 output_subscribe(u32 stream);

enum { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME, CLOCK_THREAD_CPUTIME };

bool_t nanoseconds_of(const struct datetime* t, u64* out) {
  if (t->seconds > (~(u64)0 - t->nanoseconds) / 1000000000) return 0;
  *out = t->seconds * 1000000000 + t->nanoseconds;
  return 1;
}

static err clock_get(u32 id, bool_t resolution, u64* out) {
  struct datetime t;
  switch (id) {
    case CLOCK_MONOTONIC:
      *out = resolution ? monotonic_resolution() : monotonic_now();
      return ERRNO_success;
    case CLOCK_REALTIME:
      if (resolution) {
        wall_resolution(&t);
      } else {
        wall_now(&t);
      }
      return nanoseconds_of(&t, out) ? ERRNO_success : ERRNO_overflow;
    case CLOCK_PROCESS_CPUTIME:
    case CLOCK_THREAD_CPUTIME: return ERRNO_notsup;
    default: return ERRNO_inval;
  }
}

EXPORT("clock_res_get") err clock_res_get(u32 id, guest_ptr out) {
  u64 ns;
  err e = clock_get(id, 1, &ns);
  if (e == ERRNO_success) guest_store64(out, ns);
  return e;
}

EXPORT("clock_time_get") err clock_time_get(u32 id, u64 precision, guest_ptr out) {
  (void)precision;
  u64 ns;
  err e = clock_get(id, 0, &ns);
  if (e == ERRNO_success) guest_store64(out, ns);
  return e;
}

// `subscription`: 48 bytes; `event`: 32 bytes.
enum { EVENT_CLOCK, EVENT_FD_READ, EVENT_FD_WRITE };
enum { SUBSCRIPTION_SIZE = 48, UNSTABLE_SUBSCRIPTION_SIZE = 56, EVENT_SIZE = 32, ABSTIME = 1 };

static err subscribe_clock(guest_ptr sub, u32* pollable) {
  if (is_unstable) sub += 8;
  u32 id = guest_load32(sub + 16);
  u64 timeout = guest_load64(sub + 24);
  bool_t absolute = (guest_load8(sub + 40) & ABSTIME) != 0;
  if (id == CLOCK_MONOTONIC && absolute) {
    *pollable = subscribe_instant(timeout);
  } else if (id == CLOCK_MONOTONIC || (id == CLOCK_REALTIME && !absolute)) {
    *pollable = subscribe_duration(timeout);
  } else if (id == CLOCK_REALTIME) {
    u64 now;
    err e = clock_get(CLOCK_REALTIME, 0, &now);
    if (e != ERRNO_success) return e;
    *pollable = subscribe_duration(timeout > now ? timeout - now : 0);
  } else {
    return id <= CLOCK_THREAD_CPUTIME ? ERRNO_notsup : ERRNO_inval;
  }
  return ERRNO_success;
}

static err subscribe_fd(guest_ptr sub, u32 type, u32* pollable) {
  struct fd* f = find_fd(guest_load32(sub + 16));
  if (f == 0) return ERRNO_badf;
  if (f->kind == KIND_STDIN) {
    if (type != EVENT_FD_READ) return ERRNO_badf;
    *pollable = input_subscribe(stream_of(f));
  } else if (is_stdio(f)) {
    if (type != EVENT_FD_WRITE) return ERRNO_badf;
    *pollable = output_subscribe(stream_of(f));
  } else if (f->kind == KIND_FILE) {
    *pollable = subscribe_duration(0);  // files are always ready
  } else {
    return ERRNO_badf;
  }
  return ERRNO_success;
}

static void store_event(guest_ptr out, guest_ptr sub, err e, u32 type) {
  guest_store64(out, guest_load64(sub));
  guest_store16(out + 8, e);
  guest_store16(out + 10, type);
  guest_store32(out + 12, 0);
  guest_store64(out + 16, e == ERRNO_success && type != EVENT_CLOCK);  // how much is not known: at least one byte
  guest_store64(out + 24, 0);
}

EXPORT("poll_oneoff") err poll_oneoff(guest_ptr in, guest_ptr out, u32 count, guest_ptr event_count) {
  if (count == 0) return ERRNO_inval;
  if (count > 0x100000) return ERRNO_nomem;
  find_fd(0);
  arena_reset();
  u32* pollables = arena_alloc(count * 4, 4);
  u32* subs = arena_alloc(count * 4, 4);
  u32 waiting = 0, events = 0;
  for (u32 i = 0; i < count; ++i) {
    guest_ptr sub = in + i * (is_unstable ? UNSTABLE_SUBSCRIPTION_SIZE : SUBSCRIPTION_SIZE);
    u32 type = guest_load8(sub + 8);
    u32 pollable = 0;
    err e = type == EVENT_CLOCK ? subscribe_clock(sub, &pollable) : type <= EVENT_FD_WRITE ? subscribe_fd(sub, type, &pollable) : ERRNO_inval;
    if (e != ERRNO_success) {
      store_event(out + events++ * EVENT_SIZE, sub, e, type);
    } else {
      pollables[waiting] = pollable;
      subs[waiting++] = sub;
    }
  }
  if (events == 0 && waiting != 0) {  // with an error at hand nothing is waited for
    struct list ready;
    poll_list(pollables, waiting, &ready);
    for (u32 i = 0; i < ready.len; ++i) {
      u32 index = ((const u32*)ready.ptr)[i];
      if (index >= waiting) continue;
      store_event(out + events++ * EVENT_SIZE, subs[index], ERRNO_success, guest_load8(subs[index] + 8));
    }
  }
  for (u32 i = 0; i < waiting; ++i) drop_pollable(pollables[i]);
  guest_store32(event_count, events);
  return ERRNO_success;
}

EXPORT("unstable:poll_oneoff") err unstable_poll_oneoff(guest_ptr in, guest_ptr out, u32 count, guest_ptr event_count) {
  is_unstable = 1;
  err e = poll_oneoff(in, out, count, event_count);
  is_unstable = 0;
  return e;
}
