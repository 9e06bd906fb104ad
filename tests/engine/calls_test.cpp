// Tail calls, calls and branches by reference: how much stack they take, which memory they see, what is left of them in a backtrace.
#include <algorithm>

#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

std::optional<Trap> double_it(void*, std::uint64_t* slots) {
  slots[0] *= 2;
  return {};
}
std::optional<Trap> fail_host(void*, std::uint64_t*) { return Trap(TrapCode::host_error, "no"); }

/// A stack for a few thousand small frames.
StoreLimits small_stack() {
  StoreLimits limits;
  limits.stack_bytes = 64 << 10;
  return limits;
}

}  // namespace

TEST_CASE("a tail call takes no stack, however many there are") {
  Store store(small_stack());
  auto inst = make(store, R"(
    (type $t (func (param i64 i64) (result i64)))
    (table funcref (elem $indirect))
    (elem declare func $ref)
    (func $direct (export "direct") (type $t)
      (if (result i64) (i64.eqz (local.get 0)) (then (local.get 1))
        (else (return_call $direct (i64.sub (local.get 0) (i64.const 1)) (i64.add (local.get 1) (local.get 0))))))
    (func $indirect (export "indirect") (type $t)
      (if (i64.eqz (local.get 0)) (then (return (local.get 1))))
      (return_call_indirect (type $t) (i64.sub (local.get 0) (i64.const 1)) (i64.add (local.get 1) (local.get 0)) (i32.const 0)))
    (func $ref (export "ref") (type $t)
      (if (i64.eqz (local.get 0)) (then (return (local.get 1))))
      (return_call_ref $t (i64.sub (local.get 0) (i64.const 1)) (i64.add (local.get 1) (local.get 0)) (ref.func $ref)))
    (func $even (export "even") (param i64) (result i32)
      (if (i64.eqz (local.get 0)) (then (return (i32.const 1))))
      (return_call $odd (i64.const 9) (i64.sub (local.get 0) (i64.const 1)) (i64.const 8)))
    (func $odd (param i64 i64 i64) (result i32) (local i64 i64 i64 i64)
      (if (i64.eqz (local.get 1)) (then (return (i32.const 0))))
      (return_call $even (i64.sub (local.get 1) (i64.const 1)))))");
  for (const char* name : {"direct", "indirect", "ref"}) CHECK(value(store, func(store, inst, name), {100'000, 0}) == 5'000'050'000u);
  CHECK(value(store, func(store, inst, "even"), {100'001}) == 0);
  CHECK(value(store, func(store, inst, "even"), {100'000}) == 1);
}

TEST_CASE("arguments of a tail call may change places with the caller's own") {
  Store store;
  auto inst = make(store, R"(
    (func $f (export "f") (param i32 i32 i32 i32) (result i32 i32 i32 i32)
      (if (i32.eqz (local.get 0)) (then (return (local.get 3) (local.get 2) (local.get 1) (local.get 0))))
      (return_call $f (i32.sub (local.get 0) (i32.const 1)) (local.get 3) (local.get 1) (local.get 2))))");
  CHECK(*call(store, func(store, inst, "f"), {1, 10, 20, 30}) == std::vector<std::uint64_t>{20, 10, 30, 0});
  CHECK(*call(store, func(store, inst, "f"), {3, 10, 20, 30}) == std::vector<std::uint64_t>{30, 20, 10, 0});
}

TEST_CASE("after tail calls through other instances the caller's memory is its own again") {
  for (bool explicit_bounds : {false, true}) {
    Store store(small_stack(), {.explicit_bounds = explicit_bounds});
    // The table holds a function of each instance; they call each other by tail calls, in turn.
    auto first = make(store, R"(
      (type $t (func (param i32) (result i32)))
      (table (export "table") 2 funcref)
      (memory 1) (data (i32.const 0) "\0a")
      (func $own (type $t) (if (i32.eqz (local.get 0)) (then (return (i32.load8_u (i32.const 0)))))
        (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))
      (elem (i32.const 0) $own)
      ;; What `own` gives, and then what is in the memory.
      (func (export "call") (param i32) (result i32 i32) (call $own (local.get 0)) (i32.load8_u (i32.const 0)))
      (func (export "nested") (param i32) (result i32 i32)
        (call $outer (local.get 0)) (i32.load8_u (i32.const 0)))
      (func $outer (type $t) (return_call $own (local.get 0))))");
    make(store, R"(
      (type $t (func (param i32) (result i32)))
      (import "a" "table" (table 2 funcref))
      (memory 1) (data (i32.const 0) "\14")
      (func $own (type $t) (if (i32.eqz (local.get 0)) (then (return (i32.load8_u (i32.const 0)))))
        (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
      (elem (i32.const 1) $own))", {exported(store, first, "table")});
    for (const char* name : {"call", "nested"}) {
      CHECK(*call(store, func(store, first, name), {0}) == std::vector<std::uint64_t>{10, 10});
      CHECK(*call(store, func(store, first, name), {1}) == std::vector<std::uint64_t>{20, 10});
      CHECK(*call(store, func(store, first, name), {100'000}) == std::vector<std::uint64_t>{10, 10});
      CHECK(*call(store, func(store, first, name), {100'001}) == std::vector<std::uint64_t>{20, 10});
    }
  }
}

TEST_CASE("a tail call to the host gives what the host gives, and memory stays the caller's") {
  Store store;
  FuncAddr host = store.add_host_func({{i32}, {i32}}, &double_it, nullptr);
  FuncAddr failing = store.add_host_func({{i32}, {i32}}, &fail_host, nullptr);
  auto inst = make(store, R"(
    (import "h" "double" (func $double (param i32) (result i32)))
    (import "h" "fail" (func $fail (param i32) (result i32)))
    (memory 1) (data (i32.const 0) "\07")
    (func $via (param i32 i32 i32) (result i32) (return_call $double (local.get 2)))
    (func $bad (param i32) (result i32) (return_call $fail (local.get 0)))
    (func (export "f") (param i32) (result i32) (i32.add (call $via (i32.const 1) (i32.const 2) (local.get 0)) (i32.load8_u (i32.const 0))))
    (func (export "g") (param i32) (result i32) (call $bad (local.get 0))))", {host, failing});
  CHECK(value(store, func(store, inst, "f"), {21}) == 49);
  CHECK(trap_code(store, func(store, inst, "g"), {1}) == TrapCode::host_error);
}

TEST_CASE("a host function is called only where its shortcut does nothing, by calls of every kind") {
  struct Counts {
    int quick = 0, slow = 0;
    static bool try_quick(void* context, std::uint64_t* slots) {
      if (slots[0] > 100) return false;
      ++static_cast<Counts*>(context)->quick;
      return slots[0] += 1, true;
    }
    static std::optional<Trap> run(void* context, std::uint64_t* slots) {
      ++static_cast<Counts*>(context)->slow;
      if (slots[0] == 999) return Trap(TrapCode::host_error, "999");
      return slots[0] += 1000, std::nullopt;
    }
  };
  for (const BackendKind kind : {BackendKind::interp, BackendKind::automatic}) {
    Store store({}, {.backend = kind});
    Counts counts;
    static_cast<void>(store.add_host_func({{i32}, {i32}}, &Counts::run, &counts));
    constexpr std::uint32_t first_type = 0;
    const FuncAddr host = store.add_host_func(first_type, &Counts::run, &counts, &Counts::try_quick);
    auto inst = make(store, R"(
      (type $t (func (param i32) (result i32)))
      (import "h" "f" (func $f (type $t)))
      (memory 1) (data (i32.const 0) "\07")
      (table funcref (elem $f))
      (func (export "call") (type $t) (i32.add (call $f (local.get 0)) (i32.load8_u (i32.const 0))))
      (func (export "indirect") (type $t) (i32.add (call_indirect (type $t) (local.get 0) (i32.const 0)) (i32.load8_u (i32.const 0))))
      (func $tail (type $t) (return_call $f (local.get 0)))
      (func (export "tail") (type $t) (i32.add (call $tail (local.get 0)) (i32.load8_u (i32.const 0)))))", {host});
    for (const char* name : {"call", "indirect", "tail"}) {
      CAPTURE(name);
      counts = {};
      CHECK(value(store, func(store, inst, name), {5}) == 13);
      CHECK(value(store, func(store, inst, name), {200}) == 1207);
      CHECK(trap_code(store, func(store, inst, name), {999}) == TrapCode::host_error);
      CHECK(value(store, func(store, inst, name), {100}) == 108);
      CHECK(counts.quick == 2);
      CHECK(counts.slow == 2);
    }
  }
}

TEST_CASE("a backtrace has no frame of a function that left by a tail call") {
  Store store;
  auto inst = make(store, R"(
    (func $bottom (unreachable))
    (func $middle (return_call $bottom))
    (func $top (export "f") (call $middle)))");
  auto r = call(store, func(store, inst, "f"));
  REQUIRE_FALSE(r);
  REQUIRE(r.error().backtrace().size() == 2);
  CHECK(r.error().backtrace()[0].func_name == "bottom");
  CHECK(r.error().backtrace()[1].func_name == "top");
}

TEST_CASE("a backtrace goes on behind a tail call into another instance") {
  Store store;
  auto other = make(store, R"((memory 1) (func $bottom (export "f") (unreachable)))");
  auto inst = make(store, R"(
    (import "a" "f" (func $foreign))
    (memory 1)
    (func $middle (return_call $foreign))
    (func $top (export "f") (call $middle)))", {exported(store, other, "f")});
  auto r = call(store, func(store, inst, "f"));
  REQUIRE_FALSE(r);
  REQUIRE(r.error().backtrace().size() == 2);
  CHECK(r.error().backtrace()[0].func_name == "bottom");
  CHECK(r.error().backtrace()[1].func_name == "top");
}

TEST_CASE("endless tail calls use up fuel and can be interrupted; endless calls by reference exhaust the stack") {
  const char* text = R"(
    (type $t (func))
    (elem declare func $deep)
    (func $tail (export "tail") (return_call $tail))
    (func $deep (export "deep") (call_ref $t (ref.func $deep))))";
  StoreLimits limits;
  limits.fuel = 10'000;
  Store metered(limits);
  auto inst = make(metered, text);
  CHECK(trap_code(metered, func(metered, inst, "tail")) == TrapCode::out_of_fuel);
  Store store;
  inst = make(store, text);
  store.interrupt();
  CHECK(trap_code(store, func(store, inst, "tail")) == TrapCode::interrupted);
  CHECK(trap_code(store, func(store, inst, "deep")) == TrapCode::call_stack_exhausted);
}

TEST_CASE("null, missing and ill-typed callees trap, before the caller's frame is gone") {
  Store store;
  auto inst = make(store, R"(
    (type $t (func (result i32)))
    (type $u (func (result i64)))
    (table $few 2 funcref) (elem (table $few) (i32.const 0) func $wrong)
    (func $wrong (type $u) (i64.const 0))
    (func (export "call_ref") (result i32) (call_ref $t (ref.null $t)))
    (func (export "return_call_ref") (result i32) (return_call_ref $t (ref.null $t)))
    (func (export "type") (result i32) (return_call_indirect $few (type $t) (i32.const 0)))
    (func (export "null") (result i32) (return_call_indirect $few (type $t) (i32.const 1)))
    (func (export "none") (result i32) (return_call_indirect $few (type $t) (i32.const 2)))
    (func (export "as_non_null") (ref.as_non_null (ref.null extern)) (drop)))");
  auto trapped = [&](const char* name) { return trap_code(store, func(store, inst, name)); };
  CHECK(trapped("call_ref") == TrapCode::null_function_reference);
  CHECK(trapped("return_call_ref") == TrapCode::null_function_reference);
  CHECK(trapped("type") == TrapCode::indirect_call_type_mismatch);
  CHECK(trapped("null") == TrapCode::uninitialized_element);
  CHECK(trapped("none") == TrapCode::undefined_element);
  CHECK(trapped("as_non_null") == TrapCode::null_reference);
}

TEST_CASE("branches on references carry the values below, and the reference where it is not null") {
  Store store;
  auto inst = make(store, R"(
    (type $t (func (param i32) (result i32)))
    (func $inc (type $t) (i32.add (local.get 0) (i32.const 1)))
    (elem declare func $inc)
    ;; 7 and the reference's absence, or what the function makes of 7.
    (func $on_null (param $r (ref null $t)) (result i32)
      (block $none (result i32)
        (i32.const 7)
        (br_on_null $none (local.get $r))
        (return (call_ref $t)))
      (i32.const 100) (i32.add))
    (func $on_non_null (param $r (ref null $t)) (result i32)
      (block $some (result i32 (ref $t))
        (i32.const 7)
        (br_on_non_null $some (local.get $r))
        (return (i32.const 100) (i32.add)))
      (call_ref $t))
    ;; Out of the function at once.
    (func $leave (param $r (ref null $t)) (result i32)
      (i32.const 3) (br_on_null 0 (local.get $r)) (call_ref $t))
    (func (export "f") (result i32 i32 i32 i32 i32 i32)
      (call $on_null (ref.null $t)) (call $on_null (ref.func $inc))
      (call $on_non_null (ref.null $t)) (call $on_non_null (ref.func $inc))
      (call $leave (ref.null $t)) (call $leave (ref.func $inc))))");
  CHECK(*call(store, func(store, inst, "f")) == std::vector<std::uint64_t>{107, 8, 107, 8, 3, 4});
}

TEST_CASE("tables begin with what their initializer gives, segments with what their expressions give") {
  Store store;
  auto inst = make(store, R"(
    (type $t (func (result i32)))
    (func $one (type $t) (i32.const 1))
    (func $two (type $t) (i32.const 2))
    (global $g (ref $t) (ref.func $two))
    (table $all 3 (ref $t) (ref.func $one))
    (elem (table $all) (i32.const 1) (ref $t) (item (global.get $g)))
    (func (export "f") (param i32) (result i32) (call_ref $t (table.get $all (local.get 0))))
    (func (export "g") (param i32) (result i32) (call_indirect $all (type $t) (local.get 0))))");
  for (const char* name : {"f", "g"}) {
    CHECK(value(store, func(store, inst, name), {0}) == 1);
    CHECK(value(store, func(store, inst, name), {1}) == 2);
    CHECK(value(store, func(store, inst, name), {2}) == 1);
  }
  CHECK(trap_code(store, func(store, inst, "f"), {3}) == TrapCode::out_of_bounds_table_access);
}

TEST_CASE("functions named inside a table of typed references are of the table's type") {
  Store store;
  auto inst = make(store, R"(
    (type $t (func (result i32)))
    (table $t (ref null $t) (elem $one))
    (func $one (type $t) (i32.const 1))
    (func (export "f") (result i32) (call_ref $t (table.get $t (i32.const 0)))))");
  CHECK(value(store, func(store, inst, "f")) == 1);
}
