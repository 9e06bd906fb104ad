#include <algorithm>

#include <doctest/doctest.h>

#include "bindgen/bindgen.h"
#include "wit/wit.h"

namespace wcomp::bindgen {
namespace {

Result<std::vector<OutputFile>> make(std::string wit, Side side) {
  auto loaded = wit::load_text("test.wit", std::move(wit));
  if (!loaded) return Err(std::move(loaded).error());
  std::vector<wit::WorldId> worlds;
  for (const wit::PackageId p : loaded->graph.roots) {
    for (const wit::WorldId w : loaded->graph.packages[p].worlds) worlds.push_back(w);
  }
  return generate(loaded->graph, worlds, side);
}

std::string text_of(const Result<std::vector<OutputFile>>& files, std::string_view name) {
  REQUIRE(files.has_value());
  const auto it = std::find_if(files->begin(), files->end(), [&](const OutputFile& f) { return f.name == name; });
  REQUIRE(it != files->end());
  return it->content;
}
bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr const char* store_wit = R"(
  package sample:kv;
  interface store {
    resource bucket {
      constructor(name: string);
      get: func(key: string) -> option<list<u8>>;
      same: func(other: borrow<bucket>) -> bool;
      merge: func(other: bucket);
    }
    poll: func(all: list<borrow<bucket>>) -> list<u32>;
  }
  world user { import store; }
  world provider { export store; }
)";

}  // namespace

TEST_CASE("imported resources are classes with members, parameters are views and references") {
  const std::string header = text_of(make(store_wit, Side::guest), "sample_kv_store.h");
  CHECK(contains(header, "explicit Bucket(std::string_view name);"));
  CHECK(contains(header, "std::optional<std::vector<std::uint8_t>> get(std::string_view key) const;"));
  CHECK(contains(header, "bool same(const Bucket& other) const;"));
  CHECK(contains(header, "void merge(Bucket other) const;"));
  CHECK(contains(header, "poll(std::span<const wcomp::Borrow<Bucket>> all);"));
}

TEST_CASE("exported resources are the user's classes") {
  const auto files = make(store_wit, Side::guest);
  CHECK(contains(text_of(files, "provider_exports.h"), "class Bucket;"));
  CHECK(contains(text_of(files, "provider_impl.h"), "bool same(Bucket& other);"));
  CHECK(contains(text_of(files, "provider_impl.h"), "void merge(wcomp::Own<Bucket> other);"));
  CHECK(contains(text_of(files, "provider.cpp"), "sample:kv/store#[dtor]bucket"));
}

TEST_CASE("only first versions of the user's files are written once") {
  const auto files = make(store_wit, Side::guest);
  REQUIRE(files.has_value());
  for (const OutputFile& f : *files) CHECK(f.is_written_once == (f.name.find("_impl.") != std::string::npos));
}

TEST_CASE("hosts implement imports and call exports") {
  const auto files = make(store_wit, Side::host);
  const std::string imports = text_of(files, "sample_kv_store_host.h");
  CHECK(contains(imports, "virtual std::unique_ptr<Bucket> new_bucket(std::string_view name) = 0;"));
  CHECK(contains(imports, "virtual bool same(Bucket& other) = 0;"));
  const std::string exports = text_of(files, "provider_host.h");
  CHECK(contains(exports, "class Bucket : public wcomp::GuestResource"));
  CHECK(contains(exports, "wcomp::Result<Bucket, wcomp::Trap> new_bucket(std::string_view name) const"));
  CHECK(contains(exports, "static wcomp::Result<Provider> instantiate("));
}

TEST_CASE("output does not depend on the run") {
  const auto a = make(store_wit, Side::guest);
  const auto b = make(store_wit, Side::guest);
  REQUIRE(a->size() == b->size());
  for (std::size_t i = 0; i < a->size(); ++i) CHECK((*a)[i].content == (*b)[i].content);
}

TEST_CASE("an interface has one header, whichever world asks for it") {
  const auto files = make(R"(package a:b; interface i { f: func(); } world one { export i; } world two { import i; })", Side::guest);
  CHECK(contains(text_of(files, "a_b_i.h"), "void f();"));
  auto loaded = wit::load_text("test.wit", store_wit);
  REQUIRE(loaded.has_value());
  for (const auto& [side, name] : {std::pair(Side::guest, "sample_kv_store.h"), std::pair(Side::host, "sample_kv_store_host.h")}) {
    const auto& worlds = loaded->graph.packages[loaded->graph.roots.front()].worlds;
    const std::string importer = text_of(generate(loaded->graph, {worlds[0]}, side), name);
    CHECK(contains(importer, "class Bucket"));
    CHECK(text_of(generate(loaded->graph, {worlds[1]}, side), name) == importer);
  }
}

