#include "base/demangle.h"

#include <doctest/doctest.h>

using wcomp::demangle;

TEST_CASE("names of C++ and Rust as people write them") {
  CHECK(demangle("_ZN3app6divideEii") == "app::divide(int, int)");
  CHECK(demangle("_ZNK3app3BoxIiE3getEi") == "app::Box<int>::get(int) const");
  CHECK(demangle("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE") == "core::fmt::Formatter::pad");
  CHECK(demangle("_ZN52_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..X$GT$4push17h0123456789abcdefE") == "<alloc::vec::Vec<T> as core::X>::push");
}

TEST_CASE("names that are not mangled, or not rightly, stay as they are") {
  for (const char* name : {"", "main", "_start", "_Z", "_ZN", "_Z1", "app::divide(int, int)", "_ZN3appE junk", "f"}) CHECK(demangle(name) == name);
}

TEST_CASE("a short name that would become very long stays as it is, and fast") {
  // Each level is a template of the level before, twice.
  std::string doubling = "_Z1f1PI1AS_E";
  for (int i = 0; i < 40; ++i) doubling += "1PIS" + std::to_string(i % 10) + "_S" + std::to_string(i % 10) + "_E";
  CHECK(demangle(doubling).size() <= doubling.size());
  CHECK(demangle("_Z" + std::string(5000, 'P') + "i").size() <= 5010);
  CHECK(demangle("_Z1f" + std::string(1000, 'P') + "i").size() <= 1100);
}
