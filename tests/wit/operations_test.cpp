#include "helpers.h"

#include <map>

#include "wit/operations/merge.h"
#include "wit/operations/merge_imports.h"
#include "wit/operations/nominal_types.h"
#include "wit/operations/semver_check.h"
#include "wit/operations/turn_around.h"

using namespace wcomp;
using namespace wcomp::wit;

namespace {

WorldId world(const Graph& graph, std::string_view name) {
  const auto id = select_world(graph, name);
  REQUIRE(id.has_value());
  return *id;
}

std::string items(const Graph& graph, std::string_view name) {
  std::string out;
  const World& w = graph.worlds[world(graph, name)];
  for (const WorldItem& item : w.imports) out += (out.empty() ? "import " : ", import ") + item.name;
  for (const WorldItem& item : w.exports) out += (out.empty() ? "export " : ", export ") + item.name;
  return out;
}

/// Printed, loaded again and printed once more it is the same.
void check_sound(const Graph& graph) {
  const std::string text = print_with_dependencies(graph);
  const auto again = load_text("again.wit", text);
  REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().to_string() + text));
  std::map<std::string, std::string> before, after;  // packages may come in another order
  for (std::size_t p = 0; p < graph.packages.size(); ++p) before.emplace(graph.packages[PackageId(p)].name.to_string(), print(graph, PackageId(p)));
  for (std::size_t p = 0; p < again->graph.packages.size(); ++p) after.emplace(again->graph.packages[PackageId(p)].name.to_string(), print(again->graph, PackageId(p)));
  CHECK(before == after);
  // Entries refer to earlier ones only.
  for (std::size_t t = 0; t < graph.types.size(); ++t) {
    if (const auto* a = std::get_if<types::AliasType>(&graph.types[types::TypeId(t)])) {
      if (const auto* target = std::get_if<types::TypeId>(&a->target)) CHECK(target->value < t);
    }
  }
}

Graph importized(const Loaded& l, std::string_view name, std::string_view out = {}) {
  auto g = importize(l.graph, world(l.graph, name), out);
  REQUIRE_MESSAGE(g.has_value(), (g ? "" : g.error().to_string()));
  check_sound(*g);
  return std::move(*g);
}
Graph exportized(const Loaded& l, std::string_view name, std::vector<std::string> only = {}) {
  auto g = exportize(l.graph, world(l.graph, name), {}, only);
  REQUIRE_MESSAGE(g.has_value(), (g ? "" : g.error().to_string()));
  check_sound(*g);
  return std::move(*g);
}
Graph by_version(const Loaded& l, std::string_view name) {
  auto g = merge_imports_by_version(l.graph, world(l.graph, name));
  REQUIRE_MESSAGE(g.has_value(), (g ? "" : g.error().to_string()));
  check_sound(*g);
  return std::move(*g);
}
Result<Graph> merged(std::string_view into, std::string_view from) {
  Loaded a = graph_of(std::string(into));
  const Loaded b = graph_of(std::string(from));
  auto g = merge(std::move(a.graph), b.graph);
  if (g) check_sound(*g);
  return g;
}
std::string refused(std::string_view into, std::string_view from) {
  const auto g = merged(into, from);
  return g ? "merged" : std::string(g.error().first().code) + " " + g.error().first().message;
}

/// `CODE MESSAGE` of every mismatch.
std::string mismatches(std::string_view text, std::string_view prev = "old", std::string_view next = "new") {
  const Loaded l = graph_of(std::string(text));
  std::string out;
  for (const Diagnostic& d : semver_check(l.graph, world(l.graph, prev), world(l.graph, next))) {
    out += (d.severity == Severity::error ? "" : "warning ") + std::string(d.code) + " " + d.message + "\n";
  }
  return out;
}

}  // namespace

// ---- importize, exportize ----

TEST_CASE("importize turns exports into imports, keeps types and drops other imports") {
  const Loaded l = graph_of("interface d { resource r; }\ninterface a { use d.{r}; f: func(x: r); }\nworld w { import d; import g: func(); type t = u32; export h: func(x: t); export a; export i: interface {} }");
  const Graph g = importized(l, "w");
  CHECK(items(g, "w-importized") == "import t:p/d@1.0.0, import t:p/a@1.0.0, import i, import t, import h");
  CHECK_FALSE(select_world(g, "w").has_value());
}