TEST_CASE("types without bindings are left out where no function needs them") {
  const auto files = make("package a:b; interface i { record p { x: u32 } record s { s: stream<u8>, p: p } type e = future<u8>; f: func(p: p); } world w { import i; }", Side::guest);
  const std::string header = text_of(files, "a_b_i.h");
  CHECK(contains(header, "struct P {"));
  CHECK(!contains(header, "struct S"));
  CHECK(!contains(header, "using E"));
}

TEST_CASE("worlds of two packages with one name cannot share a folder") {
  auto loaded = wit::load_text("test.wit", "package a:b; world w { import f: func(); } package c:d { world w { import g: func(); } }");
  REQUIRE(loaded.has_value());
  std::vector<wit::WorldId> worlds;
  for (const wit::Package& p : loaded->graph.packages) worlds.insert(worlds.end(), p.worlds.begin(), p.worlds.end());
  REQUIRE(worlds.size() == 2);
  const auto files = generate(loaded->graph, worlds, Side::guest);
  REQUIRE_FALSE(files.has_value());
  CHECK(files.error().first().code == "duplicate-name");
}

TEST_CASE("two versions of a package have two namespaces") {
  auto loaded = wit::load_text("test.wit", R"(
    package a:b;
    world w { import x:y/i@1.0.0; import x:y/i@2.0.0; }
    package x:y@1.0.0 { interface i { f: func(); } }
    package x:y@2.0.0 { interface i { f: func(); } })");
  if (!loaded) MESSAGE(loaded.error().to_string());
  REQUIRE(loaded.has_value());
  const auto files = generate(loaded->graph, {loaded->graph.packages[loaded->graph.roots.front()].worlds.front()}, Side::guest);
  CHECK(contains(text_of(files, "x_y_v1_0_0_i.h"), "namespace x::y_v1_0_0::i {"));
  CHECK(contains(text_of(files, "x_y_v2_0_0_i.h"), "namespace x::y_v2_0_0::i {"));
}

TEST_CASE("files of all worlds of a package have different names, whichever of them are generated") {
  constexpr const char* text = R"(package a:b; interface c-d { f: func(); } world w { export c-d; } world w-exports { export c-d; } world a-b-c-d { import c-d; }
    world inl { import c-d; import w: interface { g: func(); } } world inl-w {})";
  const auto files = make(text, Side::guest);
  REQUIRE(files.has_value());
  CHECK(contains(text_of(files, "w_exports.h"), "for world `w`"));
  CHECK(contains(text_of(files, "w_exports_.h"), "for world `w-exports`"));
  CHECK(contains(text_of(files, "a_b_c_d.h"), "for a:b/c-d;"));
  CHECK(contains(text_of(files, "a_b_c_d_.h"), "for world `a-b-c-d`"));
  auto loaded = wit::load_text("test.wit", text);
  REQUIRE(loaded.has_value());
  const auto alone = generate(loaded->graph, {loaded->graph.packages[loaded->graph.roots.front()].worlds[1]}, Side::guest);
  CHECK(contains(text_of(alone, "w_exports_.h"), "for world `w-exports`"));
}

TEST_CASE("types of the world's package have short names in host code, also where other interfaces use them") {
  const auto files = make(R"(
    package a:b;
    interface types { record point { x: u32 } enum twice { a } }
    interface draw { use types.{point}; use types.{twice as once}; record twice { x: u32 } line: func(begin: point, o: once, t: twice); }
    world w { export draw; }
  )", Side::host);
  const std::string header = text_of(files, "w_host.h");
  CHECK(contains(header, "\nusing types::Point;\n"));
  CHECK_FALSE(contains(header, "\nusing draw::Point;\n"));
  CHECK_FALSE(contains(header, "\nusing types::Twice;"));  // there are two
  CHECK(contains(header, "\nusing draw::Once;\n"));
}

TEST_CASE("packages whose names come out equal have two namespaces in host code") {
  const auto files = make("package x:y; world w { import a-b:c/i; import a:b-c/i; } package a-b:c { interface i { f: func(); } } package a:b-c { interface i { f: func(); } }",
                          Side::host);
  CHECK(contains(text_of(files, "a_b_c_i_host.h"), "namespace a_b_c::i {"));
  CHECK(contains(text_of(files, "a_b_c__i_host.h"), "namespace a_b_c_::i {"));
}

