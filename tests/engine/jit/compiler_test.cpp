// Compiled code: what it computes and where it traps is what the interpreter says, and it is the same code every time.
#include "engine/backend.h"
#include "engine/jit/jit.h"
#include "engine/jit/places.h"
#include "tests/engine/jit/outcome.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

/// Both back ends on a function `run` of a module.
void agree(const std::string& text, std::initializer_list<Slots> calls, const StoreLimits& limits = {}) {
  const auto module = valid(text);
  for (const Slots& args : calls) {
    CAPTURE(text);
    CHECK(outcome(BackendKind::jit, module, "run", args, limits) == outcome(BackendKind::interp, module, "run", args, limits));
  }
}
std::string body(const std::string& type, const std::string& code) { return "(module (memory 1) (func (export \"run\") " + type + " " + code + "))"; }

bool has_compiler() {
  if (why_no_compiler().empty()) return true;
  MESSAGE("no compiler here: " << why_no_compiler());
  return false;
}

TEST_CASE("the same module gives the same code, wherever its bytes lie") {
  if (!has_compiler()) return;
  const std::string text = body("(param i32) (result i32)", "(loop $l (br_if $l (i32.eqz (i32.load (local.get 0))))) (i32.div_s (local.get 0) (i32.const 3))");
  const auto a = jit::compile(valid(text), {}), b = jit::compile(valid(text), {});
  REQUIRE(a);
  REQUIRE(b);
  CHECK(a->code == b->code);
  CHECK(a->places == b->places);
  CHECK(a->funcs.size() == 2);
  const auto metered = jit::compile(valid(text), {.is_metered = true});
  REQUIRE(metered);
  CHECK(metered->code != a->code);
}

