// component/text/parse_values.cpp: value definitions, imports and exports of values, start.
#include "component/text_helpers.h"

namespace wcomp::component {
namespace {

using namespace test;

/// The bytes of the last value that is defined.
std::string bytes_of(const std::string& fields) {
  const std::shared_ptr<const Component> c = load("(component " + fields + ")");
  std::string out = "none";
  for (const Definition& d : c->definitions) {
    if (const auto* v = std::get_if<ValueDef>(&d.item)) out = as_text(v->bytes);
  }
  round_trip("(component " + fields + ")");
  return out;
}
std::string bytes(std::initializer_list<unsigned> list) {
  std::string out;
  for (const unsigned b : list) out += static_cast<char>(b);
  return out;
}

TEST_CASE("values of primitive types") {
  struct Row {
    std::string text, expected;
  };
  const Row rows[] = {{"bool true", bytes({1})},
                      {"bool false", bytes({0})},
                      {"u8 255", bytes({255})},
                      {"s8 -128", bytes({128})},
                      {"u16 0x100", bytes({0x80, 2})},
                      {"s16 -1", bytes({0x7f})},
                      {"u32 4_294_967_295", bytes({0xff, 0xff, 0xff, 0xff, 0x0f})},
                      {"s32 +64", bytes({0xc0, 0})},
                      {"u64 18446744073709551615", bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})},
                      {"s64 -9223372036854775808", bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f})},
                      {"f32 1.5", bytes({0, 0, 0xc0, 0x3f})},
                      {"f32 nan", bytes({0, 0, 0xc0, 0x7f})},
                      {"f64 -inf", bytes({0, 0, 0, 0, 0, 0, 0xf0, 0xff})},
                      {"char 'a'", "a"},
                      {"char '('", "("},
                      {"char ' '", " "},
                      {"char '\\''", "'"},
                      {"char '\\u{20ac}'", "\xe2\x82\xac"},
                      {"char '\xe2\x82\xac'", "\xe2\x82\xac"},
                      {"string \"h\\c3\\a9\"", "\x03h\xc3\xa9"},
                      {"u8 (binary \"\\80\" \"\\01\")", bytes({0x80, 1})}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(bytes_of("(value " + row.text + ")") == row.expected);
  }
}

TEST_CASE("values of types made of others") {
  CHECK(bytes_of(R"((value (record (field "a" bool) (field "b" u8)) (record true 7)))") == bytes({1, 7}));
  CHECK(bytes_of(R"((value (tuple u8 (tuple u8)) (tuple 1 (tuple 2))))") == bytes({1, 2}));
  CHECK(bytes_of(R"((value (variant (case "a" bool) (case "b")) (variant "b")))") == bytes({1}));
  CHECK(bytes_of(R"((value (variant (case "a" bool) (case "b")) (variant "a" true)))") == bytes({0, 1}));
  CHECK(bytes_of(R"((value (enum "x" "y") (enum "y")))") == bytes({1}));
  CHECK(bytes_of(R"((value (list (option u8)) (list none (some 3))))") == bytes({2, 0, 1, 3}));
  CHECK(bytes_of(R"((value (list (result u8 (error string))) (list (ok 1) (error "e"))))") == bytes({2, 0, 1, 1, 1, 'e'}));
  CHECK(bytes_of(R"((value (list (result)) (list ok error)))") == bytes({2, 0, 1}));
  CHECK(bytes_of(R"((value (flags "a" "b" "c" "d" "e" "f" "g" "h" "i") (flags "i" "a")))") == bytes({1, 1}));
  CHECK(bytes_of(R"((value (tuple string u8) (tuple (binary "\01x") 2)))") == bytes({1, 'x', 2}));
}

TEST_CASE("a value's type may come from elsewhere in the text") {
  CHECK(bytes_of(R"((type $t (list u8)) (value (type $t) (list 1)))") == bytes({1, 1}));
  CHECK(bytes_of(R"((type $t (list u8)) (export $e "e" (type $t)) (value $v $e (list 2)))") == bytes({1, 2}));
  CHECK(bytes_of(R"((type $t u8) (import "i" (type $i (eq $t))) (value $v $i 3))") == bytes({3}));
  const std::shared_ptr<const Component> outer = load("(component (type $t (list u8)) (component (value (type $t) (list 4))))");
  CHECK(has(text::print(*outer), R"((value (;0;) (type 0) (binary "\01\04")))"));
}

