#include "core/text/parse.h"

#include <doctest/doctest.h>

#include <bit>

#include "core/expr_reader.h"
#include "core/print.h"
#include "core/text/numbers.h"

namespace wcomp::core {
namespace {

bool has(const std::string& text, std::string_view part) {
  if (text.find(part) != text.npos) return true;
  MESSAGE(text);
  return false;
}

Features all_features() {
  Features f;
  f.legacy_exceptions = true;
  f.compact_imports = true;
  return f;
}

Result<ValidModule> load(std::string source) {
  WCOMP_TRY(Bytes bytes, text::parse("test.wat", std::move(source)));
  WCOMP_TRY(Module module, decode(std::move(bytes)));
  return validate(std::move(module), all_features());
}

std::string refusal(std::string source) {
  const Result<ValidModule> m = load(std::move(source));
  REQUIRE_FALSE(m.has_value());
  return m.error().to_string();
}

/// Printed, parsed, printed: the same text twice, the same bytes twice.
void round_trip(const std::string& source) {
  CAPTURE(source);
  const Result<ValidModule> m = load(source);
  REQUIRE_MESSAGE(m.has_value(), m.error().to_string());
  for (const bool is_folded : {false, true}) {
    const Result<std::string> printed = print(**m, {.is_folded = is_folded});
    REQUIRE(printed.has_value());
    CAPTURE(*printed);
    const Result<Bytes> again = text::parse("printed.wat", *printed);
    REQUIRE_MESSAGE(again.has_value(), again.error().to_string());
    CHECK(*again == encode(**m));
  }
}

/// Text in pieces, and the largest of them.
std::pair<std::string, std::size_t> printed_in_pieces(const Module& m, const PrintOptions& options) {
  std::string text;
  std::size_t largest = 0;
  const auto done = print(m, options, [&](std::string_view piece) {
    text += piece;
    largest = std::max(largest, piece.size());
  });
  REQUIRE(done.has_value());
  return {text, largest};
}

TEST_CASE("text in pieces is the same text, and no piece is large, whatever makes the text long") {
  std::string body, datas, names, block;
  for (int i = 0; i < 30'000; ++i) body += "(local.set 0 (i32.add (i32.const 1000000) (i32.mul (i32.const 2) (local.get 0)))) ";
  for (int i = 0; i < 20'000; ++i) block += "i32.const 1 (block (br_if 0 (i32.const 2)) (drop (i32.const 3))) drop ";
  for (int i = 0; i < 100; ++i) datas += "(data \"" + std::string(9'000, 'd') + "\\00\")";
  for (int i = 0; i < 9'000; ++i) names += "(func $a_name_of_some_length_" + std::to_string(i) + ")";
  for (const std::string& fields : {"(func (local i32) " + body + ")", "(func (local i32) " + block + ")", "(memory 1)" + datas, "(data \"" + std::string(1'000'000, 'x') + "\")", names}) {
    const Result<ValidModule> m = load("(module $m " + fields + ")");
    REQUIRE_MESSAGE(m.has_value(), m.error().to_string());
    for (const bool is_folded : {false, true}) {
      for (const bool has_operands : {false, true}) {
        const PrintOptions options{.is_folded = is_folded, .use_names = true, .has_operands = has_operands};
        const auto [text, largest] = printed_in_pieces(**m, options);
        CHECK(text == *print(**m, options));
        CHECK(largest < 800'000);
      }
    }
  }
}

TEST_CASE("of a module that cannot be printed nothing is given out") {
  const Result<ValidModule> valid = load("(module (func) (func nop nop))");
  REQUIRE(valid.has_value());
  Module m = **valid;
  m.funcs[1].body.code = m.funcs[1].body.code.first(2);
  const auto done = print(m, {}, [](std::string_view) { FAIL("text of a module that cannot be read"); });
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().to_string().find("the last `end` is missing") != std::string::npos);
}

TEST_CASE("what is printed can be parsed to the same bytes") {
  round_trip("(module)");
  round_trip("(module $m (func $f (param $a i32) (result i32) local.get $a))");
  round_trip("(module (import \"a\" \"b\" (func (param i64))) (memory 1 2) (memory 3) (export \"m\" (memory 1)))");
  round_trip("(module (global (mut i32) (i32.const -5)) (global f64 (f64.const 0x1.8p3)) (global f32 (f32.const nan:0x200000)))");
  round_trip("(module (table 2 funcref) (func $f) (elem (i32.const 0) $f) (elem declare func $f) (elem externref (ref.null extern)))");
  round_trip(
      "(module (memory 1) (data \"passive\") (data (i32.const 4) \"\\00\\ff\\22\\5c x\") (func i32.const 0 i32.const 0 i32.const 0 "
      "memory.init 0))");
  round_trip(R"((module (func (param i32) (result i32)
    block $out (result i32)
      loop $again
        local.get 0
        br_if $again
        local.get 0
        if (result i32) i32.const 1 br 2 else i32.const 2 end
        drop
      end
      i32.const 7
    end)))");
  round_trip("(module (type $t (func (param i32) (result i32 i32))) (func (type $t) local.get 0 (block (type $t) local.get 0)))");
  round_trip("(module (@custom \"x\" (after func) \"abc\") (func) (@custom \"y\" \"\"))");
  round_trip("(module (func $\"a b\") (func $a) (export \"\\u{e9}\\n\" (func $\"a b\")))");
}

TEST_CASE("folded and flat instructions give the same bytes") {
  const auto bytes = [](std::string body) {
    const Result<Bytes> b = text::parse("t", "(module (func (param i32) (result i32) " + body + "))");
    REQUIRE_MESSAGE(b.has_value(), b.error().to_string());
    return *b;
  };
  CHECK(bytes("(i32.add (local.get 0) (i32.const 1))") == bytes("local.get 0 i32.const 1 i32.add"));
  CHECK(bytes("(if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2)))") ==
        bytes("local.get 0 if (result i32) i32.const 1 else i32.const 2 end"));
  CHECK(bytes("(block (result i32) (br 0 (i32.const 3)))") == bytes("block (result i32) i32.const 3 br 0 end"));
}

TEST_CASE("abbreviations stand for what they mean") {
  const Result<ValidModule> m = load(R"((module
    (func (export "a") (export "b") (import "m" "f"))
    (memory (data "hello"))
    (table funcref (elem 0 0))
    (func (export "c") (result i32) (i32.const 1))))");
  REQUIRE_MESSAGE(m.has_value(), m.error().to_string());
  CHECK((*m)->exports.size() == 3);
  CHECK((*m)->imported_funcs == 1);
  CHECK((*m)->mems[0].limits.max == 1);
  CHECK((*m)->datas[0].bytes.size() == 5);
  CHECK((*m)->tables[0].type.limits.min == 2);
  CHECK((*m)->types.size() == 2);
}

TEST_CASE("data may be given as numbers of a type") {
  const Result<ValidModule> m = load(R"((module
    (memory (data "a" (i8 1 -1) (i16 0x102)))
    (data (i32.const 0) (i32 -2) (i64 1) "b" (f32 1 nan) (f64 -0))
    (data (v128 i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 i64x2 1 2) (i8))))");
  REQUIRE_MESSAGE(m.has_value(), m.error().to_string());
  CHECK(Bytes((*m)->datas[0].bytes.begin(), (*m)->datas[0].bytes.end()) == Bytes{'a', 1, 255, 2, 1});
  CHECK((*m)->datas[1].bytes.size() == 4 + 8 + 1 + 8 + 8);
  CHECK((*m)->datas[1].mode == SegmentMode::active);
  CHECK((*m)->datas[2].bytes.size() == 32);
  CHECK((*m)->datas[2].mode == SegmentMode::passive);
  CHECK(has(refusal("(module (memory (data (i8 256))))"), "no i8 value"));
  CHECK(has(refusal("(module (memory (data (i16 -32769))))"), "no i16 value"));
  CHECK(has(refusal("(module (memory (data (i24 1))))"), "`)`"));
  CHECK(has(refusal("(module (memory 1) (data (i32.const 0) (v128 i32x4 1 2 3)))"), "a lane of i32x4, 4 of 4"));
}

TEST_CASE("a table of typed references takes functions by index") {
  const Result<ValidModule> m = load("(module (type $t (func)) (func $f) (table $a (ref null $t) (elem $f $f)) (table $b i64 (ref null $t) (elem)) (table externref (elem)))");
  REQUIRE_MESSAGE(m.has_value(), m.error().to_string());
  CHECK((*m)->elems.size() == 3);
  CHECK((*m)->tables[0].type.limits.min == 2);
  CHECK((*m)->tables[1].type.limits.is_64);
}

TEST_CASE("fields alone are a module") {
  CHECK(load("(func) (memory 1)").has_value());
}

TEST_CASE("constant expressions add, subtract and multiply, and nothing else") {
  CHECK(load("(module (global $a i32 (i32.const 2)) (global i32 (i32.mul (global.get $a) (i32.const 3))))").has_value());
  CHECK(has(refusal("(module (global i32 (i32.div_s (i32.const 6) (i32.const 3))))"), "`i32.div_s` is not constant"));
  CHECK(has(refusal("(module (global $a (mut i32) (i32.const 2)) (global i32 (global.get $a)))"), "global 0 is mutable"));
  CHECK(has(refusal("(module (global i32 (global.get 0)))"), "unknown global 0"));
  CHECK(has(refusal("(module (global i32 (i32.add (i32.const 1))))"), "type mismatch in a constant expression"));
}

TEST_CASE("things may be used before they are defined") {
  CHECK(load("(module (export \"f\" (func $f)) (func (call $f)) (start $f) (func $f (type $t)) (type $t (func)))").has_value());
}

TEST_CASE("mistakes in the text are shown where they are") {
  CHECK(has(refusal("(module\n  (func\n    i32.cosnt 1))"), "test.wat:3:5"));
  CHECK(has(refusal("(module (func i32.cosnt 1))"), "unknown operator `i32.cosnt`"));
  CHECK(has(refusal("(module"), "unclosed `(`"));
  CHECK(has(refusal("(module))"), "`)` without `(`"));
  CHECK(has(refusal("(module (; )"), "unclosed comment"));
  CHECK(has(refusal("(module (func (i32.const \"x)))"), "unclosed string"));
  CHECK(has(refusal("(module (func (call $g)))"), "unknown function `$g`"));
  CHECK(has(refusal("(module (func (br $l)))"), "unknown label `$l`"));
  CHECK(has(refusal("(module (func $f) (func $f))"), "duplicate function `$f`"));
  CHECK(has(refusal("(module (func (param $x i32) (local $x i32)))"), "duplicate local `$x`"));
  CHECK(has(refusal("(module (func i32.const 4294967296 drop))"), "out of range"));
  CHECK(has(refusal("(module (func i32.const 0 i32.load align=3 drop))"), "power of two"));
  CHECK(has(refusal("(module (func) (import \"a\" \"b\" (func)))"), "imports have to come first"));
  CHECK(has(refusal("(module (func block $a end $b))"), "mismatching label `$b`"));
  CHECK(has(refusal("(module (func else))"), "`else` without `if`"));
  CHECK(has(refusal("(module (func block))"), "`end`"));
  CHECK(has(refusal("(module (type (func)) (func (type 0) (param i32)))"), "inline function type"));
  CHECK(has(refusal("(module (start 0) (start 0) (func))"), "multiple start"));
  CHECK(has(refusal("(module (func (i32.const 0x)))"), "no i32 constant"));
  CHECK(has(refusal("(component)"), "a component's text"));
  CHECK(has(refusal(""), "unexpected end of the text"));
  CHECK(has(refusal("(module) (module)"), "the end of the text"));
  CHECK(has(refusal("(module (export \"\\ff\" (func 0)))"), "malformed UTF-8"));
  CHECK(has(refusal("(module (import \"a\"\"b\" (func)))"), "a space is missing"));
}

TEST_CASE("instructions may stand inside each other to any depth") {
  constexpr int depth = 200'000;
  std::string folded;
  for (int i = 0; i < depth; ++i) folded += "(i32.eqz ";
  CHECK(load("(module (func (result i32) " + folded + "(i32.const 0)" + std::string(depth, ')') + "))").has_value());
  std::string blocks;
  for (int i = 0; i < depth; ++i) blocks += "(block $a ";
  CHECK(load("(module (func " + blocks + "(br $a)" + std::string(depth, ')') + "))").has_value());
  CHECK(has(refusal("(module (func " + std::string(depth, '(') + ")"), "unclosed `(`"));
  CHECK(has(refusal("(module (func " + std::string(depth, '(') + std::string(depth + 2, ')')), "an instruction"));
}

TEST_CASE("deep flat nesting is printed without growing quadratically") {
  std::string source = "(module (func ";
  for (int i = 0; i < 20000; ++i) source += "block ";
  for (int i = 0; i < 20000; ++i) source += "end ";
  const Result<ValidModule> m = load(source + "))");
  REQUIRE(m.has_value());
  const Result<std::string> printed = print(**m, {.is_folded = true});
  REQUIRE(printed.has_value());
  CHECK(printed->size() < 10'000'000);
}

TEST_CASE("number literals keep every bit") {
  using text::parse_float;
  using text::parse_int;
  CHECK(parse_int("-2147483648", 32) == 0x8000'0000u);
  CHECK(parse_int("-2147483649", 32) == std::nullopt);
  CHECK(parse_int("4294967295", 32) == 0xffff'ffffu);
  CHECK(parse_int("0xffff_ffff_ffff_ffff", 64) == ~std::uint64_t{0});
  CHECK(parse_int("1__0", 32) == std::nullopt);
  CHECK(parse_int("_1", 32) == std::nullopt);
  CHECK(parse_int("1_", 32) == std::nullopt);
  CHECK(parse_int("+", 32) == std::nullopt);
  CHECK(parse_float("1.5", true) == std::bit_cast<std::uint32_t>(1.5f));
  CHECK(parse_float("-0", false) == 0x8000'0000'0000'0000u);
  CHECK(parse_float("0x1p-149", true) == 1u);
  CHECK(parse_float("1e-400", false) == 0u);
  CHECK(parse_float("1e400", false) == std::nullopt);
  CHECK(parse_float("0x1p128", true) == std::nullopt);
  CHECK(parse_float("nan", true) == 0x7fc0'0000u);
  CHECK(parse_float("-nan:0x1", true) == 0xff80'0001u);
  CHECK(parse_float("nan:0x800000", true) == std::nullopt);
  CHECK(parse_float("inf", false) == 0x7ff0'0000'0000'0000u);
  CHECK(parse_float("1.", false) == std::bit_cast<std::uint64_t>(1.0));
  CHECK(parse_float(".5", false) == std::nullopt);
  CHECK(parse_float("1e", false) == std::nullopt);
}

TEST_CASE("one function is printed with its type and names") {
  const Result<ValidModule> m = load("(module (func) (func $twice (param $x i32) (result i32) (i32.mul (local.get $x) (i32.const 2))))");
  REQUIRE(m.has_value());
  const Result<std::string> text = print_func(**m, FuncIdx(1u), {.is_folded = true});
  REQUIRE(text.has_value());
  CHECK(*text == "(func $twice (;1;) (type 1) (param $x i32) (result i32)\n    (i32.mul (local.get $x) (i32.const 2))\n  )\n");
  CHECK_FALSE(print_func(**m, FuncIdx(2u)).has_value());
}

/// An instruction with immediates in code where a label and two items of each kind are there. Nothing for those that are part of another.
std::string sample_of(const OpcodeRow& row) {
  const std::string op(row.text);
  switch (row.opcode) {
    case Opcode::else_:
    case Opcode::end:
    case Opcode::catch_:
    case Opcode::catch_all:
    case Opcode::delegate:
    case Opcode::rethrow:
      return {};
    case Opcode::if_:
      return "if else end if end";
    case Opcode::br_on_non_null:
      return "block (result (ref 1)) unreachable br_on_non_null 0 unreachable end";
    case Opcode::try_:
      return "try catch 1 unreachable catch_all unreachable rethrow 0 end try delegate 1";
    default:
      break;
  }
  switch (row.immediate) {
    case Immediate::none: return op;
    case Immediate::block_type: return op + " (type 1) unreachable end " + op + " (result (ref 1)) unreachable end";
    case Immediate::try_table: return op + " (catch_all 0) (catch 0 0) unreachable end";
    case Immediate::label_table: return op + " 0 0 0";
    case Immediate::type_table: return op + " (type 1) unreachable " + op + " 1 (type 1)";
    case Immediate::heap_type: return op + " extern " + op + " 1 " + op + " noexn";
    case Immediate::select_types: return op + " (result (ref null 1))";
    case Immediate::mem_arg: return op + " 1 offset=0xffff_ffff align=1 unreachable " + op;
    case Immediate::mem_arg_lane: return op + " 1 offset=3 align=1 0 unreachable " + op + " 1";
    case Immediate::lanes16: return op + " 31 30 29 28 27 26 25 24 0 1 2 3 4 5 6 7";
    case Immediate::v128_const: return op + " f32x4 nan -0 0x1p-149 inf " + op + " i8x16 -128 255 2 3 4 5 6 7 8 9 10 11 12 13 14 15";
    case Immediate::i32_const: return op + " -2147483648";
    case Immediate::i64_const: return op + " 0x8000_0000_0000_0000";
    case Immediate::f32_const: return op + " -nan:0x1";
    case Immediate::f64_const: return op + " 1e-300";
    case Immediate::mem_mem:
    case Immediate::table_table:
    case Immediate::data_mem:
    case Immediate::elem_table: return op + " 1 0 unreachable " + op + (row.immediate == Immediate::mem_mem || row.immediate == Immediate::table_table ? "" : " 1");
    default: return op + (row.immediate == Immediate::label ? " 0" : " 1");
  }
}

TEST_CASE("every instruction of the table survives print and parse") {
  // Unreachable code types anything, so that one function can hold them all.
  std::string body;
  for (const OpcodeRow& row : opcode_rows()) body += "block unreachable " + sample_of(row) + " unreachable end\n";
  round_trip("(module (type (func)) (type (func (param i32) (result i32))) (tag) (tag (param i32)) (func $f (type 1) (local i64)" + body + "unreachable" +
             ") (func (type 1) unreachable) (memory 1) (memory 1) (table 1 funcref) (table 2 funcref) (elem func $f) (elem func 1) (data \"\") (data \"a\")"
             "(global (mut i32) (i32.const 0)) (global (mut i32) (i32.const 0)))");
}

}  // namespace
}  // namespace wcomp::core
