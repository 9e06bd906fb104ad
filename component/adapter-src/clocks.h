// Times of WASI 0.2.
#pragma once
#include "adapter.h"

/// wasi:clocks/wall-clock datetime.
struct datetime {
  u64 seconds;
  u32 nanoseconds;
};
/// False when it does not fit.
bool_t nanoseconds_of(const struct datetime* t, u64* out);