TEST_CASE("values that do not fit are refused where they stand") {
  CHECK(has(refusal("(component (value u8 256))"), "without sign"));
  CHECK(has(refusal("(component (value u8 -1))"), "without sign"));
  CHECK(has(refusal("(component (value s8 128))"), "a number in its range"));
  CHECK(has(refusal("(component (value f32 nan:0x1))"), "`inf` or `nan`"));
  CHECK(has(refusal("(component (value char 'ab'))"), "one character"));
  CHECK(has(refusal("(component (value char ''))"), "a character"));
  CHECK(has(refusal("(component (value char '\\ff'))"), "one character"));
  CHECK(has(refusal("(component (value bool 1))"), "`true` or `false`"));
  CHECK(has(refusal("(component (value string \"\\ff\"))"), "malformed UTF-8"));
  CHECK(has(refusal("(component (value (enum \"x\") (enum \"z\")))"), "the type has no case `z`"));
  CHECK(has(refusal("(component (value (flags \"x\") (flags \"z\")))"), "the type has no flag `z`"));
  CHECK(has(refusal("(component (value (record (field \"a\" u8)) (record)))"), "is missing"));
  CHECK(has(refusal("(component (value (result) (ok 1)))"), "`ok` or `error`"));
  CHECK(has(refusal("(component (value (result u8) ok))"), "`(ok ..)` should stand"));
  CHECK(has(refusal("(component (value (map u8 u8) (list)))"), "write the value's bytes: `(binary \"..\")`"));
  CHECK(has(refusal("(component (import \"r\" (type $r (sub resource))) (value (type $r) 1))"), "write the value's bytes"));
  CHECK(has(refusal("(component (export \"a\" (type 0)) (value (type 0) 1))"), "is defined by itself"));
  CHECK(has(refusal("(component (value (type 9) 1))"), "is not there"));
  std::string nested = "(component (type $t (list 0)) (value (type $t) ";
  for (int i = 0; i < 10'000; ++i) nested += "(list ";
  CHECK(has(refusal(nested + std::string(10'002, ')')), "nested more than 100 deep"));
}

TEST_CASE("values are imported, exported, aliased, given to instances and to start functions") {
  const std::string printed = round_trip(R"((component
    (import "a" (value $v string)) (type $t (list u8)) (import "b" (value $w (type $t))) (value $x (import "c") u8) (value $y (export "d") u8 1)
    (import "e" (value (eq $y)))
    (import "i" (instance $i (export "v" (value u8)))) (value $z (alias export $i "v")) (alias export $i "v" (value $zz))
    (component $c (import "p" (value u8)) (export "q" (value 0)))
    (instance (instantiate $c (with "p" (value $x))))
    (instance (instantiate $c (with "p" (value $i "v"))))
    (import "s" (func $s (param "a" string) (result u8)))
    (start $s (value $v) (result (value $r)))
    (export $out "r" (value $r) (value u8))
    (export "w" (value $w))))");
  for (const std::string_view part : {"(import \"a\" (value $v (;0;) string))", "(import \"b\" (value $w (;1;) (type $t)))", "(value $y (;3;) u8 (binary \"\\01\"))",
                                      "(import \"e\" (value (;4;) (eq $y)))", "(alias export $i \"v\" (value $z (;5;)))", "(with \"p\" (value $x))",
                                      "(start $s (value $v) (result (value $r (;8;))))", "(export $out (;9;) \"r\" (value $r) (value u8))", "(export (;11;) \"d\" (value $y))"}) {
    CHECK(has(printed, part));
  }
  CHECK(has(refusal("(component (start 0 (result)))"), "`(value)` is missing"));
  CHECK(has(refusal("(component (import \"f\" (func $f)) (start $f (result (value $a)) (result (value $a))))"), "duplicate value identifier"));
}

}  // namespace
}  // namespace wcomp::component
