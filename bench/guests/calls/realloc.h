#pragma once
#include "api.h"
#include <stdlib.h>

BENCH_EXPORT("cabi_realloc") void* bench_realloc(void* old, size_t old_size, size_t align, size_t size) {
  (void)old_size;
  if (size == 0) return (void*)align;
  void* out = realloc(old, size);
  if (out == NULL) __builtin_trap();
  return out;
}
