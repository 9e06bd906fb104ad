// WIT packages as components: wit_encode.cpp, wit_decode.cpp, graph_decoder.cpp, wit_imports.cpp, wit_docs.cpp, wit_files.cpp.
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "component/make.h"
#include "component/text/parse.h"
#include "component/text/print.h"
#include "component/wit_codec.h"
#include "component/wit_docs.h"
#include "component/wit_files.h"

using namespace wcomp;
using namespace wcomp::component;
using namespace wcomp::component::test;

namespace {

wit::Loaded load(std::string text) {
  wit::Options options;
  options.all_features = true;
  auto loaded = wit::load_text("test.wit", std::move(text), options);
  REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().to_string()));
  return std::move(*loaded);
}
Bytes encoded(const wit::Graph& graph) {
  auto bytes = encode_package(graph, graph.roots.front());
  REQUIRE_MESSAGE(bytes, message(bytes));
  return std::move(*bytes);
}
Result<LoadedWit> read(const Bytes& bytes) { return wit_of_binary(std::make_shared<const Bytes>(bytes)); }
wit::Graph decoded(const Bytes& bytes) {
  auto found = read(bytes);
  REQUIRE_MESSAGE(found, (found ? "" : found.error().to_string()));
  return std::move(found->loaded.graph);
}
std::string printed(const wit::Graph& graph) { return wit::print(graph, graph.roots.front()); }
Bytes binary(std::string wat) {
  auto bytes = text::parse("test.wat", std::move(wat));
  REQUIRE_MESSAGE(bytes, (bytes ? "" : bytes.error().to_string()));
  return std::move(*bytes);
}

/// Text, component, text; and the component once more.
void check_round_trip(const std::string& source) {
  const wit::Loaded loaded = load(source);
  const Bytes bytes = encoded(loaded.graph);
  const wit::Graph back = decoded(bytes);
  CHECK(printed(back) == printed(loaded.graph));
  CHECK(encoded(back) == bytes);
}

constexpr const char* everything = R"(/// The package.
package test:pkg@1.2.3;

/// What it is about.
@since(version = 1.0.0)
interface types {
  /// A place.
  @since(version = 1.0.0)
  record point { x: u32, /// down "quoted" \ and	tab
    y: list<s8, 4> }
  variant v { none, some(point), many(list<option<tuple<char, string>>>) }
  enum e { /// first
    a, b }
  flags f { r, w, x }
  type m = map<string, list<u8>>;
  type r = result<_, error-context>;
  type s = stream<point>;
  type n = future;
  type chain = m;
  @unstable(feature = gone)
  @deprecated(version = 0.9.0)
  resource gone { /// Never.
    @unstable(feature = gone)
    f: func(); }
  /// Data.
  resource blob {
    /// Makes one.
    constructor(n: u32) -> result<blob, string>;
    read: async func(f: future<u8>) -> list<u8>;
    make: static func() -> blob;
  }
  type own-blob = own<blob>;
  @external-id("one \"f\"")
  one: async func(b: borrow<blob>, all: list<blob>) -> result<string, v>;
}
interface other {
  use types.{point as p2, blob};
  use dep:a/base@0.1.0.{t};
  g: func(x: p2, l: list<tuple<p2, blob>>) -> option<blob>;
  h: func() -> t;
}
/// The world.
world w {
  @external-id("//Types")
  import types;
  /// Another one.
  import again: types;
  import other;
  import inl: interface { use types.{v}; /// k does it
    k: func() -> v; }
  use types.{point};
  /// Of the world.
  resource rr { constructor(); /// method
    m: func(); }
  import h: func(p: point) -> rr;
  export other;
  export run: async func(c: list<point>) -> rr;
  export more: interface { q: func(); }
}
world second { include w; import extra: func(); }
package dep:a@0.1.0 { interface base { use more.{u}; record t { u: u } go: func(); } interface more { type u = u64; } }
)";

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wcomp-wit-package-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path / name).parent_path());
    REQUIRE(write_file(path / name, text));
  }
};

}  // namespace

TEST_CASE("a package that became a component is the same WIT when read back, docs and gates too") { check_round_trip(everything); }

TEST_CASE("a package is one exported component type for each interface and world") {
  const wit::Loaded loaded = load("package a:b; interface i { type t = u32; } interface j { use i.{t}; f: func(x: t); } world w { import j; }");
  const auto component = decode(encoded(loaded.graph));
  REQUIRE(component);
  const auto valid = validate(*component);
  REQUIRE_MESSAGE(valid, message(valid));
  CHECK(is_wit_package(*valid));
  std::vector<std::string> names;
  for (const NamedEntity& e : valid->scope().type.exports) names.push_back(e.name);
  CHECK(names == std::vector<std::string>{"i", "j", "w"});
}