TEST_CASE("the world that importize makes is the last of its package and may keep its name") {
  const Loaded l = graph_of("interface a {}\nworld w { export a; }\nworld v {}");
  const Graph g = importized(l, "w", "w");
  CHECK(items(g, "w") == "import t:p/a@1.0.0");
  CHECK(g.worlds[g.packages[g.roots[0]].worlds.back()].name == "w");
}

TEST_CASE("importize refuses an export that has the name of a type, names that are taken and names that are none") {
  const Loaded l = graph_of("interface taken {}\nworld w { type foo = u32; export foo: func(); }\nworld v { export f: func(); }");
  CHECK(importize(l.graph, world(l.graph, "w")).error().first().code == "duplicate-name");
  CHECK(importize(l.graph, world(l.graph, "v"), "taken").error().first().message == "package `t:p@1.0.0` has an interface `taken` already");
  CHECK(importize(l.graph, world(l.graph, "v"), "w").error().first().message == "package `t:p@1.0.0` has a world `w` already");
  CHECK(importize(l.graph, world(l.graph, "v"), "no name").error().first().code == "bad-name");
}

TEST_CASE("exportize turns imports into exports and drops what the world exported") {
  const Loaded l = graph_of("interface d { resource r; }\ninterface a { use d.{r}; f: func(x: r); }\nworld w { import a; import g: func(); export h: func(); }");
  CHECK(items(exportized(l, "w"), "w-exportized") == "export g, export t:p/d@1.0.0, export t:p/a@1.0.0");
}

TEST_CASE("exportize moves only what is named, by plain, short or full name, and says which names mean nothing") {
  const Loaded l = graph_of("interface d { resource r; }\ninterface a { use d.{r}; f: func(x: r); }\nworld w { import a; import g: func(); import x: a; }");
  CHECK(items(exportized(l, "w", {"a"}), "w-exportized") == "import t:p/d@1.0.0, import x, import g, export t:p/a@1.0.0");
  CHECK(items(exportized(l, "w", {"t:p/d@1.0.0"}), "w-exportized") == "import t:p/d@1.0.0, import t:p/a@1.0.0, import x, import g, export t:p/d@1.0.0");
  CHECK(items(exportized(l, "w", {"x", "g"}), "w-exportized") == "import t:p/d@1.0.0, import t:p/a@1.0.0, export g, export x");
  std::vector<std::string> unknown;
  CHECK(exportize(l.graph, world(l.graph, "w"), {}, std::vector<std::string>{"nope", "g"}, &unknown).has_value());
  CHECK(unknown == std::vector<std::string>{"nope"});
}

TEST_CASE("types of a world and functions of its resources stay imported") {
  const Loaded l = graph_of("world w { resource r { constructor(); m: func() -> r; } import f: func(x: r); }");
  CHECK(items(exportized(l, "w"), "w-exportized") == "import r, import [constructor]r, import [method]r.m, export f");
  CHECK(items(importized(l, "w"), "w-importized") == "import r");
}

// ---- imports of several versions ----

namespace {
constexpr std::string_view versions = R"(
package a:b@0.1.0 { interface foo { type t = u32; type gone = u8; } interface user { use foo.{t}; } }
package a:b@0.1.1 { interface foo { type t = u32; f: func(); } }
package a:b@0.2.0 { interface foo { type t = u32; } }
package a:b@0.2.1-rc.1 { interface foo { type t = u32; } }
)";
}

TEST_CASE("of compatible versions that a world imports the newest stays") {
  const Loaded l = graph_of("package t:p;\nworld w { import a:b/foo@0.1.0; import a:b/foo@0.1.1; import a:b/foo@0.2.0; import a:b/foo@0.2.1-rc.1; export a:b/foo@0.1.0; import x: a:b/foo@0.1.0; }" + std::string(versions));
  CHECK(items(by_version(l, "w"), "w") == "import a:b/foo@0.1.1, import a:b/foo@0.2.0, import a:b/foo@0.2.1-rc.1, import x, export a:b/foo@0.1.0");
}

