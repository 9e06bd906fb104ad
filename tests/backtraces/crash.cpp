// Divides by zero, some calls and inlined functions deep. Comments `at: NAME` mark the lines that a backtrace has to name.
#include "divide.h"

namespace app {
volatile int zero = 0;

__attribute__((noinline)) static int quotient(int a) {
  return divide(a, &zero) + 1;  // at: quotient
}
static inline __attribute__((always_inline)) int middle(int a) {
  return quotient(a + 1) + 1;  // at: middle
}
template <class T>
struct Box {
  T value;
  __attribute__((noinline)) T get(T add) const {
    return middle(value + add) * 3;  // at: get
  }
};
}  // namespace app

extern "C" __attribute__((export_name("run"))) int run() {
  app::Box<int> box{3};
  return box.get(4) + 2;  // at: run
}
