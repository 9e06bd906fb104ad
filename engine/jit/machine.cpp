// The machine that code is for, and whether this is one: apart from the compiler, for whoever runs compiled code has to ask, too.
#include "base/processor.h"
#include "engine/jit/jit.h"

namespace wcomp::engine::jit {

bool can_compile() {
#if defined(__x86_64__) && defined(__linux__)
  return has_sse4_2() && has_popcnt();
#elif defined(__aarch64__) && defined(__linux__)
  return true;
#else
  return false;
#endif
}

}  // namespace wcomp::engine::jit