TEST_CASE("who used a type of the older version uses that of the newer one, in every world") {
  const Loaded l = graph_of("package t:p;\nworld w { import a:b/user@0.1.0; import a:b/foo@0.1.1; use a:b/foo@0.1.0.{t}; }\nworld other { import a:b/user@0.1.0; }" + std::string(versions));
  const Graph g = by_version(l, "w");
  CHECK(items(g, "w") == "import a:b/foo@0.1.1, import a:b/user@0.1.0, import t");
  CHECK(items(g, "other") == "import a:b/foo@0.1.0, import a:b/foo@0.1.1, import a:b/user@0.1.0");
  CHECK(print_with_dependencies(g).find("use a:b/foo@0.1.1.{t};") != std::string::npos);
}

TEST_CASE("a newer version without a type that is used cannot stand for the older") {
  const Loaded l = graph_of("package t:p;\nworld w { import a:b/foo@0.1.1; use a:b/foo@0.1.0.{gone}; }" + std::string(versions));
  const auto g = merge_imports_by_version(l.graph, world(l.graph, "w"));
  REQUIRE_FALSE(g.has_value());
  CHECK(g.error().first().message == "`a:b/foo@0.1.1` cannot stand for `a:b/foo@0.1.0`: it has no type `gone`, which world `w` uses");
}

TEST_CASE("a version that the newest is built on stays imported") {
  const Loaded l = graph_of("package t:p;\nworld w { import a:b/foo@0.1.0; import a:b/foo@0.1.1; }\npackage a:b@0.1.0 { interface foo { type t = u32; } }\npackage a:b@0.1.1 { interface foo { use a:b/foo@0.1.0.{t}; } }");
  CHECK(items(by_version(l, "w"), "w") == "import a:b/foo@0.1.0, import a:b/foo@0.1.1");
}

TEST_CASE("versions whose newest ones would need one another are refused") {
  const Loaded l = graph_of(R"(package t:p;
world w { import a:a/i@0.1.0; import a:a/i@0.1.1; import b:b/j@0.1.0; import b:b/j@0.1.1; }
package a:a@0.1.0 { interface i { type t = u32; } }
package b:b@0.1.0 { interface j { type t = u32; } }
package a:a@0.1.1 { interface i { use b:b/j@0.1.0.{t as s}; type t = u32; } }
package b:b@0.1.1 { interface j { use a:a/i@0.1.0.{t as s}; type t = u32; } }
)");
  const auto g = merge_imports_by_version(l.graph, world(l.graph, "w"));
  REQUIRE_FALSE(g.has_value());
  CHECK(g.error().first().code == "cycle");
}

// ---- nominal types ----

TEST_CASE("an interface that is imported and exported gets a copy with other resources for the export") {
  const Loaded l = graph_of("interface x { resource r { m: func() -> list<u8>; } hi: func() -> r; }\nworld w { import x; export x; }");
  const Graph g = generate_nominal_types(l.graph, world(l.graph, "w"));
  const World& w = g.worlds[world(g, "w")];
  const InterfaceId in = std::get<InterfaceId>(w.imports[0].item), out = std::get<InterfaceId>(w.exports[0].item);
  CHECK(in != out);
  CHECK(g.interfaces[out].clone_of == in);
  const auto resource = [&](InterfaceId i) { return std::get<types::ResourceType>(g.types[g.type_decls[g.interfaces[i].types[0]].type]).id; };
  CHECK(resource(in) != resource(out));
  CHECK(g.types.resource(g.types.get<types::OwnType>(*g.interfaces[out].functions.back().type.result)->resource) == resource(out));
  CHECK(print(g, g.roots[0]) == print(l.graph, l.graph.roots[0]));
}