TEST_CASE("an interface that a world imports by another name has a namespace there, and its own resources") {
  const auto files = make(R"(package a:b; interface store { record kv { k: string } resource r { f: func() -> kv; } get: func(r: borrow<r>) -> kv; }
    world w { import hot: store; import cold: store; })", Side::guest);
  const std::string hot = text_of(files, "a_b_w_hot.h");
  CHECK(contains(hot, "namespace a::b::w::hot {"));
  CHECK(contains(hot, "using Kv = ::a::b::store::Kv;"));
  CHECK(contains(hot, "class R : public"));
  CHECK(contains(text_of(files, "a_b_w_cold.h"), "class R : public"));
  CHECK(contains(text_of(files, "a_b_store.h"), "class R : public"));  // for worlds that import it by its own name
  CHECK(contains(text_of(files, "w.cpp"), "import_module(\"cold\")"));
}

TEST_CASE("functions that own their parameters take values, but for borrows") {
  auto loaded = wit::load_text("test.wit", R"(package a:b;
    interface i { resource r; f: func(s: string, l: list<string>, o: option<string>, b: list<borrow<r>>); }
    world w { import i; export i; })");
  REQUIRE(loaded.has_value());
  const auto world = loaded->graph.packages[loaded->graph.roots.front()].worlds.front();
  const auto guest = generate(loaded->graph, {world}, Side::guest, TypeOwnership::owning);
  constexpr const char* owning = "void f(std::string s, std::vector<std::string> l, std::optional<std::string> o, std::span<const wcomp::Borrow<R>> b)";
  CHECK(contains(text_of(guest, "w_exports.h"), owning));
  CHECK(contains(text_of(guest, "a_b_i.h"), "void f(std::string_view s, std::span<const std::string> l"));
  const auto host = generate(loaded->graph, {world}, Side::host, TypeOwnership::owning);
  CHECK(contains(text_of(host, "a_b_i_host.h"), owning));
  CHECK(contains(text_of(host, "w_host.h"), "f(std::string_view s, std::span<const std::string> l"));
}

TEST_CASE("long lines are broken between parameters, never in literals and comments") {
  const std::string long_name(200, 'x');
  const auto files = make("package a:b; /// " + long_name + ", " + long_name + "\nworld w { import f: func(" + std::string(100, 'a') + ": list<string>, " + std::string(100, 'b') + ": u32); }",
                          Side::guest);
  const std::string header = text_of(files, "w.h");
  CHECK(contains(header, std::string(100, 'a') + ",\n    std::uint32_t " + std::string(100, 'b')));
  CHECK(contains(header, "/// " + long_name + ", " + long_name + "\n"));
}

TEST_CASE("what has no bindings yet is refused by name, with what it has and where it is") {
  struct Refused {
    std::string wit, message, note;
  };
  const Refused all[] = {
      {"world w { import f: func(s: stream<u8>); }", "`f` has a stream in its type", "world `w` imports it"},
      {"world w { export f: async func(); }", "`f` has the type `async func`", "world `w` exports it"},
      {"interface i { g: func() -> option<tuple<u8, future<string>>>; } world w { export i; }", "`g` of `a:b/i` has a future in its type", "world `w` exports the interface"},
      {"interface i { resource r { m: async func(); } } world w { import i; }", "`[method]r.m` of `a:b/i` has the type `async func`", "world `w` imports the interface"},
      {"world w { import s: interface { record r { e: stream<u8> } h: func(r: list<r>); } }", "`h` of `s` has a stream in its type", "world `w` imports the interface"},
  };
  for (const Refused& refused : all) {
    for (const auto& [side, language] : {std::pair(Side::guest, Language::cpp), std::pair(Side::host, Language::cpp), std::pair(Side::guest, Language::c)}) {
      auto loaded = wit::load_text("test.wit", "package a:b; " + refused.wit);
      REQUIRE(loaded.has_value());
      const auto files = generate(loaded->graph, {wit::WorldId(0)}, side, TypeOwnership::borrowing, language);
      REQUIRE(!files.has_value());
      CHECK(files.error().first().code == "unsupported");
      CHECK(files.error().first().message == refused.message + ", for which there are no bindings yet");
      CHECK(files.error().first().notes == std::vector<std::string>{refused.note});
    }
  }
}

TEST_CASE("the guest's support header stands alone") {
  const std::string text(guest_support_header());
  CHECK(!contains(text, "#include \"wcomp/"));
  CHECK(!contains(text, "#pragma once"));
  CHECK(contains(text, "run_export"));
}

}  // namespace wcomp::bindgen
