// Guests of an executable run on its first thread.
#include "engine/native_stack.h"

namespace wcomp::engine {

NativeStack NativeStack::find() {
  const NativeStack first = find_first_stack(true);
  // From the last address downwards it is nobody's.
  return first.high != 0 ? first : NativeStack{.low = UINTPTR_MAX, .high = 1};
}

}  // namespace wcomp::engine
