#include <algorithm>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

#include "bindgen/bindgen.h"
#include "wit/wit.h"

namespace wcomp::bindgen {
namespace {

std::string header_of(std::string wit, const std::string& name, TypeOwnership ownership = TypeOwnership::borrowing) {
  auto loaded = wit::load_text("test.wit", std::move(wit));
  REQUIRE(loaded.has_value());
  std::vector<wit::WorldId> worlds;
  for (const wit::PackageId p : loaded->graph.roots) {
    for (const wit::WorldId w : loaded->graph.packages[p].worlds) worlds.push_back(w);
  }
  const auto files = generate(loaded->graph, worlds, Side::guest, ownership, Language::c);
  REQUIRE(files.has_value());
  const auto it = std::find_if(files->begin(), files->end(), [&](const OutputFile& f) { return f.name == name; });
  REQUIRE(it != files->end());
  return it->content;
}
bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// What a header says of the world, without the order it is said in.
std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.insert(line);
  return out;
}

TEST_CASE("what is added to WIT renames nothing") {
  const std::string before = header_of(
      "package a:b; interface i { record buffer { data: list<u8> } resource r { get: func() -> string; } use-it: func(b: buffer, n: list<string>); }"
      "world w { import i; export i; import log: func(s: string); }", "w.h");
  const std::string after = header_of(
      "package a:b; interface h { type buffer = u8; buffer-free: func(); }"
      "interface i { buffer-free: func(); borrow-r: func(); r-drop-own: func(); r-new: func(); type own-r = u8; list-u8: func();"
      "  record buffer { data: list<u8> } resource r { get: func() -> string; } use-it: func(b: buffer, n: list<string>); method-r-get: func(); }"
      "world w { import h; import i; export i; import list-u8-free: func(); import string-dup: func(); import log: func(s: string); }", "w.h");
  const std::set<std::string> found = lines_of(after);
  for (const std::string& line : lines_of(before)) {
    CAPTURE(line);
    CHECK(found.contains(line));
  }
  CHECK(contains(after, "void a_b_i_buffer_free_(void);"));
  CHECK(contains(after, "void a_b_i_borrow_r_(void);"));
  CHECK(contains(after, "a_b_i_own_r_t_;"));
  CHECK(contains(after, "void w_list_u8_free_(void);"));
}

TEST_CASE("of several versions of a package the oldest has the plain name") {
  const std::string text = header_of(
      "package a:b; world w { import c:d/i@1.0.0; import c:d/i@1.2.0; }"
      "package c:d@1.2.0 { interface i { f: func(); } } package c:d@1.0.0 { interface i { f: func(); } }", "w.h");
  CHECK(contains(text, "void c_d_i_f(void);"));
  CHECK(contains(text, "void c_d_v1_2_0_i_f(void);"));
}

TEST_CASE("two items with equal names differ by an underscore, and words of C and C++ have one") {
  const std::string text = header_of(
      "package a:b; interface x-y { f: func(class: u8, restrict: u8, ret: u8); } interface x { y-f: func(); record r { union: u8, template: u8 } }"
      "world clock { import x; import x-y; import gettime: func(); }", "clock.h");
  CHECK(contains(text, "void a_b_x_y_f(void);"));
  CHECK(contains(text, "void a_b_x_y_f_(uint8_t class_, uint8_t restrict_, uint8_t ret_);"));
  CHECK(contains(text, "uint8_t union_;"));
  CHECK(contains(text, "uint8_t template_;"));
  CHECK(contains(text, "void clock_gettime_(void);"));
}

TEST_CASE("equal types without names are one type, however they are reached") {
  const std::string text = header_of(
      "package a:b; interface i { type names = list<string>; f: func() -> names; } interface j { use i.{names}; g: func(a: list<string>, b: list<names>); }"
      "world w { import i; import j; }", "w.h");
  CHECK(contains(text, "typedef w_list_string_t a_b_i_names_t;"));
  CHECK(contains(text, "void a_b_i_f(w_list_string_t *ret);"));
  CHECK(contains(text, "void a_b_j_g(const w_list_string_t *a, const w_list_list_string_t *b);"));
}

TEST_CASE("the name of a type without end has one") {
  std::string type = "u8";
  for (int i = 0; i < 60; ++i) type = "tuple<" + type + ", option<string>>";
  const std::string text = header_of("package a:b; interface i { f: func(x: " + type + "); } world w { import i; }", "w.h");
  std::size_t longest = 0;
  std::size_t length = 0;
  for (const char c : text) {
    length = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ? length + 1 : 0;
    longest = std::max(longest, length);
  }
  CHECK(longest > 60);
  CHECK(longest < 140);
}

TEST_CASE("pointers are const where a function only looks, and not where it takes") {
  constexpr const char* wit =
      "package a:b; interface i { resource r; record both { name: string, r: r } f: func(s: string, o: option<list<u8>>, b: both, l: list<borrow<r>>); }"
      "world w { export i; }";
  const std::string looking = header_of(wit, "w.h");
  CHECK(contains(looking, "const w_string_t *s, const w_list_u8_t *maybe_o, exports_a_b_i_both_t *b,"));
  const std::string owning = header_of(wit, "w.h", TypeOwnership::owning);
  CHECK(contains(owning, "(w_string_t *s, w_list_u8_t *maybe_o, exports_a_b_i_both_t *b,"));
  CHECK(contains(owning, "const w_list_exports_a_b_i_borrow_r_t *l"));
}

}  // namespace
}  // namespace wcomp::bindgen
