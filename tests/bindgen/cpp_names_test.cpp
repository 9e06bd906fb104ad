#include "bindgen/cpp_names.h"

#include <doctest/doctest.h>

namespace wcomp::bindgen {

TEST_CASE("values are snake_case and types PascalCase") {
  CHECK(value_name("list-all") == "list_all");
  CHECK(type_name("input-stream") == "InputStream");
  CHECK(value_name("HTTP-get") == "http_get");
}

TEST_CASE("a keyword or a macro of the C library gets a trailing underscore") {
  CHECK(value_name("class") == "class_");
  CHECK(value_name("errno") == "errno_");
  CHECK(value_name("std") == "std_");
  CHECK(value_name("wcomp") == "wcomp_");
  CHECK(value_name("klass") == "klass");
}

TEST_CASE("an outermost namespace does not collide with a function of the C library") {
  CHECK(outer_namespace("time") == "time_");
  CHECK(value_name("time") == "time");
}

TEST_CASE("the later of two equal names in a scope gets another") {
  NameScope scope{"handle"};
  CHECK(scope.take("get") == "get");
  CHECK(scope.take("get") == "get_");
  CHECK(scope.take("get") == "get_2");
  CHECK(scope.take("handle") == "handle_");
}

TEST_CASE("docs cannot leave their comment") {
  CHECK(doc_comment("", "  ") == "");
  CHECK(doc_comment("one\n\n  two\n", "  ") == "  /// one\n  ///\n  ///  two\n");
  CHECK(doc_comment("*/ int x;", "") == "/// */ int x;\n");
  CHECK(doc_comment("tail \\\nnext", "") == "/// tail \\ .\n/// next\n");
  CHECK(doc_comment("tail \\   ", "") == "/// tail \\ .\n");
  CHECK(doc_comment("tail ?\?/", "") == "/// tail ?\?/ .\n");
  CHECK(doc_comment("a\rint x;", "") == "/// a\\u{d}int x;\n");
}

TEST_CASE("a literal holds any text") {
  CHECK(literal("a\"b\\c") == "\"a\\\"b\\\\c\"");
  CHECK(literal(std::string_view("\n\0", 2)) == "\"\\012\\000\"");
}

}  // namespace wcomp::bindgen
