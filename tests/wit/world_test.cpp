#include "helpers.h"

using namespace wcomp;
using namespace wcomp::wit;

TEST_CASE("what an item uses is imported before it") {
  const Loaded l = graph_of("interface a { resource r; }\ninterface b { use a.{r}; f: func() -> r; }\nworld imp { import b; }\nworld exp { export b; }\nworld both { export a; export b; }\nworld typed { use a.{r}; import f: func(x: r); }");
  CHECK(items_of(l, "imp") == "import t:p/a@1.0.0, import t:p/b@1.0.0");
  CHECK(items_of(l, "exp") == "import t:p/a@1.0.0, export t:p/b@1.0.0");
  CHECK(items_of(l, "both") == "export t:p/a@1.0.0, export t:p/b@1.0.0");
  CHECK(items_of(l, "typed") == "import t:p/a@1.0.0, import r, import f");
}

TEST_CASE("an interface that would be needed both as export and through an import is refused") {
  const std::string text = "interface a { resource r; }\ninterface b { use a.{r}; resource s; }\ninterface c { use a.{r}; use b.{s}; f: func(x: r) -> s; }\nworld w { export a; export c; }";
  CHECK(errors_of(text).starts_with("invalid 5:7 export `t:p/c@1.0.0` uses `t:p/a@1.0.0` both as an export"));
}

TEST_CASE("imports and exports are two spaces of names") {
  CHECK(errors_of("world w { import a: func(); export a: func(); }") == "accepted");
  CHECK(errors_of("world w { import a: func(); import a: interface {} }").starts_with("duplicate-name 2:36"));
  CHECK(errors_of("interface i {}\nworld w { export i; export i; }").starts_with("duplicate-name 3:28"));
  CHECK(errors_of("world w { type a = u8; import a: func(); }").starts_with("duplicate-name"));
}

TEST_CASE("include takes over another world's items, once each") {
  const Loaded l = graph_of("interface i {}\nworld a { import i; import f: func(); export g: func(); }\nworld b { import i; include a with { f as h }; }");
  CHECK(items_of(l, "b") == "import t:p/i@1.0.0, import h, export g");
}

TEST_CASE("include refuses conflicts, unknown renames, interfaces and cycles") {
  CHECK(errors_of("world a { import f: func(); }\nworld b { import f: func(); include a; }").starts_with("duplicate-name 3:37"));
  CHECK(errors_of("world a { import f: func(); }\nworld b { include a with { g as h }; }").starts_with("unknown-item 3:28"));
  CHECK(errors_of("interface i {}\nworld b { include i; }").starts_with("unknown-item 3:19"));
  CHECK(errors_of("world a { include b; }\nworld b { include a; }").starts_with("cycle"));
}

TEST_CASE("types of an included world are made anew, under their new names") {
  const Loaded l = graph_of("world a { resource r { constructor(); m: func() -> list<r>; }\n import f: func(x: r); }\nworld b { include a with { r as s } }");
  CHECK(items_of(l, "b") == "import s, import f, import [constructor]s, import [method]s.m");
  const Graph& g = l.graph;
  const World& b = g.worlds[*select_world(g, "b")];
  const TypeDeclId s = std::get<TypeDeclId>(b.imports[0].item);
  const Function& f = std::get<Function>(b.imports.at(1).item);
  CHECK(std::get<WorldId>(g.type_decls[s].owner) == *select_world(g, "b"));
  CHECK(g.types.get<types::OwnType>(f.type.params[0].type)->resource == g.type_decls[s].type);
}

TEST_CASE("an interface may be imported several times under labels of one's own") {
  const Loaded l = graph_of("interface store { get: func(); }\nworld w { import one: store; import two: store; export store; }");
  CHECK(items_of(l, "w") == "import one, import two, export t:p/store@1.0.0");
}

TEST_CASE("select_world takes the only one, a name or a full name, and lists the choice") {
  const Loaded one = graph_of("world w {}");
  CHECK(select_world(one.graph, "").has_value());
  const Loaded two = graph_of("world app {}\nworld host {}");
  CHECK(select_world(two.graph, "t:p/app@1.0.0").has_value());
  CHECK(select_world(two.graph, "t:p/host").has_value());
  CHECK(select_world(two.graph, "").error().first().code == "ambiguous-world");
  CHECK(select_world(two.graph, "").error().first().notes.at(0) == "choose one of `t:p/app@1.0.0`, `t:p/host@1.0.0`");
  CHECK(select_world(two.graph, "hots").error().first().notes.at(0) == "did you mean `host`?");
}

