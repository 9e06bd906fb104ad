// Where a program that was loaded goes in the cache, for those who instantiate it; what is done there they need not link (kept.h).
#pragma once

#include <mutex>

#include "cache/cache.h"

namespace wcomp {
class Component;
class Module;
}  // namespace wcomp

namespace wcomp::precompiled {

/// Shared by the handles of a program; from any thread.
struct Place {
  using Keep = void (*)(const Component* component, const Module* module, Place& place);
  Place(const cache::Key& k, Keep f) : key(k), write(f) {}
  cache::Key key;
  Keep write;
  std::once_flag once;

  /// Writes the program's image, the first time; one of the two is null. Whatever goes wrong is nobody's concern.
  void keep(const Component* component, const Module* module) {
    std::call_once(once, [&] { write(component, module, *this); });
  }
};

}  // namespace wcomp::precompiled
