#include "base/result.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "base/diagnostic.h"
#include "base/file.h"

using namespace wcomp;

namespace {
Result<int> half(int n) {
  if (n % 2 != 0) return fail(diag::invalid, "odd");
  return n / 2;
}
Result<int> quarter(int n) {
  WCOMP_TRY(const int h, half(n));
  WCOMP_TRY(half(h));
  return h / 2;
}
}  // namespace

TEST_CASE("a Result carries a value or the error it was given") {
  CHECK(quarter(8).value() == 2);
  CHECK(quarter(6).error().first().message == "odd");
  const Result<void, std::string> failed = Err(std::string("closed"));
  CHECK(failed.error() == "closed");
  const Result<void, void> nothing = Ok{};
  CHECK(nothing.has_value());
  Result<std::unique_ptr<int>> moved = std::make_unique<int>(3);
  CHECK(*std::move(moved).value() == 3);
  CHECK(Result<int, int>(Err(3)) == Result<int, int>(Err(3)));
  CHECK_FALSE(Result<int, int>(Err(3)) == Result<int, int>(3));
}

TEST_CASE("a file is written whole or not at all") {
  const auto folder = std::filesystem::temp_directory_path() / "wcomp-file-test";
  std::filesystem::create_directories(folder);
  const auto path = folder / "a.txt";
  REQUIRE(write_file(path, std::string_view("one")));
  REQUIRE(write_file(path, std::string_view("two")));
  CHECK(read_text_file(path).value() == "two");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++files;
  CHECK(files == 1);
  CHECK(write_file(folder, std::string_view("x")).error().first().code == "file-error");
  CHECK(write_file(folder / "missing" / "x", std::string_view("x")).error().first().code == "file-error");
  CHECK(read_file(folder / "missing").error().first().message.find("No such file") != std::string::npos);
  std::filesystem::remove_all(folder);
}
