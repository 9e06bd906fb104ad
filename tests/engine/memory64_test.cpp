// Memories and tables with addresses of 64 bits: nothing wraps, nothing is reserved before it is asked for, mixed copies.
#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

constexpr std::uint64_t minus_one = ~std::uint64_t{0};

const char* const module = R"(
  (memory $m i64 1 3) (memory $n 1)
  (table $t i64 2 4 funcref) (table $u 2 funcref)
  (elem $e func $one) (data $d "abcdefgh")
  (type $r (func (result i32)))
  (func $one (type $r) (i32.const 1))
  (func (export "load") (param i64) (result i32) (i32.load8_u $m (local.get 0)))
  (func (export "far") (param i64) (result i64) (i64.load $m offset=0xffffffffffffffff (local.get 0)))
  (func (export "near") (param i64) (result i64) (i64.load $m offset=8 (local.get 0)))
  (func (export "store") (param i64 i64) (i64.store $m offset=1 (local.get 0) (local.get 1)))
  (func (export "grow") (param i64) (result i64) (memory.grow $m (local.get 0)))
  (func (export "size") (result i64) (memory.size $m))
  (func (export "fill") (param i64 i32 i64) (memory.fill $m (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i64 i32 i32) (memory.init $m $d (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i64 i64 i64) (memory.copy $m $m (local.get 0) (local.get 1) (local.get 2)))
  (func (export "down") (param i32 i64 i32) (memory.copy $n $m (local.get 0) (local.get 1) (local.get 2)))
  (func (export "up") (param i64 i32 i32) (memory.copy $m $n (local.get 0) (local.get 1) (local.get 2)))
  (func (export "load_n") (param i32) (result i32) (i32.load8_u $n (local.get 0)))
  (func (export "table_size") (result i64) (table.size $t))
  (func (export "table_grow") (param i64) (result i64) (table.grow $t (ref.func $one) (local.get 0)))
  (func (export "table_init") (param i64 i32 i32) (table.init $t $e (local.get 0) (local.get 1) (local.get 2)))
  (func (export "table_fill") (param i64 i64) (table.fill $t (local.get 0) (ref.func $one) (local.get 1)))
  (func (export "table_down") (param i32 i64 i32) (table.copy $u $t (local.get 0) (local.get 1) (local.get 2)))
  (func (export "table_get") (param i64) (result i32) (ref.is_null (table.get $t (local.get 0))))
  (func (export "table_set") (param i64) (table.set $t (local.get 0) (ref.func $one)))
  (func (export "call") (param i64) (result i32) (call_indirect $t (type $r) (local.get 0)))
  (func (export "tail") (param i64) (result i32) (return_call_indirect $t (type $r) (local.get 0)))
  (func (export "call_u") (param i32) (result i32) (call_indirect $u (type $r) (local.get 0))))";

struct Guest {
  Store store;
  ModuleInstAddr inst = make(store, module);
  std::uint64_t get(const char* name, std::initializer_list<std::uint64_t> args = {}) { return value(store, func(store, inst, name), args); }
  bool run(const char* name, std::initializer_list<std::uint64_t> args) { return call(store, func(store, inst, name), args).has_value(); }
  TrapCode trapped(const char* name, std::initializer_list<std::uint64_t> args) { return trap_code(store, func(store, inst, name), args); }
};

}  // namespace

