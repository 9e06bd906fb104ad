#include "runner/arguments.h"

#include <doctest/doctest.h>

#include "base/diagnostic.h"

using namespace wcomp;
using namespace wcomp::runner;

namespace {

Arguments split(std::vector<std::string> words, bool is_sealed = false) {
  std::vector<char*> pointers;
  for (std::string& w : words) pointers.push_back(w.data());
  Arguments out = split_arguments(pointers, is_sealed);
  static std::vector<std::string> kept;  // what the flags are views of
  kept.clear();
  kept.assign(out.flags.begin(), out.flags.end());
  out.flags.assign(kept.begin(), kept.end());
  return out;
}
using Words = std::vector<std::string>;
using Flags = std::vector<std::string_view>;

}  // namespace

TEST_CASE("everything is the program's as long as there is no double dash") {
  const Arguments a = split({"--dir", "x", "-h", "--help"});
  CHECK(a.guest == Words{"--dir", "x", "-h", "--help"});
  CHECK(a.flags.empty());
  CHECK_FALSE(a.wants_help);
}

TEST_CASE("what stands behind the last double dash is the sandbox's") {
  const Arguments a = split({"a", "--", "b", "--", "--dir", "x"});
  CHECK(a.guest == Words{"a", "--", "b"});
  CHECK(a.flags == Flags{"--dir", "x"});
}

TEST_CASE("a double dash at the end gives the program those before it") {
  const Arguments a = split({"--", "-x", "--"});
  CHECK(a.guest == Words{"--", "-x"});
  CHECK(a.flags.empty());
}

TEST_CASE("a sealed program gets its whole command line") {
  const Arguments a = split({"a", "--", "--dir", "/"}, true);
  CHECK(a.guest == Words{"a", "--", "--dir", "/"});
  CHECK(a.flags.empty());
}

TEST_CASE("the list of grants is asked for by one word that stands alone, sealed or not") {
  CHECK(split({"--wcomp-grants"}).wants_grants);
  CHECK(split({"--wcomp-grants"}, true).wants_grants);
  CHECK_FALSE(split({"--wcomp-grants", "x"}).wants_grants);
  CHECK_FALSE(split({"x", "--wcomp-grants"}).wants_grants);
  CHECK(split({"x", "--", "--help"}).wants_help);
}

TEST_CASE("flags come after what is baked in, and win where there is one value") {
  const Manifest m{.name = "app", .grants = {"dir=a", "max-memory=64K"}};
  const std::vector<std::string_view> flags{"--dir", "b", "--max-memory=1"};
  const auto o = options_of(m, flags);
  REQUIRE(o);
  CHECK(o->dirs == Words{"a", "b"});
  CHECK(o->max_memory == 1);
}

TEST_CASE("fuel is refused where the code does not count it") {
  const std::vector<std::string_view> flags{"--fuel", "1"};
  const auto refused = options_of({.name = "app"}, flags);
  REQUIRE(!refused);
  CHECK(refused.error().first().code == diag::unsupported.code);
  CHECK(options_of({.name = "app", .is_metered = true}, flags));
}

TEST_CASE("a flag that is wrong comes with a word on the double dash") {
  const std::vector<std::string_view> flags{"-x"};
  const auto refused = options_of({.name = "app"}, flags);
  REQUIRE(!refused);
  CHECK(refused.error().first().code == diag::bad_usage.code);
  CHECK(refused.error().to_string().find("one more `--`") != std::string::npos);
}

TEST_CASE("grants are listed as options, or that there are none") {
  CHECK(list_grants({.name = "app.wasm"}) == "app.wasm: nothing is granted\nMore can be granted behind `--`; `-- --help` lists how.\n");
  const std::string listed = list_grants({.name = "a\npp", .grants = {"dir=/x::/y::ro", "inherit-env"}, .is_sealed = true});
  CHECK(listed.find("  --dir /x::/y::ro\n  --inherit-env\nIt is sealed") != std::string::npos);
  CHECK(listed.starts_with("a\\npp: granted"));
}

TEST_CASE("the help of flags has every option") {
  const std::string help = flags_help("app");
  for (const SandboxOption& o : sandbox_options) CHECK(help.find(std::string("  --").append(o.name)) != std::string::npos);
}
