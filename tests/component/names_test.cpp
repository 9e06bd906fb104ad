#include "component/names.h"

#include <doctest/doctest.h>

using namespace wcomp::component;

TEST_CASE("labels are kebab case with words or acronyms") {
  for (const char* good : {"a", "a-b-c", "a1-2-3", "A", "A-B-C", "a11-w0rds", "m1x3d-4CR0NYMS", "is-XML"}) CHECK_MESSAGE(is_label(good), good);
  for (const char* bad : {"", "-", "a-", "-a", "a--b", "1-2", "aB", "a_b", "a b", "a.b", "\xc3\xa4"}) CHECK_MESSAGE(!is_label(bad), bad);
}

TEST_CASE("extern names are taken apart") {
  const auto method = parse_extern_name("[method]blob.read-all");
  REQUIRE(method);
  CHECK(method->kind == NameKind::method);
  CHECK(method->label == "blob");
  CHECK(method->member == "read-all");
  const auto interface = parse_extern_name("wasi:io/streams@0.2.0-rc.1");
  REQUIRE(interface);
  CHECK(interface->ns == "wasi");
  CHECK(interface->package == "io");
  CHECK(interface->label == "streams");
  CHECK(interface->version->to_string() == "0.2.0-rc.1");
}

TEST_CASE("names outside the grammar are refused") {
  for (const char* bad : {"", "[method]a", "[method]a.b.c", "[constructor]a.b", "[unknown]a", "a:b", "a:/c", ":b/c", "A:b/c", "a:b/c@", "a:b/c@1.2", "a:b/c@01.2.3", "a:b:c/d", "a:b/c/d", "[static]a."}) {
    CHECK_MESSAGE(!parse_extern_name(bad), bad);
  }
}

TEST_CASE("strongly-unique names ignore case and annotations, but not that of constructors") {
  CHECK(canonical_name("foo-BAR") == canonical_name("FOO-bar"));
  CHECK(canonical_name("[method]foo.bar") == canonical_name("[static]FOO.bar"));
  CHECK(canonical_name("[method]foo.foo") == canonical_name("foo"));
  CHECK(canonical_name("[constructor]foo") != canonical_name("foo"));
  CHECK(canonical_name("[method]foo.bar") != canonical_name("foo"));
}