TEST_CASE("an address of 64 bits is looked at whole, and its sum with the offset does not wrap") {
  Guest g;
  REQUIRE(g.run("init", {0, 0, 8}));
  CHECK(g.get("load", {1}) == 'b');
  CHECK(g.get("load", {65535}) == 0);
  CHECK(g.trapped("load", {65536}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("load", {std::uint64_t{1} << 32}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("load", {minus_one}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("far", {0}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("far", {1}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("far", {9}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.get("near", {65536 - 16}) == 0);
  CHECK(g.trapped("near", {65536 - 15}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("near", {minus_one - 7}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("store", {65536 - 8, 1}) == TrapCode::out_of_bounds_memory_access);
  REQUIRE(g.run("store", {65536 - 9, std::uint64_t{0x41} << 56}));
  CHECK(g.get("load", {65535}) == 0x41);
}

TEST_CASE("a memory of 64-bit addresses grows up to its maximum and no further") {
  Guest g;
  CHECK(g.get("size") == 1);
  CHECK(g.get("grow", {minus_one}) == minus_one);
  CHECK(g.get("grow", {std::uint64_t{1} << 48}) == minus_one);
  CHECK(g.get("grow", {2}) == 1);
  CHECK(g.get("grow", {1}) == minus_one);
  CHECK(g.get("grow", {0}) == 3);
  CHECK(g.get("load", {3 * 65536 - 1}) == 0);
}

TEST_CASE("bulk operations compare all 64 bits") {
  Guest g;
  REQUIRE(g.run("fill", {10, 7, 5}));
  CHECK(g.get("load", {14}) == 7);
  CHECK(g.get("load", {15}) == 0);
  CHECK(g.trapped("fill", {65530, 7, 7}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("fill", {0, 7, std::uint64_t{1} << 32}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("fill", {minus_one, 7, 2}) == TrapCode::out_of_bounds_memory_access);
  REQUIRE(g.run("copy", {100, 10, 5}));
  CHECK(g.get("load", {104}) == 7);
  CHECK(g.trapped("copy", {std::uint64_t{1} << 32, 0, 1}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("copy", {0, minus_one, 2}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("init", {std::uint64_t{1} << 32, 0, 1}) == TrapCode::out_of_bounds_memory_access);
}

TEST_CASE("bytes are copied between memories of 32-bit and 64-bit addresses") {
  Guest g;
  REQUIRE(g.run("init", {0, 0, 8}));
  REQUIRE(g.run("down", {20, 2, 3}));
  CHECK(g.get("load_n", {22}) == 'e');
  REQUIRE(g.run("up", {40, 20, 3}));
  CHECK(g.get("load", {40}) == 'c');
  CHECK(g.trapped("down", {0, std::uint64_t{1} << 32, 1}) == TrapCode::out_of_bounds_memory_access);
  CHECK(g.trapped("up", {0, 65535, 2}) == TrapCode::out_of_bounds_memory_access);
}

TEST_CASE("a table of 64-bit indices is looked at, filled, copied, called and grown") {
  Guest g;
  const std::uint64_t high = std::uint64_t{1} << 32;
  CHECK(g.get("table_size") == 2);
  CHECK(g.get("table_get", {1}) == 1);
  CHECK(g.trapped("table_get", {high}) == TrapCode::out_of_bounds_table_access);
  CHECK(g.trapped("table_set", {high}) == TrapCode::out_of_bounds_table_access);
  CHECK(g.trapped("table_init", {high, 0, 1}) == TrapCode::out_of_bounds_table_access);
  CHECK(g.trapped("table_fill", {0, high}) == TrapCode::out_of_bounds_table_access);
  CHECK(g.trapped("table_down", {0, high, 1}) == TrapCode::out_of_bounds_table_access);
  REQUIRE(g.run("table_init", {1, 0, 1}));
  for (const char* name : {"call", "tail"}) {
    CHECK(g.get(name, {1}) == 1);
    CHECK(g.trapped(name, {0}) == TrapCode::uninitialized_element);
    CHECK(g.trapped(name, {high + 1}) == TrapCode::undefined_element);
  }
  REQUIRE(g.run("table_down", {0, 1, 1}));
  CHECK(g.get("call_u", {0}) == 1);
  CHECK(g.get("table_grow", {minus_one}) == minus_one);
  CHECK(g.get("table_grow", {3}) == minus_one);
  CHECK(g.get("table_grow", {2}) == 2);
  CHECK(g.get("call", {3}) == 1);
}

TEST_CASE("segments go to places of 64 bits") {
  Store store;
  auto inst = make(store, R"(
    (memory i64 1) (data (i64.const 3) "x")
    (table i64 2 funcref) (elem (offset (i64.const 1)) $f)
    (func $f (export "f") (result i32) (i32.load8_u (i64.const 3)))
    (func (export "g") (result i32) (call_indirect (result i32) (i64.const 1))))");
  CHECK(value(store, func(store, inst, "g")) == 'x');
  for (const char* text : {R"((memory i64 1) (data (i64.const 0x100000000) "x"))", R"((memory i64 1) (data (i64.const -1) "x"))",
                           R"((table i64 2 funcref) (func $f) (elem (offset (i64.const 0x100000000)) $f))"}) {
    auto r = store.instantiate(valid(text), {});
    REQUIRE(r);
    CHECK_FALSE(*r);
  }
}

TEST_CASE("a memory or table that asks for more than is allowed is refused, not tried") {
  Store store;
  auto message = [&](const char* text) {
    auto r = store.instantiate(valid(text), {});
    REQUIRE(r);
    REQUIRE_FALSE(*r);
    CHECK(r->error().code() == TrapCode::limit_exceeded);
    return r->error().message();
  };
  CHECK(message("(memory i64 0x10000000000)") == "a memory of 1099511627776 pages is wanted, 65536 are allowed");
  CHECK(message("(memory i64 0x1000000000000)") == "a memory of 281474976710656 pages is wanted, 65536 are allowed");
  CHECK(message("(table i64 0x10000000000 funcref)") == "a table of 1099511627776 elements is wanted, 10000000 are allowed");
  make(store, "(memory i64 1 0x1000000000000) (table i64 1 0xffffffffffffffff funcref)");
}

TEST_CASE("a memory beyond 4 GiB is read and written beyond 4 GiB") {
  StoreLimits limits;
  limits.max_memory_bytes = std::uint64_t{8} << 30;
  Store store(limits);
  auto inst = make(store, R"(
    (memory i64 0x10001)
    (func (export "f") (param i64) (result i32)
      (i64.store32 offset=8 (local.get 0) (i64.const 77))
      (i32.add (i32.load offset=8 (local.get 0)) (i32.load offset=8 (i64.sub (local.get 0) (i64.const 0x100000000))))))");
  CHECK(value(store, func(store, inst, "f"), {0x1'0000'0100}) == 77);
  CHECK(trap_code(store, func(store, inst, "f"), {0x1'0001'0000 - 11}) == TrapCode::out_of_bounds_memory_access);
}
