#include "base/file.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "base/diagnostic.h"

namespace wcomp {
namespace {

/// A folder that is gone at the end of the scope.
struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "wcomp-file-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] long files() const { return std::distance(std::filesystem::directory_iterator(path), {}); }
};

TEST_CASE("a file that is written piece by piece is there when it is whole") {
  const Folder in;
  const auto path = in.path / "f";
  FileWriter out(path);
  out.write(as_bytes("one, "));
  CHECK_FALSE(std::filesystem::exists(path));
  out.write(as_bytes("two"));
  CHECK(out.commit());
  CHECK(*read_text_file(path) == "one, two");
  CHECK(in.files() == 1);
}

TEST_CASE("a file whose writing is given up stays what it was") {
  const Folder in;
  const auto path = in.path / "f";
  REQUIRE(write_file(path, std::string_view("old")));
  {
    FileWriter out(path);
    out.write(as_bytes("new"));
  }
  CHECK(*read_text_file(path) == "old");
  CHECK(in.files() == 1);
}

TEST_CASE("what hinders writing is said at the end") {
  const Folder in;
  FileWriter no_folder(in.path / "none" / "f");
  no_folder.write(as_bytes("x"));
  const auto done = no_folder.commit();
  REQUIRE_FALSE(done);
  CHECK(done.error().first().code == "file-error");
  CHECK(done.error().to_string().find("No such file or directory") != std::string::npos);
  FileWriter folder(in.path);
  CHECK(folder.commit().error().to_string().find("it is a directory") != std::string::npos);
}

TEST_CASE("a symbolic link and the file's permissions stay") {
  const Folder in;
  REQUIRE(write_file(in.path / "f", std::string_view("old")));
  std::filesystem::permissions(in.path / "f", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::create_symlink("f", in.path / "link");
  REQUIRE(write_file(in.path / "link", std::string_view("new")));
  CHECK(std::filesystem::is_symlink(in.path / "link"));
  CHECK(*read_text_file(in.path / "f") == "new");
  CHECK((std::filesystem::status(in.path / "f").permissions() & std::filesystem::perms::group_read) == std::filesystem::perms::none);
}

TEST_CASE("a program may be executed by those who may read it, also where an ordinary file was") {
  using Perms = std::filesystem::perms;
  const Folder in;
  const ByteSpan parts[] = {as_bytes("#!"), as_bytes("/bin/sh\n")};
  REQUIRE(write_file(in.path / "old", std::string_view("text")));
  std::filesystem::permissions(in.path / "old", Perms::owner_read | Perms::owner_write);
  for (const char* name : {"new", "old"}) {
    REQUIRE(write_parts(in.path / name, parts, FileKind::program));
    const Perms perms = std::filesystem::status(in.path / name).permissions();
    CHECK((perms & Perms::owner_exec) != Perms::none);
    CHECK(((perms & Perms::group_exec) != Perms::none) == ((perms & Perms::group_read) != Perms::none));
    CHECK(((perms & Perms::others_exec) != Perms::none) == ((perms & Perms::others_read) != Perms::none));
  }
  CHECK((std::filesystem::status(in.path / "old").permissions() & Perms::group_read) == Perms::none);
}

}  // namespace
}  // namespace wcomp
