#include "engine/fault.h"

#include <thread>

#include <doctest/doctest.h>
#include <pthread.h>

using namespace wcomp::engine;

namespace {

/// What the C library says, which has it from the list of all mappings.
NativeStack known_stack() {
  pthread_attr_t attr;
  REQUIRE(pthread_getattr_np(pthread_self(), &attr) == 0);
  void* base = nullptr;
  std::size_t size = 0;
  REQUIRE(pthread_attr_getstack(&attr, &base, &size) == 0);
  pthread_attr_destroy(&attr);
  const auto low = reinterpret_cast<std::uintptr_t>(base);
  return {.low = low, .high = low + size};
}

}  // namespace

TEST_CASE("the stack of a thread ends where the C library says that it ends") {
  const auto check = [] {
    const NativeStack found = NativeStack::find(), known = known_stack();
    CHECK(found.low == known.low);
    CHECK(found.high >= known.high);
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    CHECK(here > found.low);
    CHECK(here < found.high);
  };
  SUBCASE("the first thread") { check(); }
  SUBCASE("another thread") { std::thread(check).join(); }
}