TEST_CASE("exports that use a copied interface are copied to use the copy; others stay") {
  const Loaded l = graph_of("interface d { resource r; }\ninterface j { use d.{r}; f: func(x: r); }\nworld both { import d; export d; export j; }\nworld one { export d; export j; }");
  const Graph g = generate_nominal_types(l.graph, world(l.graph, "both"));
  const World& w = g.worlds[world(g, "both")];
  const Interface& j = g.interfaces[std::get<InterfaceId>(w.exports[1].item)];
  CHECK(j.clone_of.has_value());
  CHECK(std::get<InterfaceId>(g.type_decls[*g.type_decls[j.types[0]].alias_of].owner) == std::get<InterfaceId>(w.exports[0].item));
  const std::size_t before = l.graph.interfaces.size();
  CHECK(generate_nominal_types(l.graph, world(l.graph, "one")).interfaces.size() == before);
}

TEST_CASE("one interface under several names is one interface each") {
  const Loaded l = graph_of("interface i { resource r; }\nworld w { import a: i; import b: i; import i; }");
  const Graph g = generate_nominal_types(l.graph, world(l.graph, "w"));
  const World& w = g.worlds[world(g, "w")];
  CHECK_FALSE(g.interfaces[std::get<InterfaceId>(w.imports[2].item)].clone_of.has_value());  // its own name has precedence
  CHECK(g.interfaces[std::get<InterfaceId>(w.imports[0].item)].clone_of.has_value());
  CHECK(std::get<InterfaceId>(w.imports[0].item) != std::get<InterfaceId>(w.imports[1].item));
}

// ---- merging packages ----

TEST_CASE("two views of a package become one with what both have") {
  const auto g = merged("package a:b;\ninterface i { /// docs\n type t = u32; resource r { m: func(); } f: func(x: t) -> r; }\ninterface mine {}",
                        "package a:b;\ninterface other { use i.{s}; }\ninterface i { type t = u32; resource r { m: func(); n: func(); } record s { a: t, r: r } f: func(x: t) -> r; g: func(x: s); }\nworld w { import other; }");
  REQUIRE(g.has_value());
  CHECK(g->packages.size() == 1);
  CHECK(items(*g, "w") == "import a:b/i, import a:b/other");
  const std::string text = print(*g, g->roots[0]);
  CHECK(text.find("n: func();") != std::string::npos);
  CHECK(text.find("/// docs") != std::string::npos);
  CHECK(text.find("r: r,") != std::string::npos);
}

TEST_CASE("packages of other names and versions stay beside each other") {
  const auto g = merged("package a:b@1.0.0;\ninterface i {}", "package a:b@1.1.0;\ninterface i {}");
  REQUIRE(g.has_value());
  CHECK(g->packages.size() == 2);
  CHECK(g->roots.size() == 2);
}

TEST_CASE("an interface that took in a use makes worlds of either side import what is used") {
  const auto g = merged("package a:b;\ninterface i { f: func(); }\nworld w { import i; }", "package a:b;\ninterface i { use c:d/k.{t}; }\npackage c:d { interface k { type t = u32; } }");
  REQUIRE(g.has_value());
  CHECK(items(*g, "w") == "import c:d/k, import a:b/i");
}

TEST_CASE("views of a package that disagree are refused, with what differs") {
  CHECK(refused("package a:b;\ninterface i { type t = u32; }", "package a:b;\ninterface i { type t = u64; }") == "type-mismatch the two sides disagree about type `t` of interface `a:b/i`: it is `u32` in one and `u64` in the other");
  CHECK(refused("package a:b;\ninterface i { f: func(a: u8); }", "package a:b;\ninterface i { f: func(b: u8); }").starts_with("type-mismatch the two sides disagree about function `f`"));
  CHECK(refused("package a:b;\ninterface i { f: func(); }", "package a:b;\ninterface i { type f = u8; }").find("a function in one and a type in the other") != std::string::npos);
  CHECK(refused("package a:b;\ninterface i { type f = u8; }", "package a:b;\ninterface i { f: func(); }").find("a function in one and a type in the other") != std::string::npos);
  CHECK(refused("package a:b;\ninterface i { record r { a: u8 } }", "package a:b;\ninterface i { record r { b: u8 } }").starts_with("type-mismatch"));
  CHECK(refused("package a:b;\ninterface i { variant v { a, b(u8) } }", "package a:b;\ninterface i { variant v { a(u8), b } }").starts_with("type-mismatch"));
  CHECK(refused("package a:b;\ninterface i { f: func(); }", "package a:b;\ninterface i { f: async func(); }").starts_with("type-mismatch"));
  CHECK(refused("package a:b@1.0.0;\ninterface i { @since(version = 1.0.0) f: func(); }", "package a:b@1.0.0;\ninterface i { @since(version = 0.9.0) f: func(); }").find("gates") != std::string::npos);
  CHECK(refused("package a:b;\ninterface i { @external-id(\"x\") f: func(); }", "package a:b;\ninterface i { @external-id(\"y\") f: func(); }").find("external id") != std::string::npos);
}

