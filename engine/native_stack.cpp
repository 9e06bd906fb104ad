#include "engine/native_stack.h"

#include <pthread.h>

namespace wcomp::engine {

NativeStack NativeStack::find() {
  if (const NativeStack first = find_first_stack(); first.high != 0) return first;
  // From the last address downwards it is nobody's.
  const NativeStack unknown{.low = UINTPTR_MAX, .high = 1};
  pthread_attr_t attr;
  if (pthread_getattr_np(pthread_self(), &attr) != 0) return unknown;
  void* base = nullptr;
  std::size_t size = 0;
  const bool is_known = pthread_attr_getstack(&attr, &base, &size) == 0;
  pthread_attr_destroy(&attr);
  if (!is_known) return unknown;
  const auto low = reinterpret_cast<std::uintptr_t>(base);
  return {.low = low, .high = low + size};
}

}  // namespace wcomp::engine
