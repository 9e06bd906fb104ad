#include "wast/run.h"

#include <doctest/doctest.h>

#include "wast/header.h"

namespace wcomp::wast {
namespace {

Report run_text(std::string source, Options options = {}) { return run("test.wast", std::move(source), options); }

/// `line: found` of every directive that does not hold.
std::string misses(const Report& report) {
  std::string out;
  for (const Outcome& o : report.outcomes) {
    if (!o.has_held) out += std::to_string(o.where.line) + ": expected " + o.expected + ", found " + o.found + "\n";
  }
  return out;
}
std::string misses(std::string source, Options options = {}) { return misses(run_text(std::move(source), options)); }

TEST_CASE("a script whose directives all hold passes") {
  const Report r = run_text(R"(
    (module $m (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))) (global (export "g") i64 (i64.const 5)))
    (assert_return (invoke "add" (i32.const 2) (i32.const -3)) (i32.const -1))
    (assert_return (get $m "g") (i64.const 5))
    (invoke $m "add" (i32.const 1) (i32.const 1))
    (register "lib" $m)
    (module (import "lib" "add" (func $add (param i32 i32) (result i32))) (func (export "two") (result i32) (call $add (i32.const 1) (i32.const 1))))
    (assert_return (invoke "two") (i32.const 2)))");
  CHECK(misses(r) == "");
  CHECK(r.passed == 7);
  CHECK(r.failed == 0);
}

TEST_CASE("a result that differs is a failure that names both") {
  const Report r = run_text("(module (func (export \"f\") (result i32 i64) (i32.const 1) (i64.const 2)))\n  (assert_return (invoke \"f\") (i32.const 1) (i64.const 3))");
  REQUIRE(r.failed == 1);
  CHECK(r.passed == 1);
  CHECK(r.outcomes[0].where.line == 2);
  CHECK(r.outcomes[0].where.column == 3);
  CHECK(r.outcomes[0].directive == "(assert_return (invoke \"f\") (i32.const 1) (i64.const 3))");
  CHECK(r.outcomes[0].expected == "(i32.const 1) (i64.const 3)");
  CHECK(r.outcomes[0].found == "(i32.const 1) (i64.const 2)");
}

TEST_CASE("results of another type or number do not match") {
  const std::string module = "(module (func (export \"f\") (result i32) (i32.const 1)) (func (export \"n\")))";
  CHECK(misses(module + "(assert_return (invoke \"f\") (i64.const 1))") != "");
  CHECK(misses(module + "(assert_return (invoke \"f\"))") != "");
  CHECK(misses(module + "(assert_return (invoke \"n\") (i32.const 1))") != "");
  CHECK(misses(module + "(assert_return (invoke \"f\") (f32.const 0x1p-149))") != "");
  CHECK(misses(module + "(assert_return (invoke \"f\" (i32.const 0)) (i32.const 1))") != "");
  CHECK(misses(module + "(assert_return (invoke \"none\"))") != "");
  CHECK(misses(module + "(assert_return (invoke $other \"f\") (i32.const 1))") != "");
}