TEST_CASE("of packages that are used there is as much as is used") {
  const wit::Graph graph = decoded(encoded(load("package test:pkg@1.2.3; interface other { use dep:a/base@0.1.0.{t}; h: func() -> t; }"
                                                "package dep:a@0.1.0 { interface base { use more.{u}; record t { u: u } go: func(); } interface more { type u = u64; } interface no {} }")
                                               .graph));
  REQUIRE(graph.packages.size() == 2);
  CHECK(graph.packages[graph.roots.at(0)].name.to_string() == "test:pkg@1.2.3");
  CHECK(wit::print(graph, wit::PackageId(std::size_t{0})) ==
        "package dep:a@0.1.0;\n\ninterface more {\n  type u = u64;\n}\n\ninterface base {\n  use more.{u};\n\n  record t {\n    u: u,\n  }\n}\n");
}

TEST_CASE("a world's types come from what it imports or exports under the interface's own name") {
  const wit::Loaded loaded = load("package a:b; interface i { resource r; } interface j { use i.{r}; make: func() -> r; }"
                                  "world w { import i; import other: i; use i.{r}; import f: func() -> r; export i; export j; }");
  const auto component = decode(encoded(loaded.graph));
  REQUIRE(component);
  const std::string text = text::print(**component);
  CHECK(text.find("(alias export 0 \"r\"") != std::string::npos);   // the import `a:b/i`, not `other`
  CHECK(text.find("(alias export 2 \"r\"") != std::string::npos);   // for the exported `j`, the exported `i`
  CHECK(printed(decoded(encoded(loaded.graph))) == printed(loaded.graph));
}

TEST_CASE("a long chain of interfaces makes a component of its own size") {
  const auto chain = [](int count) {
    std::string text = "package a:b; interface i0 { record t { x: u32 } resource r; }\n";
    for (int i = 1; i < count; ++i) text += fmt::format("interface i{} {{ use i{}.{{t, r}}; f: func(x: t) -> r; }}\n", i, i - 1);
    return text;
  };
  const wit::Loaded small = load(chain(600)), large = load(chain(1800));
  const Bytes small_bytes = encoded(small.graph), large_bytes = encoded(large.graph);
  CHECK(large_bytes.size() < 4 * small_bytes.size());
  const wit::Graph back = decoded(large_bytes);
  CHECK(printed(back) == printed(large.graph));
  CHECK(encoded(back) == large_bytes);
}

TEST_CASE("a package may be larger than the type of a component") {
  std::string text = "package a:b;\n";
  std::string fields, params;
  for (int i = 0; i < 50; ++i) fields += fmt::format("a{}: u8, ", i);
  for (int i = 0; i < 20; ++i) params += fmt::format("a{}: r, ", i);
  for (int i = 0; i < 60; ++i) {
    text += fmt::format("interface i{} {{ record r {{ {} }}\n", i, fields);
    for (int f = 0; f < 20; ++f) text += fmt::format("op{}: func({});\n", f, params);
    text += "}\n";
  }
  const wit::Loaded loaded = load(text);
  const Bytes bytes = encoded(loaded.graph);
  const auto component = decode(bytes);
  REQUIRE(component);
  CHECK(code(validate(*component)) == "limit-exceeded");
  CHECK(printed(decoded(bytes)) == printed(loaded.graph));
}

TEST_CASE("definitions of a package may refer to types beside them") {
  const wit::Graph graph = decoded(binary(R"((component
    (type (component (type (instance)) (export "a:b/i" (instance (type 0)))))
    (export "i" (type 0))
    (type u8)
    (type (component (alias outer 1 2 (type)) (type (instance (alias outer 1 0 (type)) (export "t" (type (eq 0))))) (export "a:b/j" (instance (type 1)))))
    (export "j" (type 3))))"));
  CHECK(printed(graph) == "package a:b;\n\ninterface i {\n}\n\ninterface j {\n  type t = u8;\n}\n");
}

TEST_CASE("where types are left out because they would be repeated too often, resources stay the same") {
  std::string text = "package a:b; interface base { resource r; type other = u8; }\n";
  for (int i = 0; i < 700; ++i) text += fmt::format("interface l{} {{ use {}.{{r}}; type unused{} = u32; }}\n", i, i == 0 ? "base" : fmt::format("l{}", i - 1), i);
  text += "interface end { use base.{r}; use l699.{r as s}; f: func(a: r) -> s; }\n";
  const wit::Loaded loaded = load(text);
  const Bytes bytes = encoded(loaded.graph);
  const auto component = decode(bytes);
  REQUIRE(component);
  const auto valid = validate(*component);
  CHECK_MESSAGE(valid, message(valid));
  CHECK(printed(decoded(bytes)) == printed(loaded.graph));
}

TEST_CASE("the earlier form, one component type with everything in it, is read") {
  const wit::Graph graph = decoded(binary(R"((component
    (type (component
      (type (instance (type u8) (export "t" (type (eq 0)))))
      (export "a:b/i" (instance (type 0)))
      (type (component
        (type (instance (type (func)) (export "f" (func (type 0)))))
        (import "a:b/j" (instance (type 0)))))
      (export "a:b/w" (component (type 1)))))
    (export "a:b/wit" (type 0))))"));
  CHECK(printed(graph) == "package a:b;\n\ninterface i {\n  type t = u8;\n}\n\ninterface j {\n  f: func();\n}\n\nworld w {\n  import j;\n}\n");
}

