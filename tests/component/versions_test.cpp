#include <doctest/doctest.h>

#include "component/versions.h"

using namespace wcomp::component;
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

TEST_CASE("a name is cut at its version only when it is an interface's and the version is one") {
  CHECK(split_version("a:b/c@1.2.3").base == "a:b/c");
  CHECK(split_version("a:b/c@1.2.3").version->minor == 2);
  for (const char* name : {"a:b/c", "a:b/c@1", "a@1.2.3", "local", ""}) {
    CHECK(split_version(name).base == name);
    CHECK_FALSE(split_version(name).version);
  }
}

TEST_CASE("names have one key exactly when they may stand for one another") {
  CHECK(compatible_key("a:b/c@0.2.1") == compatible_key("a:b/c@0.2.7"));
  CHECK(compatible_key("a:b/c@0.2.1") != compatible_key("a:b/c@0.3.1"));
  CHECK(compatible_key("a:b/c@1.2.1") == compatible_key("a:b/c@1.0.0"));
  CHECK(compatible_key("a:b/c") == "a:b/c");
  CHECK(is_older("a:b/c@0.2.1", "a:b/c@0.2.7"));
  CHECK_FALSE(is_older("a:b/c@0.2.7", "a:b/c@0.2.1"));
  CHECK_FALSE(is_older("a:b/c", "a:b/c"));
}
