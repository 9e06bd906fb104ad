#include <doctest/doctest.h>

#include "runtime/names.h"

using namespace wcomp::runtime;
using Found = std::vector<std::size_t>;

TEST_CASE("interfaces are found by the same name, then by compatible versions, newest first") {
  const std::vector<std::string_view> names{"wasi:io/streams@0.2.0", "wasi:io/streams@0.2.6", "wasi:io/streams@0.3.0", "wasi:io/poll@0.2.0",
                                            "local"};
  CHECK(find_compatible("wasi:io/streams@0.2.0", names) == Found{0, 1});
  CHECK(find_compatible("wasi:io/streams@0.2.3", names) == Found{1, 0});
  CHECK(find_compatible("wasi:io/streams@0.4.0", names) == Found{});
  CHECK(find_compatible("local", names) == Found{4});
  CHECK(find_compatible("wasi:io/streams", names) == Found{});
}

TEST_CASE("without a version every version may be meant where that is asked for") {
  const std::vector<std::string_view> names{"a:b/c@0.2.0", "a:b/c@1.0.0", "a:b/d"};
  CHECK(find_compatible("a:b/c", names, true) == Found{1, 0});
  CHECK(find_compatible("a:b/c@0.2.9", names, true) == Found{0});
  CHECK(find_compatible("a:b/d", names, true) == Found{2});
}