TEST_CASE("printed text is canonical: it parses back and prints the same") {
  const std::string text =
      "package t:p@1.0.0;\n\n/// docs\ninterface types {\n  record r {\n    /// first\n    %record: u32,\n    b: option<list<tuple<u8, char>>>,\n  }\n\n  resource bucket {\n"
      "    constructor(n: string) -> result<bucket, string>;\n    get: async func(k: string) -> stream<u8>;\n    @since(version = 0.9.0)\n    open: static func() -> bucket;\n  }\n\n"
      "  variant v {\n    x,\n    y(result<_, r>),\n  }\n\n  f: func(b: borrow<bucket>, m: map<string, u8>, l: list<u8, 4>);\n}\n\n"
      "world w {\n  import types;\n  use types.{bucket as bkt, r};\n  import log: func(x: bkt);\n\n  export run: interface {\n    use types.{r};\n\n    go: func() -> r;\n  }\n}\n";
  const std::string once = printed(graph_of(text, {.features = {"fixed-length-lists"}}));
  CHECK(once == text);
  CHECK(printed(graph_of(once, {.features = {"fixed-length-lists"}})) == once);
}

TEST_CASE("the external ids of a use are printed with it, and uses with others apart") {
  const std::string text = "package t:p@1.0.0;\n\ninterface i {\n  type a = u32;\n\n  type b = u32;\n\n  type c = u32;\n}\n\ninterface j {\n  @external-id(\"x\")\n  use i.{a, b};\n  use i.{c};\n}\n";
  CHECK(printed(graph_of(text)) == text);
}

TEST_CASE("an export that uses what is exported and, through an import, the same again is refused") {
  const std::string text = "interface a { resource r; }\ninterface b { use a.{r}; }\ninterface c { use a.{r}; use b.{r as r2}; }\n";
  CHECK(errors_of(text + "world w { export a; export c; }").starts_with("invalid 5:7 export `t:p/c@1.0.0` uses `t:p/a@1.0.0` both as an export"));
  CHECK(items_of(graph_of(text + "world w { export a; export b; export c; }"), "w") == "export t:p/a@1.0.0, export t:p/b@1.0.0, export t:p/c@1.0.0");
  CHECK(items_of(graph_of(text + "world w { export c; }"), "w") == "import t:p/a@1.0.0, import t:p/b@1.0.0, export t:p/c@1.0.0");
}

TEST_CASE("long chains of interfaces that a world exports are elaborated in linear time") {
  std::string text = "interface i0 { type t0 = u8; }\n";
  std::string world = "world w {\n";
  for (int i = 1; i < 6000; ++i) {
    text += "interface i" + std::to_string(i) + " { use i" + std::to_string(i - 1) + ".{t" + std::to_string(i - 1) + "}; type t" + std::to_string(i) + " = t" + std::to_string(i - 1) + "; }\n";
    world = world + "  export i" + std::to_string(i) + ";\n";
  }
  const Loaded l = graph_of(text + world + "}\n");
  const auto id = select_world(l.graph, "w");
  REQUIRE(id.has_value());
  CHECK(l.graph.worlds[*id].exports.size() == 5999);
  CHECK(l.graph.worlds[*id].imports.size() == 1);
}

TEST_CASE("an inline interface of an included world is another one, with other resources") {
  const Loaded l = graph_of("world a { import i: interface { resource r; f: func() -> r; } }\nworld b { include a with { i as j }\n include a; }");
  const auto id = select_world(l.graph, "b");
  REQUIRE(id.has_value());
  const World& b = l.graph.worlds[*id];
  REQUIRE(b.imports.size() == 2);
  const InterfaceId one = std::get<InterfaceId>(b.imports[0].item), two = std::get<InterfaceId>(b.imports[1].item);
  CHECK(one != two);
  CHECK(l.graph.types.resource(l.graph.type_decls[l.graph.interfaces[one].types.at(0)].type) != l.graph.types.resource(l.graph.type_decls[l.graph.interfaces[two].types.at(0)].type));
  CHECK(l.graph.interfaces[one].clone_of == l.graph.interfaces[two].clone_of);
}