TEST_CASE("worlds of both views must be the same") {
  const auto with = [](std::string_view items) { return "package a:b;\ninterface i { type t = u32; }\nworld w { " + std::string(items) + " }"; };
  CHECK(refused(with("import i;"), with("")) == "type-mismatch the two sides disagree about world `w` of `a:b`: only one has the import `a:b/i`");
  CHECK(refused(with("import i;"), with("import i; export f: func();")) == "type-mismatch the two sides disagree about world `w` of `a:b`: only one has the export `f`");
  CHECK(refused(with("import a: func();"), with("import a: interface {}")).find("another of these") != std::string::npos);
  CHECK(refused(with("import a: interface { f: func(); }"), with("import a: interface { g: func(); }")).find("only one has the function `g`") != std::string::npos);
  CHECK(refused(with("use i.{t}; resource r { m: func(x: t) -> r; } import a: interface { use i.{t}; resource q; f: func(x: t, q: q); }"),
                with("use i.{t}; resource r { m: func(x: t) -> r; } import a: interface { use i.{t}; resource q; f: func(x: t, q: q); }")) == "merged");
}

TEST_CASE("packages that only together depend on one another are refused") {
  CHECK(refused("package t:p;\npackage a:a { interface i { use b:b/j.{t}; } }\npackage b:b { interface j { type t = u32; } }",
                "package t:p;\npackage b:b { interface k { use a:a/l.{t}; } }\npackage a:a { interface l { type t = u32; } }")
            .starts_with("cycle packages"));
}

// ---- semver-check ----

TEST_CASE("a new version may import more and export less") {
  CHECK(mismatches("interface i { f: func(); }\nworld old { export f: func(); }\nworld new { import i; import g: func(); }").empty());
  CHECK(mismatches("world old { import g: func(); }\nworld new {}") == "missing-import import `g` is gone\n");
  CHECK(mismatches("world old {}\nworld new { export g: func(); }") == "missing-export export `g` is new\n");
}

TEST_CASE("an interface of another version may have more in an import and less in an export") {
  const std::string two = "package t:p;\npackage a:b@0.1.0 { interface i { f: func(); } world in { import i; } world out { export i; } }\npackage a:b@0.1.1 { interface i { f: func(); g: func(); } world in { import i; } world out { export i; } }";
  CHECK(mismatches(two, "a:b/in@0.1.0", "a:b/in@0.1.1").empty());
  CHECK(mismatches(two, "a:b/in@0.1.1", "a:b/in@0.1.0") == "missing-import import `a:b/i@0.1.1`: function `g` is gone\n");
  CHECK(mismatches(two, "a:b/out@0.1.0", "a:b/out@0.1.1") == "missing-export export `a:b/i@0.1.1`: function `g` is new\n");
  CHECK(mismatches(two, "a:b/out@0.1.1", "a:b/out@0.1.0").empty());
}

TEST_CASE("types must be the same") {
  CHECK(mismatches("world old { import f: func(a: u8); }\nworld new { import f: func(b: u8); }").starts_with("import-mismatch import `f` has another type"));
  CHECK(mismatches("world old { export f: func() -> u8; }\nworld new { export f: func() -> u16; }").starts_with("export-mismatch export `f` has another type"));
  CHECK(mismatches("world old { import f: func(); }\nworld new { import f: interface {} }") == "import-mismatch import `f` was a function and is an interface\n");
  CHECK(mismatches("world old { import i: interface { enum e { a } f: func(x: e); } }\nworld new { import i: interface { enum e { a, b } f: func(x: e); } }").starts_with("import-mismatch"));
}

