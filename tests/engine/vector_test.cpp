// Vectors in frames, memories, globals, calls; what single instructions compute is tests/core/vector_test.cpp.
#include <bit>
#include <limits>

#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

using Slots = std::vector<std::uint64_t>;

Slots results(Store& store, ModuleInstAddr inst, std::string_view name, std::initializer_list<std::uint64_t> args = {}) {
  auto r = call(store, func(store, inst, name), args);
  if (!r) FAIL(name << ": " << r.error().to_string());
  return *r;
}

}  // namespace

TEST_CASE("vectors and numbers share a frame: parameters, locals, blocks, branches, selects") {
  Store store;
  const auto inst = make(store, R"((module
    (func (export "order") (param i32 v128 i64) (result i64 v128 i32) local.get 2 local.get 1 local.get 0)
    (func (export "zero") (param i32) (result v128 i64) (local i64 v128 i64) local.get 2 local.get 3)
    ;; the old value stays on the stack while the local changes
    (func (export "keep") (param v128 i32) (result v128 v128 i32)
      local.get 0 (local.set 0 (i32x4.splat (local.get 1))) local.get 0 local.get 1)
    (func (export "tee") (param v128) (result v128) (local i32 v128)
      (i64x2.add (local.tee 2 (local.get 0)) (local.tee 0 (v128.const i64x2 1 2))) (i64x2.add (local.get 2)) (i64x2.add (local.get 0)))
    ;; a branch takes a vector past an i32 that it leaves behind
    (func (export "branch") (param i32 v128) (result v128)
      (block (result v128) i32.const 5 local.get 1 local.get 0 br_if 0 drop drop v128.const i64x2 7 8))
    (func (export "pick") (param i32) (result i32 v128)
      (block (result i32 v128) (block (result i32 v128)
        i64.const 9 i32.const 1 v128.const i64x2 3 4 local.get 0 br_table 0 1 0)
        (v128.not) br 0))
    (func (export "loop") (param i32) (result v128)
      v128.const i64x2 0 0
      (loop (param v128) (result v128)
        (i64x2.add (v128.const i64x2 1 2))
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_if 0 (local.get 0))))
    (func (export "if") (param i32 v128) (result v128)
      local.get 1 (if (param v128) (result v128) (local.get 0) (then (i64x2.neg)) (else (i64x2.add (v128.const i64x2 10 10)))))
    (func (export "select") (param v128 v128 i32) (result v128) (select (local.get 0) (local.get 1) (local.get 2)))
    (func (export "typed") (param v128 i32) (result v128) (select (result v128) (local.get 0) (v128.const i64x2 5 6) (local.get 1)))
    (func (export "drop") (param v128) (result i32) i32.const 4 local.get 0 drop v128.const i64x2 1 1 drop)))");
  CHECK(results(store, inst, "order", {1, 2, 3, 4}) == Slots{4, 2, 3, 1});
  CHECK(results(store, inst, "zero", {1}) == Slots{0, 0, 0});
  CHECK(results(store, inst, "keep", {1, 2, 7}) == Slots{1, 2, 0x7'0000'0007, 0x7'0000'0007, 7});
  CHECK(results(store, inst, "tee", {10, 20}) == Slots{10 + 1 + 10 + 1, 20 + 2 + 20 + 2});
  CHECK(results(store, inst, "branch", {1, 5, 6}) == Slots{5, 6});
  CHECK(results(store, inst, "branch", {0, 5, 6}) == Slots{7, 8});
  CHECK(results(store, inst, "pick", {0}) == Slots{1, ~std::uint64_t{3}, ~std::uint64_t{4}});
  CHECK(results(store, inst, "pick", {1}) == Slots{1, 3, 4});
  CHECK(results(store, inst, "loop", {5}) == Slots{5, 10});
  CHECK(results(store, inst, "if", {1, 1, 2}) == Slots{~std::uint64_t{0}, ~std::uint64_t{1}});
  CHECK(results(store, inst, "if", {0, 1, 2}) == Slots{11, 12});
  CHECK(results(store, inst, "select", {1, 2, 3, 4, 1}) == Slots{1, 2});
  CHECK(results(store, inst, "select", {1, 2, 3, 4, 0}) == Slots{3, 4});
  CHECK(results(store, inst, "typed", {1, 2, 0}) == Slots{5, 6});
  CHECK(results(store, inst, "drop", {1, 2}) == Slots{4});
}

