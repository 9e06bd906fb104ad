// Annotations, and custom sections, names and hints on their way from a binary to text and back.
#include <doctest/doctest.h>

#include "core/branch_hints.h"
#include "core/name_section.h"
#include "core/print.h"
#include "core/text/parse.h"

namespace wcomp::core {
namespace {

Bytes parsed(std::string source) {
  const Result<Bytes> bytes = text::parse("test.wat", std::move(source));
  REQUIRE_MESSAGE(bytes.has_value(), bytes.error().to_string());
  return *bytes;
}
Module decoded(Bytes bytes) {
  Result<Module> m = decode(std::move(bytes));
  REQUIRE_MESSAGE(m.has_value(), m.error().to_string());
  return *std::move(m);
}
bool is_refused(std::string source, std::string_view part) {
  const Result<Bytes> bytes = text::parse("test.wat", std::move(source));
  if (bytes) return false;
  const std::string message = bytes.error().to_string();
  if (message.find(part) != message.npos) return true;
  MESSAGE(message);
  return false;
}
std::string text_of(const Module& m) {
  Result<std::string> text = print(m);
  REQUIRE(text.has_value());
  return *std::move(text);
}
/// Printed and parsed, flat and folded: the same bytes.
void round_trip(const Bytes& bytes) {
  for (const bool is_folded : {false, true}) {
    const Result<std::string> text = print(decoded(bytes), {.is_folded = is_folded});
    REQUIRE(text.has_value());
    CAPTURE(*text);
    const Result<Bytes> again = text::parse("printed.wat", *text);
    REQUIRE_MESSAGE(again.has_value(), again.error().to_string());
    CHECK(*again == bytes);
  }
}
std::vector<std::string> customs_of(const Bytes& bytes) {
  std::vector<std::string> out;
  for (const CustomSection& c : decoded(bytes).customs) out.push_back(c.name + "@" + std::to_string(c.after));
  return out;
}

TEST_CASE("annotations that mean nothing to us are space") {
  CHECK(parsed("((@a) module (@b \"(\" ) (@c x, [y] {z} ; (1 2)) (func (@d (@e)) nop))") == parsed("(module (func nop))"));
  CHECK(parsed("(module (@\"quoted name\" 1 2))") == parsed("(module)"));
  CHECK(parsed("(@a) (func)") == parsed("(func)"));
  CHECK(is_refused("(module (@))", "empty annotation id"));
  CHECK(is_refused("(module (@\"\"))", "empty annotation id"));
  CHECK(is_refused("(module (@a (b)", "unclosed annotation"));
  CHECK(is_refused("(module (@a \"b)", "unclosed string"));
  CHECK(is_refused("(module (@a \x01))", "unexpected character"));
  CHECK(is_refused("(module ( @a))", "a module field"));
  CHECK(is_refused("(module (@\"\\ff\"))", "malformed UTF-8"));
}

TEST_CASE("a name annotation says what the name section does, an identifier stays the text's") {
  const Module m = decoded(parsed(R"((module $m (@name "M")
    (type $t (@name "a type") (func (param $p (@name "a parameter") i32)))
    (import "a" "b" (func $f (@name "one") (param $x i32)))
    (func (@name "") (type $t) (local $l (@name "two") i64) (local (@name "three") i64)
      block $b (@name "out") br $b end local.get $l drop)
    (table $tab (@name "tables") 1 funcref)
    (memory (@name "memories") 1)
    (global (@name "globals") i32 (i32.const 0))
    (tag $e (@name "tags"))
    (elem (@name "elems") func $f)
    (data (@name "datas") "")))"));
  CHECK(m.names.module == "M");
  CHECK(m.names.types == NameMap{{0, "a type"}});
  CHECK(m.names.funcs == NameMap{{0, "one"}, {1, ""}});
  CHECK(m.names.locals == std::vector<std::pair<std::uint32_t, NameMap>>{{0, {{0, "x"}}}, {1, {{1, "two"}, {2, "three"}}}});
  CHECK(m.names.labels == std::vector<std::pair<std::uint32_t, NameMap>>{{1, {{0, "out"}}}});
  CHECK(m.names.tables == NameMap{{0, "tables"}});
  CHECK(m.names.mems == NameMap{{0, "memories"}});
  CHECK(m.names.globals == NameMap{{0, "globals"}});
  CHECK(m.names.tags == NameMap{{0, "tags"}});
  CHECK(m.names.elems == NameMap{{0, "elems"}});
  CHECK(m.names.datas == NameMap{{0, "datas"}});
  round_trip(encode(m));
}

TEST_CASE("a name annotation stands where an identifier could, once") {
  CHECK(is_refused("(module (@name \"a\") (@name \"b\"))", "misplaced @name"));
  CHECK(is_refused("(module (func) (@name \"a\"))", "misplaced @name"));
  CHECK(is_refused("(module (func (@name \"a\") $f))", "misplaced @name"));
  CHECK(is_refused("(module (func $f (@name \"a\") (@name \"b\")))", "misplaced @name"));
  CHECK(is_refused("(module (func $f) (start $f (@name \"a\")))", "misplaced @name"));
  CHECK(is_refused("(module (func (param (@name \"a\") i32 i32)))", "`)`"));
  CHECK(is_refused("(module (@name))", "without its string"));
  CHECK(is_refused("(module (@name a))", "unexpected token"));
  CHECK(is_refused("(module (@name \"a\" \"b\"))", "unexpected token"));
  CHECK(is_refused("(module (@name \"\\ff\"))", "malformed UTF-8"));
}

TEST_CASE("names that are there twice, are empty or are no identifiers survive") {
  round_trip(parsed(R"((module
    (func $a (@name "same")) (func $b (@name "same")) (func $c (@name "same#1")) (func (@name "")) (func (@name "a b\n\u{202e}"))
    (func $caller call $a call $b call $c
      block $x (@name "l") block $y (@name "l") br $x end end)))"));
  const std::string text = text_of(decoded(parsed("(module (func $a (@name \"f\")) (func $b (@name \"f\")))")));
  CHECK(text.find("(func $f (;0;)") != text.npos);
  CHECK(text.find("(func $f#1 (@name \"f\") (;1;)") != text.npos);
}

TEST_CASE("long names are written once") {
  const std::string name(10'000, 'n');
  std::string calls;
  for (int i = 0; i < 1000; ++i) calls += " call $" + name;
  const Bytes bytes = parsed("(module (func $" + name + calls + "))");
  CHECK(text_of(decoded(bytes)).size() < 100'000);
  round_trip(bytes);
}

TEST_CASE("custom annotations have their place among the sections, and get it back") {
  const Bytes bytes = parsed(R"((module
    (@custom "a" "last")
    (type (func))
    (@custom "b" (after func) "1") (@custom "c" (before func) "2") (@custom "d" (after last))
    (memory 1) (tag (type 0)) (func (type 0)) (data "")
    (@custom "e" (after tag)) (@custom "f" (before type)) (@custom "g" (after data)) (@custom "h" (before first) "x" "y")
    (@custom "i" (before code)) (@custom "j" (after datacount))))");
  CHECK(customs_of(bytes) == std::vector<std::string>{"f@0", "h@0", "c@1", "b@3", "e@13", "i@13", "j@13", "g@11", "a@11", "d@11"});
  round_trip(bytes);
  CHECK(is_refused("(module (@custom))", "a string"));
  CHECK(is_refused("(module (@custom 4))", "a string"));
  CHECK(is_refused("(module (@custom \"\\ff\"))", "malformed UTF-8"));
  CHECK(is_refused("(module (@custom \"a\" here))", "`)`"));
  CHECK(is_refused("(module (@custom \"a\" (after)))", "a section's keyword"));
  CHECK(is_refused("(module (@custom \"a\" (aft type)))", "`)`"));
  CHECK(is_refused("(module (@custom \"a\" (before types)))", "a section's keyword"));
  CHECK(is_refused("(module (@custom \"a\" (after first)))", "`first` goes with `before`"));
  CHECK(is_refused("(module (type (@custom \"a\") (func)))", "unexpected token"));
  CHECK(is_refused("(module (func (block (@custom \"a\"))))", "an instruction"));
}

TEST_CASE("the name section keeps its place among the last custom sections") {
  for (const std::string source : {"(module (func $f) (@custom \"a\") (@wcomp.name-section) (@custom \"b\") (@custom \"c\"))",
                                   "(module (func $f) (@wcomp.name-section) (@custom \"a\"))", "(module (func $f) (@custom \"a\"))"}) {
    round_trip(parsed(source));
  }
  CHECK(customs_of(parsed("(module (func $f) (@custom \"a\") (@wcomp.name-section) (@custom \"b\"))")) ==
        std::vector<std::string>{"a@10", "name@10", "b@10"});
  CHECK(is_refused("(module (func $f) (@wcomp.name-section) (@wcomp.name-section) (func))", "misplaced"));
  CHECK(is_refused("(module (@wcomp.name-section \"x\") (func))", "takes no string"));
}

TEST_CASE("a name section that cannot be read stays as it is") {
  const Bytes bytes = parsed("(module (func) (@custom \"name\" \"\\63\\ff\\ff\"))");
  CHECK(text_of(decoded(bytes)).find("(@custom \"name\" \"c\\ff\\ff\")") != std::string::npos);
  round_trip(bytes);
}

TEST_CASE("a data count section that nothing needs survives") {
  const Bytes bytes = parsed("(module (memory 1) (data \"a\") (@wcomp.data-count))");
  CHECK(decoded(bytes).data_count == 1);
  round_trip(bytes);
  round_trip(parsed("(module (memory 1) (data \"a\"))"));
  CHECK_FALSE(decoded(parsed("(module (memory 1) (data \"a\"))")).data_count.has_value());
}

TEST_CASE("branch hints count from the declarations of locals, and come right before the code") {
  const Bytes bytes = parsed(R"((module (import "a" "b" (func)) (@custom "x" (after func))
    (func)
    (func (param i32) (local i64 i64 f32)
      local.get 0
      (@metadata.code.branch_hint "\01") if nop end
      (@metadata.code.branch_hint "\00") (br_if 0 (local.get 0))
      (@metadata.code.branch_hint "\01") (if (local.get 0) (then (@metadata.code.branch_hint "\00") (br_if 1 (i32.const 1)))))))");
  CHECK(customs_of(bytes) == std::vector<std::string>{"x@3", std::string(branch_hint_section) + "@3"});
  const auto hints = decode_branch_hints(decoded(bytes).customs[1].bytes);
  REQUIRE(hints.has_value());
  // Two runs of locals take 5 bytes.
  CHECK(*hints == std::vector<FuncBranchHints>{{2, {{7, true}, {13, false}, {17, true}, {21, false}}}});
  const std::string text = text_of(decoded(bytes));
  CHECK(text.find("(@metadata.code.branch_hint \"\\01\")\n    if") != text.npos);
  round_trip(bytes);
}

TEST_CASE("branch hints stand right before an `if` or a `br_if` in a function") {
  CHECK(is_refused("(module (func (@metadata.code.branch_hint \"\\01\") nop))", "invalid target `nop`"));
  CHECK(is_refused("(module (func i32.const 0 (@metadata.code.branch_hint \"\\01\") (@metadata.code.branch_hint \"\\01\") if end))", "misplaced"));
  CHECK(is_refused("(module (@metadata.code.branch_hint \"\\01\") (func))", "misplaced"));
  CHECK(is_refused("(module (func (@metadata.code.branch_hint \"\\00\")))", "misplaced"));
  CHECK(is_refused("(module (func (if (i32.const 0) (@metadata.code.branch_hint \"\\00\") (then))))", "misplaced"));
  CHECK(is_refused("(module (func (br_if 0 (i32.const 0) (@metadata.code.branch_hint \"\\00\"))))", "misplaced"));
  CHECK(is_refused("(module (global i32 (@metadata.code.branch_hint \"\\00\") (i32.const 0)))", "misplaced"));
  CHECK(is_refused("(module (func i32.const 0 (@metadata.code.branch_hint \"\\02\") if end))", "one byte"));
  CHECK(is_refused("(module (func i32.const 0 (@metadata.code.branch_hint) if end))", "without its string"));
}

TEST_CASE("branch hints that do not fit the code stay a custom section") {
  for (const std::string contents : {"\\01\\00\\01\\01\\01\\01", "\\01\\00\\01\\03\\01\\02", "\\01\\07\\01\\01\\01\\01", "\\01\\00\\00", "\\ff"}) {
    const Bytes bytes = parsed("(module (func i32.const 0 if end) (@custom \"metadata.code.branch_hint\" (before code) \"" + contents + "\"))");
    CHECK(text_of(decoded(bytes)).find("(@custom \"metadata.code.branch_hint\"") != std::string::npos);
    round_trip(bytes);
  }
}

TEST_CASE("names of function types' parameters survive") {
  const Bytes bytes = parsed("(module (type $t (func (param $x i32) (param i64) (param $y f32) (result i32))))");
  CHECK(text_of(decoded(bytes)).find("(param $x i32) (param i64) (param $y f32) (result i32)") != std::string::npos);
  round_trip(bytes);
}

}  // namespace
}  // namespace wcomp::core
