#include "helpers.h"

using namespace wcomp;
using namespace wcomp::wit;

TEST_CASE("unknown names come with the nearest known one") {
  CHECK(errors_of("interface i {\n  type baz = u8;\n  type foo = bar;\n}") == "unknown-type 4:14 type `bar` does not exist\n");
  CHECK(notes_of("interface i {\n  type baz = u8;\n  type foo = bar;\n}") == "did you mean `baz`?\n");
  CHECK(notes_of("interface i {\n  type foo = strin;\n}") == "did you mean `string`?\n");
  CHECK(notes_of("interface types { type t = u8; }\ninterface i { use type.{t}; }").find("%type") != std::string::npos);
  CHECK(notes_of("interface types { type t = u8; }\ninterface i { use typos.{t}; }") == "did you mean `types`?\n");
  CHECK(notes_of("interface i { use wasi:io/streams.{a}; }").starts_with("dependencies are looked for"));
}

TEST_CASE("one unknown type gives one message, however many use what it breaks") {
  CHECK(errors_of("interface i {\n  type a = nope;\n  type b = list<a>;\n  f: func(x: b) -> a;\n}") == "unknown-type 3:12 type `nope` does not exist\n");
}

TEST_CASE("types may be declared after their use but not depend on themselves") {
  const Loaded l = graph_of("interface i { record a { x: b }\n record b { y: u8 } }");
  const Interface& i = l.graph.interfaces[InterfaceId(0)];
  CHECK(l.graph.type_decls[i.types.at(0)].name == "b");
  CHECK(l.graph.type_decls[i.types.at(1)].name == "a");
  CHECK(errors_of("interface i {\n  type a = b;\n  record b { x: list<a> }\n}").starts_with("cycle 4:22 type `a` depends on itself"));
  CHECK(errors_of("interface a { use b.{x}; }\ninterface b { use a.{y}; }").starts_with("cycle 3:11 interface `b` depends on itself"));
}