TEST_CASE("vectors go through calls of every kind, tail calls and exceptions") {
  Store store;
  const auto inst = make(store, R"((module
    (type $t (func (param i32 v128) (result v128 i32)))
    (tag $e (param i32 v128))
    (table funcref (elem $swap))
    (elem declare func $swap)
    (func $swap (type $t) local.get 1 local.get 0)
    (func $one (param v128) (result v128) (i32x4.add (local.get 0) (i32x4.splat (i32.const 1))))
    (func (export "direct") (param v128) (result v128) (i32x4.add (call $one (local.get 0)) (call $one (call $one (local.get 0)))))
    (func (export "indirect") (param v128) (result v128 i32) i32.const 6 local.get 0 (call_indirect (type $t) (i32.const 0)))
    (func (export "ref") (param v128) (result v128 i32) i32.const 7 local.get 0 (call_ref $t (ref.func $swap)))
    (func (export "tail") (param v128) (result v128 i32) i64.const 1 i32.const 8 local.get 0 return_call $swap)
    (func $count (export "count") (param i32 v128) (result v128)
      (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
      (return_call $count (i32.sub (local.get 0) (i32.const 1)) (i64x2.add (local.get 1) (v128.const i64x2 1 1))))
    (func $throw (param v128) i32.const 9 local.get 0 throw $e)
    (func (export "catch") (param v128) (result i32 v128)
      (block (result i32 v128) (try_table (catch $e 0) (call $throw (local.get 0))) unreachable))
    (func $deep (export "deep") (param i32 v128) (result v128)
      (if (result v128) (local.get 0)
        (then (i32x4.add (local.get 1) (call $deep (i32.sub (local.get 0) (i32.const 1)) (local.get 1))))
        (else (local.get 1))))))");
  CHECK(results(store, inst, "direct", {0x1'0000'0001, 5}) == Slots{0x5'0000'0005, 0x3'0000'000d});
  CHECK(results(store, inst, "indirect", {1, 2}) == Slots{1, 2, 6});
  CHECK(results(store, inst, "ref", {1, 2}) == Slots{1, 2, 7});
  CHECK(results(store, inst, "tail", {1, 2}) == Slots{1, 2, 8});
  CHECK(results(store, inst, "count", {100'000, 1, 2}) == Slots{100'001, 100'002});
  CHECK(results(store, inst, "catch", {1, 2}) == Slots{9, 1, 2});
  CHECK(results(store, inst, "deep", {9, 1, 2}) == Slots{10, 20});
}

TEST_CASE("host functions take and give vectors between numbers") {
  Store store;
  const HostFn turn = [](void*, std::uint64_t* slots) -> std::optional<Trap> {
    // (i32, v128, i64) to (v128, i32)
    const std::uint64_t number = slots[0], low = slots[1], high = slots[2], last = slots[3];
    slots[0] = high + last;
    slots[1] = low;
    slots[2] = number;
    return std::nullopt;
  };
  const Extern host = store.add_host_func({{i32, ValType::v128, i64}, {ValType::v128, i32}}, turn, nullptr);
  const auto inst = make(store, R"((module (import "" "turn" (func $turn (param i32 v128 i64) (result v128 i32)))
    (func (export "f") (param v128) (result i32 v128) (local v128 i32)
      i32.const 3 local.get 0 i64.const 100 call $turn local.set 2 local.set 1 local.get 2 local.get 1)))", {host});
  CHECK(results(store, inst, "f", {1, 2}) == Slots{3, 102, 1});
}

TEST_CASE("globals hold vectors, imported ones too") {
  Store store;
  const auto g = store.add_global({ValType::v128, true}, 5, 6);
  REQUIRE(g);
  const auto inst = make(store, R"((module (import "" "g" (global $g (mut v128))) (global $h v128 (v128.const i64x2 1 2)) (global $n (export "n") (mut i32) (i32.const 4))
    (global $m (mut v128) (v128.const i64x2 0 0))
    (func (export "f") (result v128 v128) (global.set $g (i64x2.add (global.get $g) (global.get $h))) (global.set $m (global.get $g)) global.get $g global.get $m)))", {*g});
  CHECK(results(store, inst, "f") == Slots{6, 8, 6, 8});
  CHECK(store.global_cell(*g)[0] == 6);
  CHECK(store.global_cell(*g)[1] == 8);
  CHECK(store.global(std::get<GlobalAddr>(exported(store, inst, "n"))) == 4);
}

TEST_CASE("loads and stores of vectors trap at the end of a memory, whatever kind it is") {
  struct Kind {
    const char* memory;
    const char* use;
    const char* address;
    bool explicit_bounds;
  };
  for (const Kind& kind : {Kind{"(memory 1)", "", "i32", false}, Kind{"(memory 1)", "", "i32", true}, Kind{"(memory 0) (memory $m 1)", "$m ", "i32", false},
                           Kind{"(memory $m i64 1)", "$m ", "i64", false}}) {
    Store store({}, {.explicit_bounds = kind.explicit_bounds});
    const std::string m = kind.use, a = kind.address;
    std::string text = std::string("(module ") + kind.memory;
    const auto load = [&](const std::string& op, unsigned bytes) {
      text += "(func (export \"" + op + "\") (param " + a + ") (result v128) (" + op + " " + m + "offset=3 (local.get 0)))";
      return std::pair(op, bytes);
    };
    std::vector<std::pair<std::string, unsigned>> loads = {load("v128.load", 16),        load("v128.load8x8_s", 8),    load("v128.load16x4_u", 8),   load("v128.load32x2_s", 8),
                                                           load("v128.load8_splat", 1),  load("v128.load16_splat", 2), load("v128.load32_splat", 4), load("v128.load64_splat", 8),
                                                           load("v128.load32_zero", 4), load("v128.load64_zero", 8)};
    const auto lane = [&](const std::string& op, unsigned bytes, unsigned lane_idx) {
      const bool is_load = op.find("load") != op.npos;
      text += "(func (export \"" + op + "\") (param " + a + " v128)" + (is_load ? " (result v128)" : "") + " (" + op + " " + m + "offset=3 " +
              (bytes == 16 ? std::string() : std::to_string(lane_idx)) + " (local.get 0) (local.get 1)))";
      return std::pair(op, bytes);
    };
    std::vector<std::pair<std::string, unsigned>> lanes = {lane("v128.load8_lane", 1, 15), lane("v128.load16_lane", 2, 7), lane("v128.load32_lane", 4, 3), lane("v128.load64_lane", 8, 1)};
    std::vector<std::pair<std::string, unsigned>> stores = {lane("v128.store", 16, 0),        lane("v128.store8_lane", 1, 15), lane("v128.store16_lane", 2, 7),
                                                            lane("v128.store32_lane", 4, 3), lane("v128.store64_lane", 8, 1)};
    text += ")";
    const auto inst = make(store, text);
    const std::uint64_t end = 65536 - 3;
    for (const auto& [op, bytes] : stores) {
      CAPTURE(op);
      CHECK(call(store, func(store, inst, op), {end - bytes, 0x1111'1111'1111'1111, 0x2222'2222'2222'2222}));
      CHECK(trap_code(store, func(store, inst, op), {end - bytes + 1, 1, 2}) == TrapCode::out_of_bounds_memory_access);
      CHECK(trap_code(store, func(store, inst, op), {a == "i32" ? 0xffff'ffff : ~std::uint64_t{0}, 1, 2}) == TrapCode::out_of_bounds_memory_access);
    }
    // The last 16 bytes: the first store's low half, then the high half written again by the lanes.
    CHECK(results(store, inst, "v128.load", {end - 16}) == Slots{0x1111'1111'1111'1111, 0x2222'2222'2222'2222});
    CHECK(results(store, inst, "v128.load32_zero", {end - 4}) == Slots{0x2222'2222, 0});
    CHECK(results(store, inst, "v128.load8_splat", {end - 16}) == Slots{0x1111'1111'1111'1111, 0x1111'1111'1111'1111});
    CHECK(results(store, inst, "v128.load16x4_u", {end - 8}) == Slots{0x2222'0000'2222, 0x2222'0000'2222});
    CHECK(results(store, inst, "v128.load16_lane", {end - 2, 5, 0x0077'0000'0000'0006}) == Slots{5, 0x2222'0000'0000'0006});
    CHECK(results(store, inst, "v128.load64_lane", {end - 8, 5, 6}) == Slots{5, 0x2222'2222'2222'2222});
    for (const auto& [op, bytes] : loads) {
      CAPTURE(op);
      CHECK(call(store, func(store, inst, op), {end - bytes}));
      CHECK(trap_code(store, func(store, inst, op), {end - bytes + 1}) == TrapCode::out_of_bounds_memory_access);
    }
    for (const auto& [op, bytes] : lanes) {
      CAPTURE(op);
      CHECK(call(store, func(store, inst, op), {end - bytes, 1, 2}));
      CHECK(trap_code(store, func(store, inst, op), {end - bytes + 1, 1, 2}) == TrapCode::out_of_bounds_memory_access);
    }
  }
}

TEST_CASE("a store outside of memory leaves what is inside alone") {
  Store store;
  const auto inst = make(store, R"((module (memory 1)
    (func (export "f") (param i32) (v128.store (local.get 0) (v128.const i64x2 -1 -1)))
    (func (export "last") (result i64) (i64.load (i32.const 65528)))))");
  CHECK(trap_code(store, func(store, inst, "f"), {65521}) == TrapCode::out_of_bounds_memory_access);
  CHECK(results(store, inst, "last") == Slots{0});
}

TEST_CASE("results of vector instructions that are numbers are used at once") {
  Store store;
  const auto inst = make(store, R"((module (memory 1)
    (func (export "sum") (param v128) (result i32) (i32.add (i32x4.extract_lane 1 (local.get 0)) (i32.mul (i8x16.bitmask (local.get 0)) (i32.const 10))))
    (func (export "float") (param v128) (result f64) (f64.add (f64x2.extract_lane 1 (local.get 0)) (f64x2.extract_lane 0 (local.get 0))))
    (func (export "splat") (param f32) (result v128) (f32x4.add (f32x4.splat (f32.mul (local.get 0) (local.get 0))) (f32x4.splat (f32.const 1))))
    (func (export "replace") (param v128 i64) (result v128) (i64x2.replace_lane 1 (local.get 0) (i64.add (local.get 1) (i64.const 1))))
    (func (export "loop") (param v128) (result i32) (local i32)
      (loop (local.set 1 (i32.add (local.get 1) (i32.const 1)))
        (br_if 0 (v128.any_true (local.tee 0 (i8x16.sub_sat_u (local.get 0) (i8x16.splat (i32.const 1)))))))
      (local.get 1))
    (func (export "shuffle") (param v128 v128) (result v128) (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get 0) (local.get 1)))
    (func (export "mirror") (param v128 v128) (result v128) (i8x16.shuffle 31 0 30 1 16 15 17 14 15 16 0 31 7 23 8 24 (local.get 0) (local.get 1)))
    (func (export "swizzle") (param v128 v128) (result v128) (i8x16.swizzle (local.get 0) (local.get 1)))
    (func (export "relaxed") (param v128 v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 1)))))");
  CHECK(results(store, inst, "sum", {0x5'8000'0000, 0x80}) == Slots{5 + 10 * (8 + 256)});
  CHECK(results(store, inst, "float", {std::bit_cast<std::uint64_t>(1.5), std::bit_cast<std::uint64_t>(2.0)}) == Slots{std::bit_cast<std::uint64_t>(3.5)});
  CHECK(results(store, inst, "splat", {std::bit_cast<std::uint32_t>(2.0F)}) == Slots{0x40a0'0000'40a0'0000, 0x40a0'0000'40a0'0000});
  CHECK(results(store, inst, "replace", {1, 2, 41}) == Slots{1, 42});
  CHECK(results(store, inst, "loop", {0, 0x0300}) == Slots{3});
  CHECK(results(store, inst, "shuffle", {0x0706'0504'0302'0100, 0, 0x1716'1514'1312'1110, 0}) == Slots{0x1303'1202'1101'1000, 0x1707'1606'1505'1404});
  const std::uint64_t low = 0x0706'0504'0302'0100, high = 0x0f0e'0d0c'0b0a'0908, other_low = 0x1716'1514'1312'1110, other_high = 0x1f1e'1d1c'1b1a'1918;
  CHECK(results(store, inst, "mirror", {low, high, other_low, other_high}) == Slots{0x0e11'0f10'011e'001f, 0x1808'1707'1f00'100f});
  for (const char* name : {"swizzle", "relaxed"}) {
    CHECK(results(store, inst, name, {~low, ~high, 0xff80'7f20'1110'0f00, 0x0e0d'0c01'0203'0405}) == Slots{0xf0ff, 0xf1f2'f3fe'fdfc'fbfa});
  }
}

TEST_CASE("a load, a product and a sum in a row give what they give apart") {
  for (const bool is_deterministic : {false, true}) {
    Store store({}, {.is_deterministic = is_deterministic});
    const auto inst = make(store, R"((module (memory 1)
      (data (i32.const 0) "\01\00\00\00\02\00\00\00\03\00\00\00\04\00\00\00\05\00\00\00\06\00\00\00\07\00\00\00\08\00\00\00")
      (func (export "sum") (param i32 v128) (result v128) (i32x4.add (local.get 1) (v128.load offset=16 (local.get 0))))
      (func (export "turned") (param i32 v128) (result v128) (i32x4.add (v128.load offset=16 (local.get 0)) (local.get 1)))
      (func (export "less") (param i32 v128) (result v128) (i32x4.sub (local.get 1) (v128.load (i32.add (local.get 0) (i32.const 16)))))
      (func (export "from") (param i32 v128) (result v128) (i32x4.sub (v128.load (i32.add (local.get 0) (i32.const 16))) (local.get 1)))
      (func (export "twice") (param i32) (result v128) (local v128) (local.set 1 (v128.load (local.get 0))) (i32x4.mul (local.get 1) (local.get 1)))
      (func (export "dot") (param i32) (result v128) (local v128)
        (local.set 1 (v128.const i32x4 100 100 100 100))
        (local.set 1 (i32x4.add (local.get 1) (i32x4.mul (v128.load (local.get 0)) (v128.load offset=16 (local.get 0)))))
        (local.set 1 (i32x4.add (i32x4.mul (v128.load (i32.add (local.get 0) (i32.const 16))) (v128.load (i32.add (local.get 0) (i32.const 0)))) (local.get 1)))
        (local.get 1))
      (func (export "around") (param i32 v128) (result v128)
        (local.set 1 (i32x4.add (local.get 1) (i32x4.mul (v128.load (i32.add (local.get 0) (i32.const 16))) (v128.load (i32.add (local.get 0) (i32.const 32))))))
        (local.get 1))
      (func (export "half") (param i32 v128) (result v128)
        (local.set 1 (i32x4.add (local.get 1) (i32x4.mul (v128.load (i32.add (local.get 0) (i32.const 16))) (v128.load offset=32 (local.get 0)))))
        (local.get 1))
      (func (export "apart") (param v128 v128 v128) (result v128) (i32x4.add (local.get 2) (i32x4.mul (local.get 0) (local.get 1))))
      (func (export "same") (param v128 v128) (result v128) (local v128) (local.tee 2 (i32x4.mul (local.get 0) (local.get 1))) (i32x4.add (local.get 2)))
      (func (export "float") (param i32 v128) (result v128)
        (f32x4.add (f32x4.mul (f32x4.convert_i32x4_s (local.get 1)) (f32x4.convert_i32x4_s (v128.load (local.get 0)))) (f32x4.splat (f32.const 0.5))))
      (func (export "store") (param i32 v128) (result i64)
        (v128.store (i32.add (local.get 0) (i32.const 32)) (local.get 1))
        (v128.store32_lane 1 (i32.add (local.get 0) (i32.const 64)) (local.get 1))
        (i64.add (i64.load offset=32 (i32.const 0)) (i64.load offset=64 (i32.const 0))))))");
    const std::uint64_t last = 65536 - 32, beyond = last + 1, below = 0xffff'fff0;
    CHECK(results(store, inst, "sum", {0, 0, 1}) == Slots{0x6'0000'0005, 0x8'0000'0008});
    CHECK(results(store, inst, "turned", {0, 0, 1}) == Slots{0x6'0000'0005, 0x8'0000'0008});
    CHECK(results(store, inst, "less", {0, 0x6'0000'0006, 9}) == Slots{1, 0xffff'fff8'0000'0002});
    CHECK(results(store, inst, "from", {0, 0x6'0000'0005, 0x7'0000'0007}) == Slots{0, 0x1'0000'0000});
    CHECK(results(store, inst, "twice", {16}) == Slots{36ull << 32 | 25, 64ull << 32 | 49});
    CHECK(results(store, inst, "dot", {0}) == Slots{124ull << 32 | 110, 164ull << 32 | 142});
    CHECK(results(store, inst, "apart", {3, 0, 5, 0, 7, 9}) == Slots{22, 9});
    CHECK(results(store, inst, "same", {3, 4, 5, 6}) == Slots{30, 48});
    CHECK(results(store, inst, "float", {0, 2, 0}) == Slots{std::uint64_t{std::bit_cast<std::uint32_t>(0.5F)} << 32 | std::bit_cast<std::uint32_t>(2.5F), 0x3f00'0000'3f00'0000});
    CHECK(results(store, inst, "store", {0, 0x5'0000'0003, 0}) == Slots{0x5'0000'0003 + 5});
    // An addition wraps, an offset does not; the last vector is inside, the one behind it is not.
    CHECK(results(store, inst, "less", {below, 0, 0}) == Slots{0xffff'fffe'ffff'ffff, 0xffff'fffc'ffff'fffd});
    CHECK(trap_code(store, func(store, inst, "sum"), {below, 0, 0}) == TrapCode::out_of_bounds_memory_access);
    for (const char* name : {"sum", "turned", "less", "from"}) {
      CAPTURE(name);
      CHECK(results(store, inst, name, {last, 0, 0}) == Slots{0, 0});
      CHECK(trap_code(store, func(store, inst, name), {beyond, 0, 0}) == TrapCode::out_of_bounds_memory_access);
    }
    CHECK(trap_code(store, func(store, inst, "dot"), {beyond}) == TrapCode::out_of_bounds_memory_access);
    CHECK(results(store, inst, "around", {below, 1, 0}) == Slots{12ull << 32 | 6, 32ull << 32 | 21});
    CHECK(trap_code(store, func(store, inst, "around"), {65536 - 47, 0, 0}) == TrapCode::out_of_bounds_memory_access);
    CHECK(trap_code(store, func(store, inst, "half"), {below, 0, 0}) == TrapCode::out_of_bounds_memory_access);
    CHECK(trap_code(store, func(store, inst, "store"), {65536, 0, 0}) == TrapCode::out_of_bounds_memory_access);
  }
}

TEST_CASE("a deterministic store makes every NaN canonical before anyone sees its bits") {
  Store store({}, {.is_deterministic = true});
  const auto inst = make(store, R"((module (memory 1)
    (data (i32.const 8) "\01\00\a0\ff") (data (i32.const 16) "\01\00\00\00\00\00\f4\ff")
    (func (export "div") (param f32) (result i32) (i32.reinterpret_f32 (f32.div (local.get 0) (local.get 0))))
    (func (export "loaded") (result i32) (i32.reinterpret_f32 (f32.add (f32.const 1) (f32.load (i32.const 8)))))
    (func (export "moved") (result i32) (i32.reinterpret_f32 (f32.neg (f32.load (i32.const 8)))))
    (func (export "stored") (result i64) (f64.store (i32.const 32) (f64.mul (f64.load (i32.const 16)) (f64.const 2))) (i64.load (i32.const 32)))
    (func (export "local") (result i64) (local f64) (local.set 0 (f64.sqrt (f64.const -1))) (i64.reinterpret_f64 (local.get 0)))
    (func (export "demote") (result i32) (i32.reinterpret_f32 (f32.demote_f64 (f64.load (i32.const 16)))))
    (func (export "chain") (param f64) (result i64) (i64.reinterpret_f64 (f64.copysign (f64.sub (local.get 0) (local.get 0)) (f64.const 1))))
    (func (export "lanes") (param v128) (result v128) (f32x4.mul (local.get 0) (f32x4.splat (f32.const 1))))
    (func (export "lanes64") (param v128) (result v128) (f64x2.relaxed_madd (local.get 0) (local.get 0) (local.get 0)))
    (func (export "pmin") (param v128) (result v128) (f32x4.pmin (local.get 0) (local.get 0)))))");
  CHECK(results(store, inst, "div", {0}) == Slots{0x7fc0'0000});
  CHECK(results(store, inst, "div", {std::bit_cast<std::uint32_t>(2.0F)}) == Slots{0x3f80'0000});
  CHECK(results(store, inst, "loaded") == Slots{0x7fc0'0000});
  CHECK(results(store, inst, "moved") == Slots{0x7fa0'0001});
  CHECK(results(store, inst, "stored") == Slots{0x7ff8'0000'0000'0000});
  CHECK(results(store, inst, "local") == Slots{0x7ff8'0000'0000'0000});
  CHECK(results(store, inst, "demote") == Slots{0x7fc0'0000});
  CHECK(results(store, inst, "chain", {std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity())}) == Slots{0x7ff8'0000'0000'0000});
  CHECK(results(store, inst, "lanes", {0xffc0'0001'8000'0000, 0x7fa0'0000'3f80'0000}) == Slots{0x7fc0'0000'8000'0000, 0x7fc0'0000'3f80'0000});
  CHECK(results(store, inst, "lanes64", {0xfff8'0000'0000'0001, 0}) == Slots{0x7ff8'0000'0000'0000, 0});
  CHECK(results(store, inst, "pmin", {0xffc0'0001'8000'0000, 0}) == Slots{0xffc0'0001'8000'0000, 0});
}

TEST_CASE("a function whose vectors do not fit into a frame traps when it is called, and its module runs") {
  Store store;
  std::string locals;
  for (int i = 0; i < 30'001; ++i) locals += "v128 ";
  const auto inst = make(store, "(module (func (export \"large\") (local " + locals + ")) (func (export \"small\") (result i32) i32.const 7))");
  CHECK(results(store, inst, "small") == Slots{7});
  CHECK(trap_code(store, func(store, inst, "large")) == TrapCode::limit_exceeded);
}
