#include "wit/format.h"

#include "wit/helpers.h"

namespace wcomp::wit {
namespace {

/// The formatted text; formatting it again has to change nothing.
std::string formatted(const std::string& text) {
  const auto once = format("t.wit", text);
  REQUIRE_MESSAGE(once.has_value(), (once ? "" : once.error().to_string()));
  const auto twice = format("t.wit", *once);
  REQUIRE(twice.has_value());
  CHECK(*twice == *once);
  return *once;
}

TEST_CASE("an item a line, two blanks a level, one form of white space") {
  CHECK(formatted("package  a:b@1.0.0 ;interface i{f:func(a:u8,)->list<u8 , 4>;type t=result<_,u8>;resource r{constructor(a:u8)->result<r>;m:static async func( );}}") ==
        "package a:b@1.0.0;\ninterface i {\n  f: func(a: u8) -> list<u8, 4>;\n  type t = result<_, u8>;\n  resource r {\n    constructor(a: u8) -> result<r>;\n    m: static async func();\n  }\n}\n");
  CHECK(formatted("world w{import x:func();import y:interface{f:func();}import a:b/c@1.0.0;export k: a:b/c;export  l : m;include o with{a as b};use i.{ t ,r as q};}") ==
        "world w {\n  import x: func();\n  import y: interface {\n    f: func();\n  }\n  import a:b/c@1.0.0;\n  export k: a:b/c;\n  export l: m;\n  include o with { a as b };\n  use i.{t, r as q};\n}\n");
}

TEST_CASE("groups stay apart by one empty line, and none stands at the edge of a body") {
  CHECK(formatted("\n\n\npackage a:b;\n\n\n\ninterface i {\n\n  f: func();\n\n\n  g: func();\n  h: func();\n\n}\n\n") == "package a:b;\n\ninterface i {\n  f: func();\n\n  g: func();\n  h: func();\n}\n");
}

TEST_CASE("members written on one line stay there if they fit; else each has its own and a comma") {
  CHECK(formatted("interface i { enum e {a,b,} record r {a:u8,\nb:u8} variant v { a(u8)\n} flags f { } }") ==
        "interface i {\n  enum e { a, b }\n  record r {\n    a: u8,\n    b: u8,\n  }\n  variant v {\n    a(u8),\n  }\n  flags f {}\n}\n");
}

TEST_CASE("what does not fit into the width is broken at its list") {
  const std::string name(40, 'a'), other(50, 'b');
  CHECK(formatted("interface i { f: func(" + name + ": u8, " + other + ": u8) -> u8; }") == "interface i {\n  f: func(\n    " + name + ": u8,\n    " + other + ": u8\n  ) -> u8;\n}\n");
  CHECK(formatted("interface i { use x.{" + name + ", " + other + " as c}; }") == "interface i {\n  use x.{\n    " + name + ",\n    " + other + " as c,\n  };\n}\n");
}

TEST_CASE("every comment stays at its token") {
  CHECK(formatted("// top\n\ninterface i { // open\n  f: func(); // behind\n  // own\n  record r { a: u8 // last\n  }\n /* x */ g: func();\n  // end\n}\n// eof") ==
        "// top\n\ninterface i { // open\n  f: func(); // behind\n  // own\n  record r {\n    a: u8, // last\n  }\n  /* x */ g: func();\n  // end\n}\n// eof\n");
  CHECK(formatted("interface i { f: func(); /* before g */ g: func(a: u8, // a\n b: u8); }") == "interface i {\n  f: func();\n  /* before g */ g: func(\n    a: u8, // a\n    b: u8\n  );\n}\n");
  CHECK(formatted("interface i {\n  type /* a */ t /* b */ = // c\n  u8;\n}") == "interface i {\n  type /* a */ t /* b */ = // c\n    u8;\n}\n");
}

TEST_CASE("docs of what is formatted are the same afterwards") {
  const std::string text = "package t:p;\n/// one\n  ///   two\ninterface i {\n/** three\n       * four\n */ f: func();\n  record r { /// five\n x: u8, }\n}";
  const Loaded before = graph_of(text), after = graph_of(formatted(text));
  CHECK(to_json(before.graph) == to_json(after.graph));
}

TEST_CASE("line ends of other systems become newlines") { CHECK(formatted("package a:b;\r\n// c\r\ninterface i {\r\n}\r\n") == "package a:b;\n// c\ninterface i {}\n"); }

TEST_CASE("a text with mistakes is refused") {
  const auto done = format("t.wit", "interface i { f: func( }");
  REQUIRE(!done.has_value());
  CHECK(done.error().first().code == "syntax");
}

}  // namespace
}  // namespace wcomp::wit
