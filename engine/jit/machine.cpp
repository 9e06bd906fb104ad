// The machine that code is for, and whether this is one: apart from the compiler, for whoever runs compiled code has to ask, too.
#include "engine/jit/jit.h"

namespace wcomp::engine::jit {

bool can_compile() {
#if defined(__x86_64__) && defined(__linux__)
  return __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("popcnt") != 0;
#elif defined(__aarch64__) && defined(__linux__)
  return true;
#else
  return false;
#endif
}

}  // namespace wcomp::engine::jit