TEST_CASE("patterns match NaNs, lanes, references and alternatives") {
  const std::string module = R"((module
    (func (export "nan") (result f32) (f32.reinterpret_i32 (i32.const 0x7fc00001)))
    (func (export "canonical") (result f64) (f64.reinterpret_i64 (i64.const 0xfff8000000000000)))
    (func $f (export "ref") (result funcref) (ref.func $f))
    (func (export "null") (result externref) (ref.null extern))
    (func (export "same") (param externref) (result externref) (local.get 0))
    (func (export "vector") (result v128) (v128.const i32x4 0x7fc00000 1 2 0xffc00000)))
  )";
  CHECK(misses(module + R"(
    (assert_return (invoke "nan") (f32.const nan:arithmetic))
    (assert_return (invoke "nan") (f32.const nan:0x400001))
    (assert_return (invoke "nan") (either (f32.const 0) (f32.const nan:arithmetic)))
    (assert_return (invoke "canonical") (f64.const nan:canonical))
    (assert_return (invoke "ref") (ref.func))
    (assert_return (invoke "null") (ref.null extern))
    (assert_return (invoke "null") (ref.null))
    (assert_return (invoke "same" (ref.extern 7)) (ref.extern 7))
    (assert_return (invoke "same" (ref.host 7)) (ref.extern))
    (assert_return (invoke "same" (ref.null extern)) (ref.null extern))
    (assert_return (invoke "vector") (v128.const f32x4 nan:canonical 0x1p-149 0x1p-148 nan:canonical))
    (assert_return (invoke "vector") (v128.const i8x16 0 0 -64 127 1 0 0 0 2 0 0 0 0 0 192 255)))") == "");
  CHECK(misses(module + "(assert_return (invoke \"nan\") (f32.const nan:canonical))").ends_with("found (f32.const nan:0x400001)\n"));
  CHECK(misses(module + "(assert_return (invoke \"null\") (ref.extern))") != "");
  CHECK(misses(module + "(assert_return (invoke \"ref\") (ref.null func))") != "");
  CHECK(misses(module + "(assert_return (invoke \"same\" (ref.extern 7)) (ref.extern 8))") != "");
  CHECK(misses(module + "(assert_return (invoke \"nan\") (either (f32.const 0) (f32.const 1)))") != "");
  CHECK(misses(module + "(assert_return (invoke \"vector\") (v128.const i32x4 0x7fc00000 1 3 0xffc00000))").ends_with("found (v128.const i32x4 0x7fc00000 0x1 0x2 0xffc00000)\n"));
}

TEST_CASE("what is malformed is not invalid, and the other way round") {
  const std::string invalid = "(module (func (result i32)))", malformed = "(module quote \"(func\")", truncated = "(module binary \"\\00asm\\01\")";
  CHECK(misses("(assert_invalid " + invalid + " \"type mismatch\")") == "");
  CHECK(misses("(assert_malformed " + malformed + " \"unexpected end\")") == "");
  CHECK(misses("(assert_malformed " + truncated + " \"unexpected end\")") == "");
  CHECK(misses("(assert_malformed " + invalid + " \"type mismatch\")") != "");
  CHECK(misses("(assert_invalid " + malformed + " \"unexpected end\")") != "");
  CHECK(misses("(assert_invalid (module) \"nothing\")") == "1: expected invalid module: nothing, found it is accepted\n");
  CHECK(misses(invalid) != "");
}

TEST_CASE("imports that are missing or do not fit are unlinkable") {
  CHECK(misses("(assert_unlinkable (module (import \"spectest\" \"none\" (func))) \"unknown import\")") == "");
  CHECK(misses("(assert_unlinkable (module (import \"spectest\" \"print_i32\" (func))) \"incompatible import type\")") == "");
  CHECK(misses("(assert_unlinkable (module (import \"spectest\" \"print\" (func))) \"unknown import\")") != "");
  CHECK(misses("(assert_unlinkable (module (func (result i32))) \"unknown import\")") != "");
  CHECK(misses("(module (import \"a\" \"b\" (func)))") != "");
}

TEST_CASE("the module spectest has what the specification's scripts import") {
  CHECK(misses(R"((module
    (import "spectest" "print" (func)) (import "spectest" "print_i32" (func (param i32))) (import "spectest" "print_i64" (func (param i64)))
    (import "spectest" "print_f32" (func (param f32))) (import "spectest" "print_f64" (func (param f64)))
    (import "spectest" "print_i32_f32" (func (param i32 f32))) (import "spectest" "print_f64_f64" (func (param f64 f64)))
    (import "spectest" "global_i32" (global i32)) (import "spectest" "global_i64" (global i64))
    (import "spectest" "global_f32" (global f32)) (import "spectest" "global_f64" (global $d f64))
    (import "spectest" "table" (table 10 20 funcref)) (import "spectest" "table64" (table i64 10 20 funcref)) (import "spectest" "memory" (memory 1 2))
    (func (export "d") (result f64) (global.get $d)))
    (assert_return (invoke "d") (f64.const 666.6)))") == "");
}

