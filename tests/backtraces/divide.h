// Inlined from another file.
#pragma once
namespace app {
struct Error {};
static inline __attribute__((always_inline)) int divide(int a, volatile int* b) {
  return a / *b;  // at: divide
}
}  // namespace app
