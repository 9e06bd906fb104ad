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
  for (const char* bad : {"", "[method]a", "[method]a.b.c", "[constructor]a.b", "[unknown]a", "a:b", "a:/c", ":b/c", "A:b/c", "a:b/c@", "a:b/c@1.2", "a:b/c@01.2.3", "a::b/c", "a:b//c", "a:b/c/", "a:b/c@0.1.", "a:b/c@0.0", "[static]a."}) {
    CHECK_MESSAGE(!parse_extern_name(bad), bad);
  }
}

TEST_CASE("names with several namespaces and projections, and versions as far as they matter, are taken apart") {
  const auto nested = parse_extern_name("a:b-1:c/d/E@1.0.0");
  REQUIRE(nested);
  CHECK(nested->is_nested);
  CHECK(nested->package == "c");
  CHECK(nested->label == "E");
  CHECK_FALSE(parse_extern_name("a:b/c")->is_nested);
  for (const char* canonical : {"1", "20", "0.2", "0.0.3", "0.0.0"}) {
    const std::string text = std::string("a:b/c@") + canonical;
    const auto name = parse_extern_name(text);
    REQUIRE_MESSAGE(name, canonical);
    CHECK(name->canonical_version == canonical);
  }
  CHECK(parse_extern_name("a:b/c@1.0.0")->canonical_version.empty());
}

TEST_CASE("strongly-unique names ignore hyphens but not those of versions") {
  CHECK(canonical_name("foo-bar") == canonical_name("foobar"));
  CHECK(canonical_name("[method]a-b.AB") == canonical_name("ab"));
  CHECK(canonical_name("a:b-c/d") == canonical_name("a:bc/d"));
  CHECK(canonical_name("a:b/c@1.0.0-x-y") != canonical_name("a:b/c@1.0.0-xy"));
}

TEST_CASE("strongly-unique names ignore case and annotations, but not that of constructors") {
  CHECK(canonical_name("foo-BAR") == canonical_name("FOO-bar"));
  CHECK(canonical_name("[method]foo.bar") == canonical_name("[static]FOO.bar"));
  CHECK(canonical_name("[method]foo.foo") == canonical_name("foo"));
  CHECK(canonical_name("[constructor]foo") != canonical_name("foo"));
  CHECK(canonical_name("[method]foo.bar") != canonical_name("foo"));
}