TEST_CASE("of what the old world imports only what a component can depend on is needed") {
  CHECK(mismatches("interface i { type t = list<u8>; }\nworld old { import i; }\nworld new {}").empty());
  CHECK(mismatches("world old { import i: interface { record r { a: u8 } type unused = r; f: func(x: r); } }\nworld new { import i: interface { record r { a: u8 } f: func(x: r); } }").empty());
  CHECK(mismatches("world old { import i: interface { record r { a: u8 } f: func(x: r); } }\nworld new { import i: interface { record s { a: u8 } f: func(x: s); } }") ==
        "missing-import import `i`: type `r` is gone\n");
  CHECK(mismatches("world old { import i: interface { resource r; } }\nworld new { import i: interface {} }") == "missing-import import `i`: type `r` is gone\n");
  CHECK(mismatches("world old { type t = list<u8>; }\nworld new {}") == "missing-import import `t` is gone\n");
}

TEST_CASE("a resource is the same if it comes from the same place") {
  CHECK(mismatches("interface i { resource r; resource s; }\nworld old { use i.{r, s}; import f: func(x: r); }\nworld new { use i.{s as r, r as s}; import f: func(x: r); }") != "");
  CHECK(mismatches("world old { resource a; resource b; import f: func(x: a); }\nworld new { resource a; type b = a; import f: func(x: b); }").empty());
  CHECK(mismatches("world old { resource a; type b = a; }\nworld new { resource a; resource b; }").starts_with("import-mismatch import `b`"));
  CHECK(mismatches("interface i { resource q; }\ninterface j { use i.{q}; g: func(x: q); }\nworld old { export i; export j; }\nworld new { export j; }") != "");
  CHECK(mismatches("interface i { resource q; }\nworld old { export e: interface { use i.{q}; f: func(x: q); } }\nworld new { import i; export e: interface { resource q; f: func(x: q); } }").empty());
}

TEST_CASE("versions of what is imported are left out of account, with a warning for another track") {
  const std::string text = "package t:p;\nworld old { import a:b/i@0.1.0; }\nworld newer { import a:b/i@0.1.1; }\nworld other { import a:b/i@0.2.0; }\nworld both { import a:b/i@0.1.0; import a:b/i@0.2.0; }\n"
                           "package a:b@0.1.0 { interface i { f: func(); } }\npackage a:b@0.1.1 { interface i { f: func(); } }\npackage a:b@0.2.0 { interface i { f: func(); } }";
  CHECK(mismatches(text, "old", "newer").empty());
  CHECK(mismatches(text, "old", "both").empty());
  CHECK(mismatches(text, "old", "other") == "warning import-mismatch import `a:b/i@0.1.0` is now `a:b/i@0.2.0`, an incompatible version\n");
  CHECK(mismatches(text, "both", "old") == "missing-import import `a:b/i@0.2.0` is gone\n");
}

TEST_CASE("worlds of different packages are not compared") {
  CHECK(mismatches("package t:p;\npackage a:b { world old {} }\npackage c:d { world new {} }", "a:b/old", "c:d/new").starts_with("bad-usage"));
}

TEST_CASE("a long chain of interfaces goes through every operation") {
  std::string text = "package a:b@0.1.0;\ninterface i0 { resource t; }\n";
  constexpr int length = 5000;
  for (int i = 1; i < length; ++i) text += "interface i" + std::to_string(i) + " { use i" + std::to_string(i - 1) + ".{t}; f: func(x: t); }\n";
  text += "world w { import i" + std::to_string(length - 1) + "; export i" + std::to_string(length - 1) + "; }";
  const Loaded l = graph_of(text);
  const WorldId w = world(l.graph, "w");
  CHECK(importize(l.graph, w).has_value());
  CHECK(exportize(l.graph, w).has_value());
  CHECK(merge_imports_by_version(l.graph, w).has_value());
  CHECK(merge(l.graph, l.graph).has_value());
  CHECK(generate_nominal_types(l.graph, w).interfaces.size() > l.graph.interfaces.size());
  CHECK(semver_check(l.graph, w, w).empty());
}