TEST_CASE("traps, exhaustion and exceptions are told apart") {
  const std::string module = R"((module (tag $e)
    (func (export "trap") (unreachable)) (func (export "zero") (result i32) (i32.div_u (i32.const 1) (i32.const 0)))
    (func $deep (export "deep") (call $deep)) (func (export "throw") (throw $e)) (func (export "fine"))))";
  CHECK(misses(module + R"(
    (assert_trap (invoke "trap") "unreachable")
    (assert_trap (invoke "zero") "integer divide by zero")
    (assert_exhaustion (invoke "deep") "call stack exhausted")
    (assert_exception (invoke "throw")))") == "");
  CHECK(misses(module + "(assert_trap (invoke \"zero\") \"unreachable\")") == "3: expected trap: unreachable, found trap: integer divide by zero\n");
  CHECK(misses(module + "(assert_trap (invoke \"fine\") \"unreachable\")") != "");
  CHECK(misses(module + "(assert_exhaustion (invoke \"trap\") \"call stack exhausted\")") != "");
  CHECK(misses(module + "(assert_exception (invoke \"trap\"))") != "");
  CHECK(misses(module + "(assert_exception (invoke \"fine\"))") != "");
  CHECK(misses("(assert_trap (module (func $f unreachable) (start $f)) \"unreachable\")") == "");
  CHECK(misses("(assert_trap (module (memory 1) (data (i32.const 65536) \"x\")) \"out of bounds memory access\")") == "");
  CHECK(misses("(module (func $f unreachable) (start $f))") != "");
}