TEST_CASE("places are found by the address within the operation") {
  std::vector<std::uint8_t> list;
  const jit::Place places[] = {{.begin = 0, .offset = 0},
                               {.begin = 200, .offset = 70'000},
                               {.begin = 201, .offset = 12, .is_call = true, .is_foreign = true, .frame = 59'000}};
  jit::write_places(places, list);
  CHECK(jit::find_place(list, 0)->offset == 0);
  CHECK(jit::find_place(list, 199)->offset == 0);
  CHECK(jit::find_place(list, 200)->offset == 70'000);
  const auto call = jit::find_place(list, 9'999);
  REQUIRE(call);
  CHECK(call->offset == 12);
  CHECK(call->is_call);
  CHECK(call->is_foreign);
  CHECK(call->frame == 59'000);
  CHECK_FALSE(jit::find_place({}, 5));
}

TEST_CASE("operands and result may be one local, in every order") {
  if (!has_compiler()) return;
  for (const std::string op : {"add", "sub", "mul", "div_s", "rem_u", "and", "xor", "shl", "rotr", "lt_s"}) {
    for (const std::string to : {"0", "1", "2"}) {
      for (const std::string a : {"0", "1"}) {
        for (const std::string b : {"0", "1"}) {
          // Used in a loop, so that the locals are pinned.
          agree(body("(param i32 i32) (result i32) (local i32 i32)",
                     "(loop $l (local.set " + to + " (i32." + op + " (local.get " + a + ") (local.get " + b + "))) (local.set 3 (i32.add (local.get 3) (i32.const 1)))" +
                         "(br_if $l (i32.lt_u (local.get 3) (i32.const 3)))) (i32.add (local.get " + to + ") (i32.mul (local.get 0) (local.get 1)))"),
                {{17, 5}, {0x8000'0000, 31}, {3, 3}});
        }
      }
    }
  }
}

TEST_CASE("select may choose from what is also its condition") {
  if (!has_compiler()) return;
  for (const std::string operands : {"0 1 2", "0 1 0", "0 1 1", "0 0 1", "1 1 1"}) {
    auto get = [&](std::size_t i) { return std::string("(local.get ") + operands[2 * i] + ")"; };
    for (const std::string to : {"0", "1", "2"}) {
      agree(body("(param i32 i32 i32) (result i32)",
                 "(loop $l (local.set " + to + " (select " + get(0) + get(1) + get(2) + ")) (br_if $l (i32.eq (local.get 0) (i32.const 77))))" +
                     "(i32.add (local.get 0) (i32.add (i32.shl (local.get 1) (i32.const 8)) (i32.rotr (local.get 2) (i32.const 9))))"),
            {{1, 2, 0}, {1, 2, 3}, {0, 0, 5}});
    }
  }
}

TEST_CASE("constants of 64 bits that no instruction takes") {
  if (!has_compiler()) return;
  for (const std::string k : {"-1", "0x7fffffff", "0x80000000", "0xffffffff", "-0x80000000", "-0x80000001", "0x123456789abcdef0"}) {
    for (const std::string op : {"add", "sub", "and", "or", "mul", "lt_s", "gt_u", "eq", "shr_s"}) {
      const std::string value = "(i64." + op + " (local.get 0) (i64.const " + k + "))";
      const bool is_comparison = op == "lt_s" || op == "gt_u" || op == "eq";
      agree(body("(param i64) (result i64)", is_comparison ? "(i64.extend_i32_u " + value + ")" : value), {{0}, {~0ull}, {0x8000'0000}, {0x1234'5678'9abc'def0}});
      if (is_comparison) agree(body("(param i64) (result i64)", "(if (result i64) " + value + " (then (i64.const 1)) (else (i64.const 2)))"), {{0}, {~0ull}, {0x8000'0000}});
    }
  }
}

TEST_CASE("an address is 32 bits, whatever the host left in the upper half") {
  if (!has_compiler()) return;
  agree(body("(param i32) (result i32)", "(i32.store (local.get 0) (i32.const 7)) (i32.load (local.get 0))"), {{0xdead'beef'0000'0010}});
  agree(body("(param i32) (result i32) (local i32)", "(local.set 1 (local.get 0)) (i32.load8_u offset=65535 (local.get 1))"), {{0xffff'ffff'0000'0000}, {1}});
  agree(body("(param i64) (result i32)", "(i32.load (i32.wrap_i64 (local.get 0)))"), {{0x1'0000'0004}, {0xffff'fffe}});
}

TEST_CASE("more values than there are registers") {
  if (!has_compiler()) return;
  std::string sum = "(local.get 0)", floats = "(local.get 1)";
  for (int i = 0; i < 20; ++i) {
    sum = "(i32.sub (i32.mul (local.get 0) (i32.const " + std::to_string(i) + ")) " + sum + ")";
    floats = "(f64.sub (f64.mul (local.get 1) (f64.const " + std::to_string(i) + ".5)) " + floats + ")";
  }
  agree(body("(param i32 f64) (result i32)", sum), {{9, 0}});
  agree(body("(param i32 f64) (result f64)", floats), {{0, 0x4008'0000'0000'0000}});
}

TEST_CASE("locals of a loop are where they were after calls, exceptions and traps") {
  if (!has_compiler()) return;
  agree(R"((module (tag $t (param i32)) (global $g (mut i32) (i32.const 0))
    (func $f (param i32) (result i32) (if (i32.eq (i32.rem_u (local.get 0) (i32.const 3)) (i32.const 0)) (then (throw $t (local.get 0)))) (i32.mul (local.get 0) (i32.const 5)))
    (func (export "run") (param i32) (result i32) (local $sum i32) (local $d f64)
      (loop $l
        (local.set $d (f64.add (local.get $d) (f64.const 0.5)))
        (local.set $sum (i32.add (local.get $sum)
          (block $caught (result i32) (try_table (result i32) (catch $t $caught) (i32.add (local.get 0) (call $f (local.get 0)))))))
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_if $l (local.get 0)))
      (i32.add (local.get $sum) (i32.trunc_f64_s (local.get $d))))))",
        {{1}, {2}, {50}});
  agree(R"((module (memory 1) (func $f (param i32) (result i32) (i32.load offset=65000 (local.get 0)))
    (func (export "run") (param i32) (result i32) (local i32)
      (loop $l (local.set 1 (i32.add (local.get 1) (call $f (local.get 0)))) (local.set 0 (i32.add (local.get 0) (i32.const 100))) (br $l)) (unreachable))))",
        {{0}});
}

TEST_CASE("fuel ends at the same place, and so does the stack") {
  if (!has_compiler()) return;
  const std::string counts = body("(param i32) (result i32)", "(loop $l (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if $l (local.get 0))) (local.get 0)");
  StoreLimits limits;
  for (const std::uint64_t fuel : {0, 10, 100, 1000}) {
    limits.fuel = fuel;
    agree(counts, {{3}, {20}, {1'000'000}}, limits);
  }
  agree("(module (func $f (export \"run\") (param i32) (result i32) (i32.add (call $f (local.get 0)) (i32.const 1))))", {{0}});
}

TEST_CASE("vectors in registers give way to what comes to lie over their slots") {
  if (!has_compiler()) return;
  // Dropped without being read, while it is in a register only; then a scalar lies where its upper half would be, or a vector over a scalar.
  agree(body("(param i32) (result i32)",
             "(drop (i32x4.splat (local.get 0))) (i32.const 5) (i32.add (local.get 0) (i32.const 1)) (if (result i32) (local.get 0) (then (i32.const 3)) (else (i32.const 4)))"
             "(i32.add) (i32.mul)"),
        {{0}, {7}});
  agree(body("(param i32) (result i32)",
             "(drop (i32.add (local.get 0) (i32.const 9))) (drop (i32x4.splat (local.get 0))) (i64.extend_i32_u (local.get 0)) (drop)"
             "(i32x4.add (i32x4.splat (local.get 0)) (v128.const i32x4 1 2 3 4)) (if (local.get 0) (then (nop))) (i32x4.extract_lane 3)"),
        {{0}, {7}});
  agree(body("(param i32) (result i32)",
             "(i32.const 1) (drop) (i32x4.splat (local.get 0)) (drop) (i32.const 2) (i32.const 3) (call $f) (i32.add)") .insert(8, "(func $f (param i32) (result i32) (local.get 0))"),
        {{6}});
}

TEST_CASE("an operand of a vector's row may be any other's, or the result") {
  if (!has_compiler()) return;
  const std::string locals = "(local $x v128) (local $y v128) (local $z v128)";
  const std::string begin = "(local.set $x (i32x4.add (i32x4.splat (local.get 0)) (v128.const i32x4 1 20 300 4000))) (local.set $y (i32x4.mul (local.get $x) (v128.const i32x4 3 5 7 9)))"
                            "(local.set $z (v128.const i32x4 0xff00ff00 0x0f0f0f0f 0x33333333 0x55555555))";
  const std::string end = "(i64.add (i64.add (i64x2.extract_lane 0 (local.get $x)) (i64x2.extract_lane 1 (local.get $x))) (i64.xor (i64x2.extract_lane 0 (local.get $y)) (i64x2.extract_lane 1 (local.get $y))))";
  for (const char* code : {
           "(local.set $x (i32x4.add (local.get $x) (local.get $x)))", "(local.set $x (i32x4.sub (local.get $y) (local.get $x)))",
           "(local.set $x (i32x4.add (local.get $y) (local.get $x)))", "(local.set $x (i8x16.lt_s (local.get $x) (local.get $y)))",
           "(local.set $x (i8x16.lt_s (local.get $y) (local.get $x)))", "(local.set $x (i8x16.lt_s (local.get $x) (local.get $x)))",
           "(local.set $x (v128.andnot (local.get $y) (local.get $x)))", "(local.set $y (v128.andnot (local.get $y) (local.get $x)))",
           "(local.set $x (v128.bitselect (local.get $x) (local.get $y) (local.get $z)))", "(local.set $z (v128.bitselect (local.get $x) (local.get $y) (local.get $z))) (local.set $x (local.get $z))",
           "(local.set $x (v128.bitselect (local.get $x) (local.get $x) (local.get $x)))", "(local.set $y (v128.bitselect (local.get $x) (local.get $y) (local.get $x)))",
           "(local.set $x (i8x16.shuffle 0 17 2 19 4 21 6 23 8 25 10 27 12 29 14 31 (local.get $x) (local.get $y)))",
           "(local.set $y (i8x16.shuffle 0 17 2 19 4 21 6 23 8 25 10 27 12 29 14 31 (local.get $x) (local.get $y)))",
           "(local.set $x (i8x16.shuffle 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0 (local.get $y) (local.get $x)))",
           "(local.set $x (i8x16.shuffle 31 30 29 28 27 26 25 24 23 22 21 20 19 18 17 16 (i32x4.neg (local.get $y)) (local.get $x)))",
           "(local.set $x (i16x8.shl (local.get $y) (i32.const 19)))", "(local.set $x (i32x4.shr_s (local.get $x) (i32.const 33)))",
           "(local.set $x (i64x2.shr_u (local.get $x) (i32.const 65)))", "(local.set $x (i64x2.shr_s (local.get $x) (local.get 0)))",
           "(local.set $x (i8x16.shl (local.get $y) (i32.const 3)))", "(local.set $x (select (local.get $x) (local.get $y) (local.get 0)))",
           "(local.set $y (select (local.get $x) (local.get $y) (i32.eqz (local.get 0))))", "(local.set $x (local.tee $y (i32x4.neg (local.get $x))))",
           "(local.set $x (i32x4.replace_lane 2 (local.get $y) (local.get 0)))", "(local.set $x (f32x4.replace_lane 1 (local.get $x) (f32.const 1.5)))",
           "(local.set $x (f32x4.splat (f32x4.extract_lane 3 (f32x4.convert_i32x4_s (local.get $y)))))", "(v128.store (i32.const 8) (local.get $y)) (local.set $x (v128.load32_lane 1 (i32.const 12) (local.get $x)))",
           "(v128.store64_lane 1 (i32.const 3) (local.get $y)) (local.set $x (v128.load (i32.const 1)))",
           "(loop $l (local.set $x (i32x4.add (local.get $x) (local.get $y))) (local.set $y (i32x4.max_s (local.get $y) (local.get $x)))"
           "(br_if $l (i32.lt_s (i32x4.extract_lane 0 (local.get $x)) (i32.const 100))))",
       }) {
    agree(body("(param i32) (result i64)", locals + begin + code + end), {{0}, {5}, {0xffff'fff0}});
  }
}

TEST_CASE("a tail call into another instance gives the caller its memory back") {
  if (!has_compiler()) return;
  for (const BackendKind kind : {BackendKind::jit, BackendKind::interp}) {
    Store store({}, {.backend = kind});
    const auto other = make(store, "(module (memory 1) (data (i32.const 0) \"\\07\") (func (export \"get\") (result i32) (i32.load (i32.const 0))))");
    const auto inst = make(store,
                           "(module (import \"o\" \"get\" (func $get (result i32))) (memory 1) (data (i32.const 0) \"\\64\") (func $tail (result i32) (return_call $get))"
                           "(func (export \"run\") (result i32) (i32.add (call $tail) (i32.load (i32.const 0)))))",
                           {exported(store, other, "get")});
    CHECK(value(store, func(store, inst, "run")) == 107);
  }
}

}  // namespace
