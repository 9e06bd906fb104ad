// The rules of what came after WebAssembly 2.0, each by what it lets pass and what it refuses.
#include <doctest/doctest.h>

#include <string_view>

#include "base/diagnostic.h"
#include "core/module.h"
#include "core/text/parse.h"

namespace wcomp::core {
namespace {

Result<ValidModule> load(std::string_view fields, const Features& features = {}) {
  WCOMP_TRY(Bytes bytes, text::parse("test.wat", "(module " + std::string(fields) + ")"));
  WCOMP_TRY(Module module, decode(std::move(bytes)));
  return validate(std::move(module), features);
}

bool accepts(std::string_view fields, const Features& features = {}) {
  const Result<ValidModule> m = load(fields, features);
  if (m.has_value()) return true;
  MESSAGE(fields << "\n" << m.error().to_string());
  return false;
}

/// Whether the module is refused with that code and with that in its message.
bool refuses(std::string_view fields, DiagCode code, std::string_view part, const Features& features = {}) {
  const Result<ValidModule> m = load(fields, features);
  if (m.has_value()) {
    MESSAGE(fields << "\nis accepted");
    return false;
  }
  if (m.error().first().code == code.code && m.error().to_string().find(part) != std::string::npos) return true;
  MESSAGE(fields << "\n" << m.error().to_string());
  return false;
}

Features with_legacy() {
  Features f;
  f.legacy_exceptions = true;
  return f;
}

TEST_CASE("vector operands and lanes are checked") {
  CHECK(accepts("(memory 1) (func (param v128) (result v128) (i8x16.shuffle 0 31 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get 0) "
                "(v128.load align=16 (i32.const 0))))"));
  CHECK(accepts("(memory 1) (func (param v128) (v128.store64_lane align=8 1 (i32.const 0) (local.get 0)))"));
  CHECK(accepts("(func (param v128 v128 v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))"));
  CHECK(refuses("(func (param v128) (result i32) (i8x16.extract_lane_s 16 (local.get 0)))", diag::invalid, "has lanes 0 to 15"));
  CHECK(refuses("(func (param v128) (result i64) (i64x2.extract_lane 2 (local.get 0)))", diag::invalid, "invalid lane index 2"));
  CHECK(refuses("(func (param v128) (result v128) (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 32 (local.get 0) (local.get 0)))",
                diag::invalid, "invalid lane index 32"));
  CHECK(refuses("(memory 1) (func (param v128) (v128.store8_lane 16 (i32.const 0) (local.get 0)))", diag::invalid, "lane"));
  CHECK(refuses("(memory 1) (func (result v128) (v128.load align=32 (i32.const 0)))", diag::invalid, "alignment"));
  CHECK(refuses("(memory 1) (func (result v128) (v128.load32_zero align=8 (i32.const 0)))", diag::invalid, "alignment"));
  CHECK(refuses("(func (result v128) (i32x4.splat (i64.const 1)))", diag::type_mismatch, "expected i32, found i64"));
  CHECK(refuses("(func (param v128) (result v128) (i8x16.shl (local.get 0) (local.get 0)))", diag::type_mismatch, "expected i32, found v128"));
}

TEST_CASE("tail calls give what their function gives") {
  CHECK(accepts("(func $f (param i32) (result i64) (return_call $f (local.get 0)))"));
  CHECK(accepts("(type $t (func (result i32))) (table 1 funcref) (func (result i32) (return_call_indirect (type $t) (i32.const 0)))"));
  CHECK(accepts("(func $f (result (ref func)) (unreachable)) (func (result funcref) (return_call $f))"));
  CHECK(accepts("(func $f) (func (result i32) (block (return_call $g)) (unreachable)) (func $g (result i32) (i32.const 1))"));
  CHECK(refuses("(func $f (result i64) (i64.const 0)) (func (result i32) (return_call $f))", diag::type_mismatch, "expected i32, found i64"));
  CHECK(refuses("(func $f) (func (result i32) (return_call $f))", diag::type_mismatch, "expected 1 values, found 0"));
  CHECK(refuses("(func $f (result funcref) (unreachable)) (func (result (ref func)) (return_call $f))", diag::type_mismatch,
                "expected (ref func), found funcref"));
  CHECK(refuses("(func $f (param i32)) (func (return_call $f))", diag::type_mismatch, "found nothing"));
  CHECK(refuses("(table 1 externref) (func (return_call_indirect (i32.const 0)))", diag::type_mismatch, "needs a table of functions"));
}

TEST_CASE("addresses have the type of their memory") {
  CHECK(accepts("(memory i64 1) (func (result i32) (i32.load offset=0x1_0000_0000 (i64.const 0)))"));
  CHECK(accepts("(memory $a 1) (memory $b i64 1) (func (memory.copy $a $b (i32.const 0) (i64.const 0) (i32.const 0)) "
                "(memory.copy $b $a (i64.const 0) (i32.const 0) (i32.const 0)) (memory.copy $b $b (i64.const 0) (i64.const 0) (i64.const 0)))"));
  CHECK(accepts("(memory i64 1) (data (i64.const 0) \"x\") (func (result i64) (memory.grow (memory.size)))"));
  CHECK(accepts("(memory i64 1) (data \"x\") (func (memory.init 0 (i64.const 0) (i32.const 0) (i32.const 0)) "
                "(memory.fill (i64.const 0) (i32.const 0) (i64.const 0)))"));
  CHECK(accepts("(memory i64 0 0x1_0000_0000_0000)"));
  CHECK(refuses("(memory i64 0 0x1_0000_0000_0001)", diag::invalid, "memory size must be at most"));
  CHECK(refuses("(memory 65537)", diag::invalid, "memory size must be at most 65536 pages"));
  CHECK(refuses("(memory i64 1) (func (result i32) (i32.load (i32.const 0)))", diag::type_mismatch, "expected i64, found i32"));
  CHECK(refuses("(memory 1) (func (result i32) (i32.load offset=0x1_0000_0000 (i32.const 0)))", diag::invalid, "offset out of range"));
  CHECK(refuses("(memory $a 1) (memory $b i64 1) (func (memory.copy $a $b (i32.const 0) (i64.const 0) (i64.const 0)))", diag::type_mismatch,
                "expected i32, found i64"));
  CHECK(refuses("(memory i64 1) (data (i32.const 0) \"x\")", diag::type_mismatch, "constant expression"));
  CHECK(refuses("(memory i64 1) (data \"x\") (func (memory.init 0 (i64.const 0) (i64.const 0) (i32.const 0)))", diag::type_mismatch, "memory.init"));
}

TEST_CASE("addresses have the type of their table") {
  CHECK(accepts("(table $t i64 1 funcref) (elem (table $t) (i64.const 0) func) (func (drop (table.get $t (i64.const 0))) "
                "(table.set $t (i64.const 0) (ref.null func)) (table.fill $t (i64.const 0) (ref.null func) (i64.const 0)) "
                "(drop (table.grow $t (ref.null func) (table.size $t))) (call_indirect $t (i64.const 0)))"));
  CHECK(accepts("(table $a 1 funcref) (table $b i64 1 funcref) (func (table.copy $b $a (i64.const 0) (i32.const 0) (i32.const 0)))"));
  CHECK(accepts("(table i64 0 0xffff_ffff_ffff_ffff funcref)"));
  CHECK(refuses("(table i64 1 funcref) (func (call_indirect (i32.const 0)))", diag::type_mismatch, "expected i64, found i32"));
  CHECK(refuses("(table i64 1 funcref) (elem (i32.const 0) func)", diag::type_mismatch, "constant expression"));
  CHECK(refuses("(table $a 1 funcref) (table $b i64 1 funcref) (func (table.copy $b $a (i64.const 0) (i64.const 0) (i32.const 0)))",
                diag::type_mismatch, "expected i32, found i64"));
}

TEST_CASE("a reference fits where its type matches") {
  CHECK(accepts("(type $t (func)) (func (param (ref $t)) (result funcref) (local.get 0))"));
  CHECK(accepts("(type $t (func)) (func (result (ref null $t)) (ref.null nofunc))"));
  CHECK(accepts("(type $t (func)) (type $same (func)) (func (param (ref $t)) (result (ref null $same)) (local.get 0))"));
  CHECK(accepts("(func (param (ref noextern)) (result externref) (local.get 0))"));
  CHECK(accepts("(func (result exnref) (ref.null noexn))"));
  CHECK(refuses("(type $t (func)) (func (param funcref) (result (ref null $t)) (local.get 0))", diag::type_mismatch,
                "expected (ref null 0), found funcref"));
  CHECK(refuses("(type $t (func)) (func (param (ref null $t)) (result (ref $t)) (local.get 0))", diag::type_mismatch, "expected (ref 0)"));
  CHECK(refuses("(type $t (func)) (type $u (func (param i32))) (func (param (ref $t)) (result (ref $u)) (local.get 0))", diag::type_mismatch,
                "expected (ref 1), found (ref 0)"));
  CHECK(refuses("(func (result externref) (ref.null func))", diag::type_mismatch, "expected externref, found funcref"));
  CHECK(refuses("(func (result funcref) (ref.null noextern))", diag::type_mismatch, "expected funcref"));
  CHECK(refuses("(type (func (param (ref null 1)))) (type (func))", diag::index_out_of_range, "unknown type 1"));
  CHECK(refuses("(func (param (ref 7)))", diag::index_out_of_range, "unknown type 7"));
  CHECK(refuses("(func (drop (ref.null 7)))", diag::index_out_of_range, "unknown type 7"));
}

TEST_CASE("types are the same when they mean the same") {
  // A chain in which each type names the one before twice: written out, the last has more than 2^60 parts.
  std::string chain = "(type (func)) (type (func))";
  for (int i = 0; i < 60; ++i) {
    for (int twin = 0; twin < 2; ++twin) {
      const std::string before = std::to_string(2 * i + twin);
      chain += "(type (func (param (ref " + before + ") (ref " + before + "))))";
    }
  }
  CHECK(accepts(chain + "(func (param (ref 120)) (result (ref 121)) (local.get 0))"));
  CHECK(refuses(chain + "(func (param (ref 120)) (result (ref 119)) (local.get 0))", diag::type_mismatch, "expected (ref 119)"));
  // Types that name themselves are the same when they do so in the same place; one that names another of them is not.
  const std::string loops =
      "(type $a (func (param (ref null $a)))) (type $b (func (param (ref null $b)))) (type $c (func (param (ref null $a))))";
  CHECK(accepts(loops + "(func (param (ref $a)) (result (ref $b)) (local.get 0))"));
  CHECK(refuses(loops + "(func (param (ref $a)) (result (ref $c)) (local.get 0))", diag::type_mismatch, "expected (ref 2)"));
}

TEST_CASE("typed function references are called with what their type says") {
  CHECK(accepts("(type $t (func (param i32) (result i64))) (func (param (ref null $t)) (result i64) (call_ref $t (i32.const 1) (local.get 0)))"));
  CHECK(accepts("(type $t (func (result i64))) (func (param (ref $t)) (result i64) (return_call_ref $t (local.get 0)))"));
  CHECK(accepts("(type $t (func)) (func $f (type $t)) (elem declare func $f) (func (call_ref $t (ref.func $f)))"));
  CHECK(refuses("(type $t (func)) (func (param funcref) (call_ref $t (local.get 0)))", diag::type_mismatch, "expected (ref null 0), found funcref"));
  CHECK(refuses("(type $t (func (result i32))) (func (param (ref $t)) (return_call_ref $t (local.get 0)))", diag::type_mismatch, "values"));
  CHECK(refuses("(type $t (func)) (type $u (func (param i32))) (func (param (ref $u)) (call_ref $t (local.get 0)))", diag::type_mismatch,
                "expected (ref null 0), found (ref 1)"));
}

TEST_CASE("branches on null say more about the reference") {
  CHECK(accepts("(type $t (func)) (func (param (ref null $t)) (block (call_ref $t (br_on_null 0 (local.get 0)))))"));
  CHECK(accepts("(type $t (func)) (func (param (ref null $t)) (result (ref $t)) (br_on_non_null 0 (local.get 0)) (unreachable))"));
  CHECK(accepts("(func (param funcref) (result i32 (ref func)) (i32.const 1) (br_on_non_null 0 (local.get 0)) (unreachable))"));
  CHECK(accepts("(func (param externref) (result (ref extern)) (ref.as_non_null (local.get 0)))"));
  CHECK(accepts("(func (result (ref func)) (unreachable) (ref.as_non_null))"));
  CHECK(refuses("(func (param i32) (drop (ref.as_non_null (local.get 0))))", diag::type_mismatch, "expected a reference, found i32"));
  CHECK(refuses("(func (param funcref) (br_on_non_null 0 (local.get 0)))", diag::type_mismatch, "does not take a reference last"));
  CHECK(refuses("(func (param funcref) (result i32) (br_on_non_null 0 (local.get 0)) (i32.const 0))", diag::type_mismatch,
                "does not take a reference last"));
  CHECK(refuses("(func (param externref) (result (ref func)) (br_on_non_null 0 (local.get 0)) (unreachable))", diag::type_mismatch,
                "expected (ref func), found (ref extern)"));
  CHECK(refuses("(func (result i32) (unreachable) (ref.as_non_null) (i32.eqz))", diag::type_mismatch, "found a reference"));
}

TEST_CASE("locals that have no default are set before they are read") {
  const std::string_view start = "(type $t (func)) (func (param $p (ref $t)) (local $x (ref $t)) ";
  const auto body = [&](std::string_view code) { return std::string(start) + std::string(code) + ")"; };
  CHECK(accepts(body("(local.set $x (local.get $p)) (call_ref $t (local.get $x))")));
  CHECK(accepts(body("(drop (local.tee $x (local.get $p))) (block (call_ref $t (local.get $x)))")));
  CHECK(accepts(body("(block (local.set $x (local.get $p)) (call_ref $t (local.get $x))) (local.set $x (local.get $p)) (drop (local.get $x))")));
  CHECK(accepts("(type $t (func)) (func (local (ref null $t)) (drop (local.get 0)))"));
  CHECK(refuses(body("(drop (local.get $x))"), diag::invalid, "uninitialized local: local 1"));
  CHECK(refuses(body("(block (local.set $x (local.get $p))) (drop (local.get $x))"), diag::invalid, "uninitialized local"));
  CHECK(refuses(body("(if (i32.const 1) (then (local.set $x (local.get $p))) (else (drop (local.get $x))))"), diag::invalid, "uninitialized local"));
  CHECK(refuses(body("(if (i32.const 1) (then (local.set $x (local.get $p))) (else (local.set $x (local.get $p)))) (drop (local.get $x))"),
                diag::invalid, "uninitialized local"));
  CHECK(refuses(body("(unreachable) (drop (local.get $x))"), diag::invalid, "uninitialized local"));
  CHECK(refuses(body("(unreachable) (select (local.get $p) (local.get $p) (i32.const 0)) (drop)"), diag::type_mismatch, "has to name its type"));
  CHECK(accepts(body("(unreachable) (select) (local.set $x) (drop (local.get $x))")));
  // Far beyond those that are looked up directly.
  CHECK(accepts("(type $t (func)) (func (param (ref $t)) (local i32 i64) " + std::string(200, ' ') +
                "(local (ref $t) (ref $t)) (local.set 4 (local.get 0)) (drop (local.get 4)))"));
  CHECK(refuses("(type $t (func)) (func (param (ref $t)) (local i32 i64) (local (ref $t) (ref $t)) (local.set 4 (local.get 0)) (drop (local.get 3)))",
                diag::invalid, "uninitialized local: local 3"));
}

TEST_CASE("branches of one br_table may know different things about an operand") {
  CHECK(accepts("(type $t (func)) (func (param (ref $t)) (block $a (result (ref null $t)) (block $b (result funcref) "
                "(br_table $a $b (local.get 0) (i32.const 0))) (drop) (ref.null $t)) (drop))"));
  CHECK(refuses("(type $t (func)) (func (param funcref) (block $a (result (ref null $t)) (block $b (result funcref) "
                "(br_table $a $b (local.get 0) (i32.const 0))) (drop) (ref.null $t)) (drop))",
                diag::type_mismatch, "expected (ref null 0), found funcref"));
  // br_if leaves what its label takes, not what was there.
  CHECK(refuses("(type $t (func)) (func (param (ref $t)) (result funcref) (drop (ref.as_non_null (br_if 0 (local.get 0) (i32.const 0)))) "
                "(call_ref $t (br_if 0 (local.get 0) (i32.const 0))) (unreachable))",
                diag::type_mismatch, "expected (ref null 0), found funcref"));
}

TEST_CASE("a table of references that are never null has an initializer") {
  CHECK(accepts("(type $t (func)) (func $f (type $t)) (table 3 (ref $t) (ref.func $f))"));
  CHECK(accepts("(import \"m\" \"f\" (func $f)) (import \"m\" \"g\" (global $g (ref func))) (table 1 (ref func) (global.get $g))"));
  CHECK(accepts("(import \"m\" \"t\" (table 1 (ref func)))"));
  CHECK(accepts("(type $t (func)) (table 1 (ref null $t)) (func (call_indirect (type $t) (i32.const 0)))"));
  CHECK(refuses("(table 1 (ref func))", diag::type_mismatch, "needs an initializer"));
  CHECK(refuses("(table 1 (ref func) (ref.null func))", diag::type_mismatch, "expected (ref func), found funcref"));
  CHECK(refuses("(table 1 funcref (global.get 0)) (global funcref (ref.null func))", diag::index_out_of_range, "unknown global 0"));
  CHECK(refuses("(table 1 (ref func) (unreachable))", diag::invalid, "constant expression required"));
}

TEST_CASE("element segments fit tables by subtyping") {
  CHECK(accepts("(type $t (func)) (func $f (type $t)) (table 1 funcref) (elem (i32.const 0) (ref $t) (ref.func $f))"));
  CHECK(accepts("(func $f) (table 1 (ref func) (ref.func $f)) (elem (i32.const 0) func $f)"));
  CHECK(accepts("(func $f) (table 1 funcref) (elem (ref func) (ref.func $f)) (func (table.init 0 (i32.const 0) (i32.const 0) (i32.const 0)))"));
  CHECK(accepts("(table $a 1 funcref) (table $b 1 (ref null nofunc)) (func (table.copy $a $b (i32.const 0) (i32.const 0) (i32.const 0)))"));
  CHECK(refuses("(type $t (func)) (func $f (type $t)) (table 1 (ref null $t)) (elem (i32.const 0) func $f)", diag::type_mismatch,
                "elements of (ref func) do not fit"));
  CHECK(refuses("(func $f) (table 1 (ref func) (ref.func $f)) (elem (i32.const 0) funcref (ref.null func))", diag::type_mismatch,
                "elements of funcref do not fit"));
  CHECK(refuses("(elem (ref func) (ref.null func))", diag::type_mismatch, "expected (ref func), found funcref"));
  CHECK(refuses("(table $a 1 (ref null nofunc)) (table $b 1 funcref) (func (table.copy $a $b (i32.const 0) (i32.const 0) (i32.const 0)))",
                diag::type_mismatch, "elements of funcref do not fit"));
}

TEST_CASE("exceptions carry what their tag says") {
  CHECK(accepts("(tag $e (param i32 i64)) (func (throw $e (i32.const 1) (i64.const 2)))"));
  CHECK(accepts("(import \"m\" \"e\" (tag (param i32))) (export \"e\" (tag 0)) (func (throw 0 (i32.const 1)))"));
  CHECK(accepts("(func (param exnref) (throw_ref (local.get 0)))"));
  CHECK(accepts("(tag $e (param i32)) (func (result i32) (try_table (catch $e 0)) (i32.const 0))"));
  CHECK(accepts("(tag $e (param i32)) (func (result i32 (ref exn)) (try_table (catch_ref $e 0)) (unreachable))"));
  CHECK(accepts("(func (block $h (try_table (catch_all $h) (nop))))"));
  CHECK(accepts("(func (result exnref) (try_table (result exnref) (catch_all_ref 0) (ref.null exn)))"));
  CHECK(refuses("(tag (param i32) (result i32))", diag::invalid, "non-empty tag result type"));
  CHECK(refuses("(import \"m\" \"e\" (tag (result i32)))", diag::invalid, "non-empty tag result type"));
  CHECK(refuses("(tag $e (param i32)) (func (throw $e))", diag::type_mismatch, "found nothing"));
  CHECK(refuses("(func (throw 0))", diag::index_out_of_range, "unknown tag 0"));
  CHECK(refuses("(func (param i32) (throw_ref (local.get 0)))", diag::type_mismatch, "expected exnref, found i32"));
  CHECK(refuses("(tag $e (param i32)) (func (block $h (try_table (catch $e $h))))", diag::type_mismatch, "expected 0 values, found 1"));
  CHECK(refuses("(tag $e) (func (result funcref) (try_table (catch_ref $e 0)) (unreachable))", diag::type_mismatch, "expected funcref"));
  CHECK(refuses("(func (try_table (catch_all 1)))", diag::index_out_of_range, "unknown label 1"));
  CHECK(refuses("(func (try_table (catch 0 0)))", diag::index_out_of_range, "unknown tag 0"));
  CHECK(refuses("(export \"e\" (tag 0))", diag::index_out_of_range, "unknown tag 0"));
}

TEST_CASE("exceptions of the legacy form are typed where they are on") {
  const Features legacy = with_legacy();
  CHECK(accepts("(tag $e (param i32)) (func (result i32) try (result i32) i32.const 1 catch $e catch_all i32.const 2 end)", legacy));
  CHECK(accepts("(func try catch_all rethrow 0 end)", legacy));
  CHECK(accepts("(func try try delegate 0 catch_all end)", legacy));
  CHECK(accepts("(func (result i32) try (result i32) i32.const 0 delegate 0)", legacy));
  CHECK(refuses("(func try catch_all end)", diag::feature_disabled, "feature legacy-exceptions"));
  CHECK(refuses("(tag $e (param i64)) (func (result i32) try (result i32) i32.const 1 catch $e end)", diag::type_mismatch, "expected i32, found i64",
                legacy));
  CHECK(refuses("(func try rethrow 0 catch_all end)", diag::invalid, "invalid rethrow label", legacy));
  CHECK(refuses("(func block rethrow 0 end)", diag::invalid, "invalid rethrow label", legacy));
  CHECK(refuses("(func try delegate 1)", diag::index_out_of_range, "unknown label 1", legacy));
  CHECK(refuses("(func try i32.const 0 catch_all end)", diag::type_mismatch, "values remaining", legacy));
}

TEST_CASE("constant expressions compute, and read globals before them") {
  CHECK(accepts("(global i32 (i32.const 1)) (global i32 (i32.add (global.get 0) (i32.mul (i32.const 2) (i32.sub (i32.const 3) (i32.const 4)))))"));
  CHECK(accepts("(global $g i64 (i64.const 1)) (memory i64 1) (data (i64.add (global.get $g) (i64.const 1)) \"\")"));
  CHECK(accepts("(func $f) (global (ref func) (ref.func $f)) (global funcref (global.get 0))"));
  CHECK(accepts("(global v128 (v128.const i64x2 1 2))"));
  CHECK(refuses("(global i32 (global.get 1)) (global i32 (i32.const 1))", diag::index_out_of_range, "unknown global 1"));
  CHECK(refuses("(global i32 (global.get 0))", diag::index_out_of_range, "unknown global 0"));
  CHECK(refuses("(global $g (mut i32) (i32.const 1)) (global i32 (global.get $g))", diag::invalid, "global 0 is mutable"));
  CHECK(refuses("(global i32 (i32.div_u (i32.const 1) (i32.const 1)))", diag::invalid, "`i32.div_u` is not constant"));
  CHECK(refuses("(global i32 (i32.add (i32.const 1)))", diag::type_mismatch, "found nothing"));
  CHECK(refuses("(global i32 (i64.const 1))", diag::type_mismatch, "expected i32, found i64"));
  CHECK(refuses("(global i32 (i32.const 1) (i32.const 1))", diag::type_mismatch, "values remaining"));
}

TEST_CASE("what a feature brings is refused without it, by name") {
  const auto needs = [](Feature feature, std::string_view fields) {
    Features off;
    off.set(feature, false);
    const std::string message = "the feature " + std::string(to_string(feature));
    return accepts(fields) && refuses(fields, diag::feature_disabled, message, off);
  };
  CHECK(needs(Feature::simd, "(func (param v128))"));
  CHECK(needs(Feature::simd, "(func (local v128))"));
  CHECK(needs(Feature::simd, "(func (block (result v128) (unreachable)) (drop))"));
  CHECK(needs(Feature::simd, "(import \"\" \"\" (global v128))"));
  CHECK(needs(Feature::simd, "(global v128 (v128.const i64x2 0 0))"));
  CHECK(needs(Feature::relaxed_simd, "(func (param v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 0)))"));
  CHECK(needs(Feature::floats, "(func (param f32))"));
  CHECK(needs(Feature::floats, "(func (local f64))"));
  CHECK(needs(Feature::floats, "(func (drop (f64.const 0)))"));
  CHECK(needs(Feature::floats, "(memory 1) (func (drop (f32.load (i32.const 0))))"));
  CHECK(needs(Feature::floats, "(func (drop (block (result f32) (unreachable))))"));
  CHECK(needs(Feature::floats, "(func (param v128) (drop (i32x4.trunc_sat_f32x4_s (local.get 0))))"));
  CHECK(needs(Feature::tail_call, "(func $f (return_call $f))"));
  CHECK(needs(Feature::memory64, "(memory i64 1)"));
  CHECK(needs(Feature::memory64, "(table i64 1 funcref)"));
  CHECK(needs(Feature::memory64, "(import \"\" \"\" (memory i64 1))"));
  CHECK(needs(Feature::multi_memory, "(memory 1) (memory 1)"));
  CHECK(needs(Feature::function_references, "(func (param (ref func)))"));
  CHECK(needs(Feature::function_references, "(type $t (func)) (func (local (ref null $t)))"));
  CHECK(needs(Feature::function_references, "(func (param nullfuncref))"));
  CHECK(needs(Feature::function_references, "(func (param funcref) (drop (ref.as_non_null (local.get 0))))"));
  CHECK(needs(Feature::function_references, "(table 1 funcref (ref.null func))"));
  CHECK(needs(Feature::reference_types, "(func (param externref))"));
  CHECK(needs(Feature::reference_types, "(table 1 externref)"));
  CHECK(needs(Feature::reference_types, "(func (select (result i32) (i32.const 0) (i32.const 0) (i32.const 0)) (drop))"));
  CHECK(needs(Feature::gc_types, "(func (param externref))"));
  CHECK(needs(Feature::gc, "(type $t (func (param (ref null $t))))"));
  CHECK(needs(Feature::exceptions, "(tag)"));
  CHECK(needs(Feature::exceptions, "(import \"\" \"\" (tag))"));
  CHECK(needs(Feature::exceptions, "(func (local exnref))"));
  CHECK(needs(Feature::exceptions, "(func (try_table))"));
  CHECK(needs(Feature::extended_const, "(global i32 (i32.add (i32.const 1) (i32.const 1)))"));
  CHECK(needs(Feature::extended_const, "(global i32 (i32.const 1)) (global i32 (global.get 0))"));
  CHECK(needs(Feature::extended_const, "(global i32 (i32.const 1)) (memory 1) (data (global.get 0) \"\")"));
  CHECK(needs(Feature::multi_value, "(func (result i32 i32) (unreachable))"));
  CHECK(needs(Feature::mutable_globals, "(global (export \"g\") (mut i32) (i32.const 1))"));
  CHECK(needs(Feature::bulk_memory, "(data \"\")"));
  CHECK(needs(Feature::bulk_memory, "(func $f) (elem declare func $f)"));
  Features off;
  off.function_references = false;
  CHECK(accepts("(tag $e) (func (block (result (ref exn)) (try_table (catch_ref $e 0)) (unreachable)) (drop))", off));
}

TEST_CASE("a single function type and an ordinary table need no feature") {
  Features off;
  for (const FeatureRow& row : feature_rows()) off.set(row.feature, false);
  CHECK(accepts("(type (func (param i32) (result i64))) (table 1 funcref) (memory 1) (func (call_indirect (i32.const 0))) (elem (i32.const 0) func 0)",
                off));
  CHECK(accepts("(import \"m\" \"g\" (global i32)) (memory 1) (data (global.get 0) \"x\")", off));
}

TEST_CASE("imports in groups are what they would be one by one") {
  Features on;
  on.compact_imports = true;
  const std::string_view groups =
      "(import \"m\" (item \"f\" (func (param i32))) (item \"g\" (global i64))) (import \"n\" (item \"a\") (item \"b\") (memory 1)) "
      "(import \"m\" \"last\" (func)) (func (call 0 (i32.const 1)) (call 1))";
  const Result<ValidModule> m = load(groups, on);
  REQUIRE_MESSAGE(m.has_value(), m.error().to_string());
  REQUIRE((*m)->imports.size() == 5);
  CHECK((*m)->imports[1].module == "m");
  CHECK((*m)->imports[1].name == "g");
  CHECK((*m)->imports[3].module == "n");
  CHECK((*m)->imports[3].name == "b");
  CHECK((*m)->imported_mems == 2);
  CHECK((*m)->imports[4].group == 0);
  CHECK(encode(**m) == Bytes((*m)->bytes.begin(), (*m)->bytes.end()));
  CHECK(refuses(groups, diag::feature_disabled, "compact-imports"));
}

}  // namespace
}  // namespace wcomp::core