TEST_CASE("a definition is instantiated as often as it is asked for") {
  CHECK(misses(R"(
    (module definition $counter (global $n (mut i32) (i32.const 0)) (func (export "next") (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
    (module instance $a $counter)
    (module instance $b $counter)
    (assert_return (invoke $a "next") (i32.const 1))
    (assert_return (invoke $a "next") (i32.const 2))
    (assert_return (invoke $b "next") (i32.const 1))
    (assert_return (invoke "next") (i32.const 2)))") == "");
  CHECK(misses("(module instance $a $none)") != "");
}

TEST_CASE("a thread's directives run on modules of their own") {
  const Report r = run_text("(module $m) (thread $t (module (func (export \"f\"))) (assert_return (invoke \"f\"))) (wait $t) (wait $u)");
  CHECK(r.passed == 5);
  CHECK(misses(r) == "1: expected a thread `$u`, found none\n");
  std::string nested;
  for (int i = 0; i < 10'000; ++i) nested += "(thread ";
  for (int i = 0; i < 10'000; ++i) nested += ")";
  CHECK(run_text(nested).failed != 0);
}

TEST_CASE("a file of a module's fields is one module") {
  CHECK(misses("(func) (memory 0) (func (export \"f\"))") == "");
  CHECK(misses("(func (result i32))") != "");
}

TEST_CASE("what is no script is one failure with its place") {
  const Report open = run_text("(module\n  (func)");
  CHECK(open.failed == 1);
  CHECK(open.outcomes[0].where.line == 1);
  const Report unknown = run_text("(module)\n(assert_everything (module))\n(module)");
  CHECK(unknown.passed == 2);
  REQUIRE(unknown.failed == 1);
  CHECK(unknown.outcomes[0].where.line == 2);
  CHECK(misses("(module) nonsense") != "");
  CHECK(misses("(module (func (export \"f\")))\n(assert_return (invoke \"f\") (i32.const 1) 5)") != "");
  CHECK(misses("(register)") != "");
}

TEST_CASE("a script hands over only references that it has") {
  const std::string takers = R"((module (type $t (func)) (func (export "f") (param funcref)) (func (export "t") (param (ref $t))) (func (export "e") (param (ref extern)))
    (func (export "n") (param externref) (result externref) (local.get 0)))
)";
  CHECK(misses(takers + "(invoke \"f\" (ref.extern 1000000))") != "");
  CHECK(misses(takers + "(invoke \"t\" (ref.null func))") != "");
  CHECK(misses(takers + "(invoke \"e\" (ref.null extern))") != "");
  CHECK(misses(takers + "(invoke \"f\" (ref.null func)) (invoke \"e\" (ref.extern 3)) (assert_return (invoke \"n\" (ref.null extern)) (ref.null extern))") == "");
}

TEST_CASE("a reference of one kind is none of another") {
  const std::string givers = R"((module (func $f (export "f") (result funcref) (ref.func $f)) (func (export "n") (result externref) (ref.null extern)))
)";
  CHECK(misses(givers + "(assert_return (invoke \"f\") (ref.func)) (assert_return (invoke \"n\") (ref.null extern))") == "");
  CHECK(misses(givers + "(assert_return (invoke \"f\") (ref.i31))") != "");
  CHECK(misses(givers + "(assert_return (invoke \"f\") (ref.extern))") != "");
  CHECK(misses(givers + "(assert_return (invoke \"n\") (ref.null func))") != "");
}

TEST_CASE("a trap's text that is none of ours holds for no trap") {
  const std::string m = "(module (func (export \"f\") unreachable))";
  CHECK(misses(m + "(assert_trap (invoke \"f\") \"unreachable\")") == "");
  CHECK(misses(m + "(assert_trap (invoke \"f\") \"no such text\")") != "");
}

TEST_CASE("what is not supported is neither malformed nor invalid") {
  CHECK(misses("(assert_invalid (module (type (struct))) \"\")") != "");
}

TEST_CASE("features that are off are a reason to refuse") {
  core::Features none;
  none.simd = false;
  const std::string vectors = "(module (func (param v128)))";
  CHECK(misses(vectors) == "");
  CHECK(misses(vectors, {.features = none}) != "");
  CHECK(misses("(assert_invalid " + vectors + " \"simd is off\")", {.features = none}) == "");
}

TEST_CASE("a script's first lines choose features and whether it runs") {
  const Header tools = read_header(";; RUN: wast --assert default --snapshot x % -f wasm1,-floats\n(module)");
  CHECK(tools.is_static);
  CHECK_FALSE(tools.features.core.simd);
  CHECK_FALSE(tools.features.core.floats);
  const Header time = read_header(";;! nan_canonicalization = true\n;;! bulk_memory = false\n;;! unheard_of = true\n");
  CHECK(time.is_deterministic);
  CHECK_FALSE(time.features.core.bulk_memory);
  CHECK_FALSE(time.is_static);
  CHECK(read_header("(module) ;; RUN: wast -f -simd").features.core.simd);
  CHECK(misses(";; RUN: wast %\n(module (import \"a\" \"b\" (func)))\n(assert_return (invoke \"f\") (i32.const 1))") == "");
}

TEST_CASE("components are instantiated and called with component values") {
  const std::string component = R"((component
    (core module $m (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))) (func (export "stop") unreachable))
    (core instance $i (instantiate $m))
    (func (export "add") (param "a" u8) (param "b" u32) (result u32) (canon lift (core func $i "add")))
    (func (export "stop") (canon lift (core func $i "stop")))))";
  CHECK(misses(component + "(assert_return (invoke \"add\" (u8.const 255) (u32.const 1)) (u32.const 256))") == "");
  CHECK(misses(component + "(assert_trap (invoke \"stop\") \"unreachable\")") == "");
  CHECK(misses(component + "(assert_return (invoke \"add\" (u8.const 255) (u32.const 1)) (u32.const 0))") != "");
  CHECK(misses(component + "(assert_return (invoke \"add\" (u8.const 256) (u32.const 1)) (u32.const 0))") != "");
  CHECK(misses(component + "(assert_return (invoke \"add\" (s8.const 5) (u32.const 1)) (u32.const 6))") != "");
  CHECK(misses("(assert_invalid (component (import \"a\" (func (type 0)))) \"unknown type\")") == "");
  CHECK(misses("(assert_malformed (component quote \"(nonsense)\") \"unexpected token\")") == "");
  CHECK(misses("(assert_invalid (component) \"nothing\")") != "");
  CHECK(misses("(component definition $c) (component instance $i $c)") == "");
}

}  // namespace
}  // namespace wcomp::wast
