// component/validate_core.cpp and matcher.cpp: what core modules of a component give each other, by types that name types.
#include <doctest/doctest.h>

#include "component/text/parse.h"
#include "component/validate.h"

namespace wcomp::component {
namespace {

/// A module with `exporter`'s fields, and one with `importer`'s that is instantiated with it as `a`: the code of the refusal, or nothing.
std::string link(const std::string& exporter, const std::string& importer) {
  const std::string text = "(component (core module $A " + exporter + ") (core module $B " + importer +
                           ") (core instance $a (instantiate $A)) (core instance (instantiate $B (with \"a\" (instance $a)))))";
  CAPTURE(text);
  Result<Bytes> bytes = text::parse("test.wat", text);
  REQUIRE_MESSAGE(bytes.has_value(), bytes.error().to_string());
  auto decoded = decode(*std::move(bytes));
  REQUIRE_MESSAGE(decoded.has_value(), decoded.error().to_string());
  const auto valid = validate(*std::move(decoded));
  return valid ? std::string() : std::string(valid.error().first().code);
}

TEST_CASE("types that core modules name by different indices are the same when they mean the same") {
  const std::string other = "(type $x (func (param i32)))";
  CHECK(link(other + "(type $t (func (result i32))) (func (export \"f\") (param (ref $t)))",
             "(type $t (func (result i32))) (import \"a\" \"f\" (func (param (ref $t))))") == "");
  CHECK(link(other + "(type $t (func (param (ref null $t)))) (func (export \"f\") (param (ref $t)))",
             "(type $t (func (param (ref null $t)))) (import \"a\" \"f\" (func (param (ref $t))))") == "");
  CHECK(link(other + "(type $t (func (result i32))) (table (export \"t\") 1 (ref null $t))",
             "(type $t (func (result i32))) (import \"a\" \"t\" (table 1 (ref null $t)))") == "");
}

TEST_CASE("types that core modules name by one index differ when they mean others") {
  const std::string first = "(type $t (func (result i32)))", second = "(type $t (func (result i64)))";
  CHECK(link(first + "(func (export \"f\") (param (ref $t)))", second + "(import \"a\" \"f\" (func (param (ref $t))))") == "import-mismatch");
  CHECK(link(first + "(global (export \"g\") (ref null $t) (ref.null $t))", second + "(import \"a\" \"g\" (global (ref null $t)))") == "import-mismatch");
  CHECK(link(first + "(table (export \"t\") 1 (ref null $t))", second + "(import \"a\" \"t\" (table 1 (ref null $t)))") == "import-mismatch");
}

TEST_CASE("a global that stays as it is may be imported by a wider type, a mutable one only by its own") {
  const std::string f = "(func $f) (elem declare func $f) ";
  CHECK(link(f + "(global (export \"g\") (ref func) (ref.func $f))", "(import \"a\" \"g\" (global funcref))") == "");
  CHECK(link("(type $t (func)) (global (export \"g\") (ref null $t) (ref.null $t))", "(import \"a\" \"g\" (global funcref))") == "");
  CHECK(link("(global (export \"g\") funcref (ref.null func))", "(type $t (func)) (import \"a\" \"g\" (global (ref null $t)))") == "import-mismatch");
  CHECK(link(f + "(global (export \"g\") (mut (ref func)) (ref.func $f))", "(import \"a\" \"g\" (global (mut funcref)))") == "import-mismatch");
  CHECK(link("(global (export \"g\") funcref (ref.null func))", "(import \"a\" \"g\" (global (mut funcref)))") == "import-mismatch");
  CHECK(link("(global (export \"g\") (mut funcref) (ref.null func))", "(import \"a\" \"g\" (global (mut funcref)))") == "");
}

}  // namespace
}  // namespace wcomp::component
