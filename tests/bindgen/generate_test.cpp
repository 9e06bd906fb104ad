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

TEST_CASE("an interface that one world imports and another only exports has the importer's header") {
  const auto files = make(R"(package a:b; interface i { f: func(); } world one { export i; } world two { import i; })", Side::guest);
  CHECK(contains(text_of(files, "a_b_i.h"), "void f();"));
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

TEST_CASE("what has no bindings yet is refused by name") {
  const auto files = make("package a:b; world w { import f: func(s: stream<u8>); }", Side::guest);
  REQUIRE(!files.has_value());
  CHECK(files.error().first().code == "unsupported");
  CHECK(contains(files.error().first().message, "`f` has a stream in its type"));
}

TEST_CASE("the guest's support header stands alone") {
  const std::string text(guest_support_header());
  CHECK(!contains(text, "#include \"wcomp/"));
  CHECK(!contains(text, "#pragma once"));
  CHECK(contains(text, "run_export"));
}

}  // namespace wcomp::bindgen