TEST_CASE("a chain of a hundred thousand aliases is no problem") {
  std::string text = "interface i {\n";
  for (int i = 0; i < 100'000; ++i) text += "  type a" + std::to_string(i) + " = a" + std::to_string(i + 1) + ";\n";
  text += "  type a100000 = u8;\n}";
  CHECK(graph_of(text).graph.type_decls.size() == 100'001);
}

// As many as would take minutes if each were compared with all others, and overflow the stack if each were a call inside of another.
TEST_CASE("a chain of eighteen thousand interfaces is no problem in either direction, nor is a world of them all") {
  constexpr std::size_t length = 18'000;
  for (const bool is_forward : {false, true}) {
    std::string text, imports, exports;
    for (std::size_t i = 0; i < length; ++i) {
      const std::string number = std::to_string(i);
      const bool is_end = is_forward ? i + 1 == length : i == 0;
      if (is_end) text += "interface i" + number + " { resource r; }\n";
      else text += "interface i" + number + " { use i" + std::to_string(is_forward ? i + 1 : i - 1) + ".{r as q}; type r = q; f: func(x: q) -> r; }\n";
      imports += "  import i" + number + ";\n";
      exports += "  export i" + number + ";\n";
    }
    const std::string first = is_forward ? "i0" : "i" + std::to_string(length - 1);  // what all others are used by
    text += "world one { import " + first + "; }\nworld all {\n" + imports + "}\nworld out {\n" + exports + "}\nworld included { include all; }\nworld exported { export " + first + "; }\n";
    const Loaded l = graph_of(text);
    REQUIRE(l.graph.worlds.size() == 5);
    for (const World& w : l.graph.worlds) {
      CAPTURE(w.name);
      if (w.name == "out") CHECK(w.exports.size() == length);
      else CHECK(w.imports.size() == (w.name == "exported" ? length - 1 : length));
    }
  }
}

TEST_CASE("ten thousand items in one place are no problem, whatever they are") {
  std::string text = "interface i {\n", world = "world w {\n", wide = "record wide {\n", cases = "enum many {\n";
  for (std::size_t i = 0; i < 10'000; ++i) {
    const std::string number = std::to_string(i);
    text += "  record r" + number + " { a: list<r" + std::to_string(i == 0 ? 9'999 : i / 2) + "> }\n  do-" + number + ": func(a: r" + number + ");\n";
    world += "  import do-" + number + ": func();\n  export e" + number + ": interface { g: func(); }\n";
    wide += "  a" + number + ": u8,\n";
    cases += "  a" + number + ",\n";
  }
  text.replace(text.find("list<r9999>"), 11, "u8");
  const Loaded l = graph_of(text + wide + "}\n" + cases + "}\n}\n" + world + "}\n");
  CHECK(l.graph.interfaces[InterfaceId(0)].functions.size() == 10'000);
  CHECK(l.graph.worlds[WorldId(0)].exports.size() == 10'000);
}

TEST_CASE("names are unique without regard to case") {
  CHECK(errors_of("interface i {\n  type a = u8;\n  a: func();\n}").starts_with("duplicate-name 4:3"));
  CHECK(errors_of("interface i {\n  type a = u8;\n  A: func();\n}").starts_with("duplicate-name 4:3"));
  CHECK(errors_of("interface i {\n  f: func(a: u8, a: u8);\n}").starts_with("duplicate-name 3:18"));
  CHECK(errors_of("interface i {\n  enum e { a, A }\n}").starts_with("duplicate-name 3:15"));
  CHECK(errors_of("interface i {}\nworld i {}").starts_with("duplicate-name 3:7"));
}

TEST_CASE("variants and enums have cases") {
  CHECK(errors_of("interface i {\n  enum e {}\n}") == "invalid 3:8 enum `e` has no cases\n");
  CHECK(errors_of("interface i {\n  variant v {}\n}") == "invalid 3:11 variant `v` has no cases\n");
}

TEST_CASE("a resource's name is an owned handle, and its functions get their names in the component") {
  const Loaded l = graph_of("interface i {\n  resource r {\n    constructor(a: u8);\n    m: func(x: r) -> borrow-free;\n    s: static func(b: borrow<r>);\n  }\n  type borrow-free = option<r>;\n}");
  const Interface& i = l.graph.interfaces[InterfaceId(0)];
  REQUIRE(i.functions.size() == 3);
  CHECK(i.functions[0].abi_name == "[constructor]r");
  CHECK(l.graph.types.get<types::OwnType>(*i.functions[0].type.result) != nullptr);
  CHECK(i.functions[1].abi_name == "[method]r.m");
  REQUIRE(i.functions[1].type.params.size() == 2);
  CHECK(i.functions[1].type.params[0].name == "self");
  CHECK(l.graph.types.get<types::BorrowType>(i.functions[1].type.params[0].type) != nullptr);
  CHECK(l.graph.types.get<types::OwnType>(i.functions[1].type.params[1].type) != nullptr);
  CHECK(i.functions[2].abi_name == "[static]r.s");
}

TEST_CASE("handles are of resources, results hold no borrows, constructors give their resource") {
  CHECK(errors_of("interface i {\n  type n = u8;\n  type t = borrow<n>;\n}").starts_with("type-mismatch 4:19 `n` is not a resource"));
  CHECK(errors_of("interface i {\n  resource r;\n  type t = option<borrow<r>>;\n  f: func() -> t;\n}").starts_with("invalid 5:3 the result of `f`"));
  CHECK(errors_of("interface i {\n  resource r { constructor() -> u8; }\n}").starts_with("type-mismatch 3:33"));
  CHECK(errors_of("interface i {\n  resource q;\n  resource r { constructor() -> result<q>; }\n}").starts_with("type-mismatch 4:40"));
  CHECK(errors_of("interface i {\n  resource r { constructor() -> result<r, string>; }\n}") == "accepted");
  CHECK(errors_of("interface i {\n  resource r { constructor(); constructor(); }\n}").starts_with("duplicate-name"));
}

TEST_CASE("map keys are integers, bool, char or string") {
  CHECK(errors_of("interface i { type k = string; type m = map<k, u8>; }") == "accepted");
  CHECK(errors_of("interface i { type m = map<f32, u8>; }").starts_with("type-mismatch 2:28"));
  CHECK(errors_of("interface i { type m = map<list<u8>, u8>; }").starts_with("type-mismatch 2:28"));
}

TEST_CASE("a use names its target's declaration, through any number of steps") {
  const Loaded l = graph_of("interface a { record r { x: u8 } }\ninterface b { use a.{r as q}; }\ninterface c { use b.{q}; f: func(x: q); }");
  const Graph& g = l.graph;
  const TypeDecl& q = g.type_decls[g.interfaces[InterfaceId(2)].types.at(0)];
  CHECK(q.is_use);
  CHECK(g.type_decls[g.resolve_decl(g.interfaces[InterfaceId(2)].types.at(0))].name == "r");
  CHECK(g.types.get<types::RecordType>(q.type) != nullptr);
  CHECK(errors_of("interface a { f: func(); }\ninterface b { use a.{f}; }").starts_with("unknown-type 3:22 `f` of interface `a` is a function"));
}

TEST_CASE("packages in one file see each other, in dependency order") {
  const Loaded l = graph_of("package a:main@1.0.0;\ninterface i { use b:dep/types@0.1.0.{t}; }\npackage b:dep@0.1.0 { interface types { type t = u8; } }");
  REQUIRE(l.graph.packages.size() == 2);
  CHECK(l.graph.packages[PackageId(0)].name.to_string() == "b:dep@0.1.0");
  REQUIRE(l.graph.roots.size() == 1);
  CHECK(l.graph.roots[0] == PackageId(1));
  CHECK(l.graph.interface_id_name(InterfaceId(0)) == "b:dep/types@0.1.0");
  CHECK(errors_of("package a:main;\ninterface i { use b:dep/types.{t}; }\npackage b:dep@0.1.0 { interface types { type t = u8; } }").starts_with("unknown-package 2:19 package `b:dep` was not found"));
  CHECK(errors_of("package a:m;\npackage b:x { interface i { use b:y/i.{}; } }\npackage b:y { interface i { use b:x/i.{}; } }").starts_with("cycle"));
}

TEST_CASE("gates leave items out, and what stays must not need them") {
  const std::string text = "interface i {\n  @unstable(feature = fancy)\n  type t = u8;\n  @unstable(feature = fancy)\n  f: func(x: t);\n  @since(version = 0.9.0)\n  g: func();\n  @since(version = 1.0.0)\n  h: func();\n}";
  CHECK(graph_of(text).graph.interfaces[InterfaceId(0)].functions.size() == 2);
  CHECK(graph_of(text, {.features = {"fancy"}}).graph.interfaces[InterfaceId(0)].functions.size() == 3);
  CHECK(graph_of(text, {.all_features = true}).graph.interfaces[InterfaceId(0)].functions.size() == 3);
  CHECK(graph_of(text, {.target_version = SemVer::parse("1.0.0")}).graph.interfaces[InterfaceId(0)].functions.size() == 2);
  CHECK(errors_of("interface i {\n  @unstable(feature = fancy)\n  type t = u8;\n  f: func(x: t);\n}").starts_with("bad-gate 5:14"));
}

TEST_CASE("an item may be behind one feature and what it stands in or names behind another") {
  const std::string text =
      "@unstable(feature = outer)\ninterface i {\n  @unstable(feature = inner)\n  f: func();\n  @unstable(feature = thing)\n  resource r {\n    @unstable(feature = inner)\n    m: func();\n  }\n}\n"
      "@unstable(feature = the-world)\nworld w {\n  @unstable(feature = the-import)\n  import i;\n}";
  CHECK(graph_of(text, {.all_features = true}).graph.interfaces[InterfaceId(0)].functions.size() == 2);
  CHECK(graph_of(text).graph.interfaces.empty());
  CHECK(graph_of(text, {.features = {"inner"}}).graph.interfaces.empty());
  CHECK(graph_of(text, {.features = {"outer", "inner"}}).graph.interfaces[InterfaceId(0)].functions.size() == 1);
  CHECK(graph_of(text, {.features = {"outer", "the-world", "the-import"}}).graph.worlds[WorldId(0)].imports.size() == 1);
  // An interface that is off cannot be imported, whatever is on.
  CHECK(errors_of("interface a {\n  @unstable(feature = f)\n  type t = u8;\n}\ninterface b {\n  use a.{t};\n}").starts_with("bad-gate"));
}

TEST_CASE("an earlier target version hides later items and names the package by it") {
  Options options;
  options.target_version = SemVer::parse("1.0.0");
  const Loaded l = graph_of("package a:b@1.1.0;\ninterface i { f: func();\n @since(version = 1.1.0)\n g: func(); }", options);
  CHECK(l.graph.interfaces[InterfaceId(0)].functions.size() == 1);
  CHECK(l.graph.interface_id_name(InterfaceId(0)) == "a:b/i@1.0.0");
}

TEST_CASE("gates follow their rules") {
  CHECK(errors_of("@since(version = 2.0.0)\ninterface i {}").starts_with("bad-gate 3:11"));
  CHECK(errors_of("package a:b;\n@since(version = 2.0.0)\ninterface i {}").starts_with("bad-gate 2:2"));
  CHECK(errors_of("@deprecated(version = 1.0.0)\ninterface i {}").starts_with("bad-gate"));
  CHECK(errors_of("@since(version = 1.0.0)\n@unstable(feature = f)\ninterface i {}").starts_with("bad-gate"));
  CHECK(errors_of("@unstable(feature = f)\ninterface i {\n  type t = u8;\n}").starts_with("bad-gate 4:8"));
}

TEST_CASE("use of what is deprecated is a warning") {
  const Loaded l = graph_of("interface a {\n  @since(version = 0.1.0)\n  @deprecated(version = 0.2.0)\n  type t = u8;\n}\ninterface b {\n  use a.{t};\n}");
  REQUIRE(l.warnings.size() == 1);
  CHECK(l.warnings[0].message == "type `t` is deprecated since 0.2.0");
}

TEST_CASE("a tuple has at least one type") {
  CHECK(errors_of("interface i { type t = tuple<>; }").starts_with("syntax 2:24 a tuple has at least one type"));
  CHECK(errors_of("interface i { f: func() -> option<tuple<>>; }").starts_with("syntax 2:35"));
  CHECK(errors_of("interface i { type t = tuple<u8>; }") == "accepted");
}

TEST_CASE("packages in braces do not take the place of the file's own package") {
  CHECK(errors_of("package a:b { interface i {} }").starts_with("syntax 1:1 no file of `t.wit` says which package it is"));
  CHECK(errors_of("package c:d;\npackage a:b { interface i {} }") == "accepted");
}

TEST_CASE("that something will be deprecated may be said before that version, that it is there may not") {
  CHECK(errors_of("interface i { @since(version = 1.0.0) @deprecated(version = 1.1.0) type t = u8; }") == "accepted");
  CHECK(errors_of("interface i { @since(version = 1.1.0) type t = u8; }").starts_with("bad-gate"));
}