TEST_CASE("components that are no WIT packages, or none that WIT could say, are refused") {
  const auto refused = [](const char* wat) { return code(read(binary(wat))); };
  CHECK(refused(R"((component (type (component (type (instance)) (export "no-name" (instance (type 0))))) (export "x" (type 0))))") == "invalid");
  CHECK(refused(R"((component (type (component (type (func)) (export "a:b/f" (func (type 0))))) (export "x" (type 0))))") == "unsupported");
  CHECK(refused(R"((component (type (component (type (instance)) (export "a:b/i" (instance (type 0))))) (export "i" (type 0))
                              (type (component (type (instance)) (export "c:d/j" (instance (type 0))))) (export "j" (type 2))))") == "invalid");
  CHECK(refused(R"((component (type (component (type (func)) (import "f" (func (type 0))) (type (instance)) (export "a:b/i" (instance (type 1))))) (export "i" (type 0))))") ==
        "unsupported");
  CHECK(code(wit_of_binary(std::make_shared<const Bytes>(Bytes{0, 1, 2}))) != "");
}

TEST_CASE("a section of docs that is not as it should be is refused") {
  const wit::Loaded loaded = load("package a:b; interface i { f: func(); } world w { import i; }");
  const auto applied = [&](std::string_view text) {
    wit::Loaded copy = load("package a:b; interface i { f: func(); type t = u8; } world w { import i; }");
    return code(apply_docs(as_bytes(text), copy.graph, copy.graph.roots.front()));
  };
  using namespace std::string_literals;
  CHECK(applied("") == "unexpected-end");
  CHECK(applied("\x02{}") == "unsupported");
  CHECK(applied("\x01{") == "malformed");
  CHECK(applied("\x01[]") == "malformed");
  CHECK(applied("\x01{\"docs\":1}") == "malformed");
  CHECK(applied("\x01{\"interfaces\":{\"i\":{\"stability\":{\"stable\":{\"since\":\"x\"}}}}}") == "malformed");
  CHECK(applied("\x01{\"interfaces\":{\"i\":{\"funcs\":[]}}}") == "malformed");
  CHECK(applied("\x01{\"interfaces\":{\"nobody\":{\"docs\":\"x\"}}}") == "");
  CHECK(applied("\x01"s + std::string(100'000, '[')) == "malformed");
}

TEST_CASE("the first version of docs had no gates and no own place for exports") {
  wit::Loaded loaded = load("package a:b; interface i { f: func(); } world w { import a: func(); export a: func(); export b: func(); }");
  const std::string section = std::string("\0", 1) + R"({"interfaces":{"i":{"funcs":{"f":"docs of f"}}},"worlds":{"w":{"funcs":{"a":"docs of a","b":"docs of b"}}}})";
  REQUIRE(apply_docs(as_bytes(section), loaded.graph, loaded.graph.roots.front()));
  CHECK(printed(loaded.graph) ==
        "package a:b;\n\ninterface i {\n  /// docs of f\n  f: func();\n}\n\nworld w {\n  /// docs of a\n  import a: func();\n\n  export a: func();\n  /// docs of b\n  export b: func();\n}\n");
}

TEST_CASE("packages in binary form are dependencies like others, and what is known whole counts more than what others use of it") {
  const Folder folder;
  const wit::Loaded base = load("package x:base; interface b { type t = u32; @unstable(feature = no) u: func(); } interface unused {}");
  const wit::Loaded user = load("package x:user; interface i { use x:base/b.{t}; f: func() -> t; } package x:base { interface b { type t = u32; } }");
  folder.write("deps/user.wasm", as_text(encoded(user.graph)));
  folder.write("deps/base.wat", text::print(**decode(encoded(base.graph))));
  folder.write("main.wit", "package x:main; world w { import x:user/i; import x:base/unused; }");
  const auto loaded = load_wit({&folder.path, 1});
  REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().to_string()));
  CHECK(loaded->form == WitForm::text);
  CHECK(wit::print_with_dependencies(loaded->loaded.graph).find("interface unused") != std::string::npos);
  CHECK(wit::print_with_dependencies(loaded->loaded.graph).find("u: func()") == std::string::npos);  // gates of dependencies are shut like all others

  const std::filesystem::path alone = folder.path / "deps" / "base.wat";
  const auto package = load_wit({&alone, 1});
  REQUIRE(package);
  CHECK(package->form == WitForm::package);
  CHECK(printed(package->loaded.graph) == printed(base.graph));

  folder.write("deps/user.wasm", "\0asm");
  CHECK(!load_wit({&folder.path, 1}));
  folder.write("deps/user.wasm", as_text(encode(Component{})));
  CHECK(code(load_wit({&folder.path, 1})) == "invalid");
}

TEST_CASE("text alone says that it does not read packages in binary form") {
  const Folder folder;
  folder.write("deps/user.wasm", "");
  folder.write("main.wit", "package x:main;");
  CHECK(code(wit::load({&folder.path, 1})) == "unsupported");
}
