#include "helpers.h"

#include <array>
#include <filesystem>

#include "base/file.h"
#include "test_paths.h"

using namespace wcomp;
using namespace wcomp::wit;

namespace {
namespace fs = std::filesystem;

/// A folder that goes away with the test.
struct Folder {
  fs::path path;
  Folder() : path(fs::path(WCOMP_BINARY_DIR) / "wit_load_test") {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  void add(const std::string& name, std::string_view text) const {
    fs::create_directories((path / name).parent_path());
    REQUIRE(write_file(path / name, text).has_value());
  }
};

Result<Loaded> load_one(const fs::path& path) { return load(std::array{path}); }
}  // namespace

TEST_CASE("a directory is one package, and its deps are found in folders and files") {
  const Folder f;
  f.add("a.wit", "package t:main;\ninterface a { use b.{t}; }");
  f.add("b.wit", "interface b { use d:one/i.{t}; }");
  f.add("deps/one/i.wit", "package d:one;\ninterface i { use d:two/i.{t}; }");
  f.add("deps/two.wit", "package d:two;\ninterface i { type t = u8; }");
  const auto loaded = load_one(f.path);
  REQUIRE_MESSAGE(loaded.has_value(), loaded.error().to_string());
  CHECK(loaded->graph.packages.size() == 3);
  CHECK(loaded->graph.packages[loaded->graph.roots.at(0)].name.to_string() == "t:main");
}

TEST_CASE("several paths see each other and are all roots") {
  const Folder f;
  f.add("x/x.wit", "package t:x;\ninterface i { type t = u8; }");
  f.add("y/y.wit", "package t:y;\nworld w { import t:x/i; }");
  const auto loaded = load(std::array{f.path / "y", f.path / "x"});
  REQUIRE_MESSAGE(loaded.has_value(), loaded.error().to_string());
  REQUIRE(loaded->graph.roots.size() == 2);
  CHECK(loaded->graph.packages[loaded->graph.roots[0]].name.to_string() == "t:y");
}

TEST_CASE("the same dependency may be there twice, a different one of that name not") {
  const Folder f;
  f.add("a.wit", "package t:main;\ninterface a { use d:one/i.{t}; }");
  f.add("deps/one/i.wit", "package d:one;\ninterface i { type t = u8; }");
  f.add("deps/again/i.wit", "package d:one;\ninterface i { type t = u8; }");
  CHECK(load_one(f.path).has_value());
  f.add("deps/again/i.wit", "package d:one;\ninterface i { type t = u16; }");
  const auto loaded = load_one(f.path);
  REQUIRE(!loaded);
  CHECK(loaded.error().first().code == "duplicate-name");
}

TEST_CASE("a file's top-level use is its own") {
  const Folder f;
  f.add("a.wit", "package t:main;\nuse b as c;\ninterface a { use c.{t}; }");
  f.add("b.wit", "interface b { type t = u8; }");
  CHECK(load_one(f.path).has_value());
  f.add("z.wit", "interface z { use c.{t}; }");
  const auto loaded = load_one(f.path);
  REQUIRE(!loaded);
  CHECK(loaded.error().first().code == "unknown-item");
}

TEST_CASE("missing files, empty folders, disagreeing and missing package lines are told plainly") {
  const Folder f;
  CHECK(load_one(f.path / "none.wit").error().first().code == "file-error");
  CHECK(load_one(f.path).error().first().code == "file-error");
  f.add("a.wit", "package t:a;");
  f.add("b.wit", "package t:b;");
  CHECK(load_one(f.path).error().first().code == "duplicate-name");
  f.add("c/c.wit", "interface i {}");
  CHECK(load_one(f.path / "c").error().first().message.find("says which package it is") != std::string::npos);
}
