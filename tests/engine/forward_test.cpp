// Functions that hand on their arguments to another instance: compiled code makes such a call in the function's own frame.
#include <bit>

#include <fmt/format.h>

#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

/// Each has a mutable global that says whether the call goes on.
constexpr const char* forwarder = R"(
  (import "a" "f" (func $f (param i32 i32) (result i32)))
  (import "a" "state" (global $state (mut i32)))
  (func $g (export "g") (param i32 i32) (result i32)
    (if (i32.eqz (global.get $state)) (then (unreachable)))
    (global.set $state (i32.const 2))
    (call $f (local.get 0) (local.get 1))
    (global.set $state (i32.const 1))))";

std::optional<Trap> subtract(void*, std::uint64_t* slots) {
  slots[0] = static_cast<std::uint32_t>(slots[0] - slots[1]);
  return {};
}

StoreLimits small_stack() {
  StoreLimits limits;
  limits.stack_bytes = 64 << 10;
  return limits;
}

GlobalAddr add_state(Store& store) { return store.add_global({.type = i32, .is_mutable = true}, 1).value(); }

}  // namespace

TEST_CASE("what is handed on arrives, and what comes back is given back, through any number of instances") {
  Store store(small_stack());
  const GlobalAddr state = add_state(store);
  Extern f = exported(store, make(store, R"((import "a" "state" (global $state (mut i32)))
    (func (export "g") (param i32 i32) (result i32) (i32.add (i32.mul (local.get 0) (i32.const 10)) (i32.add (local.get 1) (global.get $state)))))",
                                  {state}), "g");
  for (int i = 0; i < 300; ++i) f = exported(store, make(store, forwarder, {f, state}), "g");
  // A caller that needs its own memory and its own values afterwards.
  auto inst = make(store, R"(
    (import "a" "g" (func $g (param i32 i32) (result i32)))
    (memory 1) (data (i32.const 0) "\07")
    (func (export "h") (param i32 i32) (result i32) (local i32)
      (local.set 2 (i32.const 100000))
      (i32.add (i32.add (local.get 2) (i32.load8_u (i32.const 0))) (i32.mul (call $g (local.get 1) (local.get 0)) (i32.add (local.get 0) (local.get 1))))))", {f});
  CHECK(value(store, std::get<FuncAddr>(f), {4, 5}) == 47);
  CHECK(value(store, func(store, inst, "h"), {3, 2}) == 100007 + 5 * (20 + 3 + 2));
  CHECK(store.global(state) == 1);
}

TEST_CASE("a call is handed on to the host, to a function with fewer parameters, and to one without any") {
  Store store;
  const GlobalAddr state = add_state(store);
  const FuncAddr host = store.add_host_func({{i32, i32}, {i32}}, &subtract, nullptr);
  CHECK(value(store, func(store, make(store, forwarder, {host, state}), "g"), {50, 8}) == 42);
  auto one = make(store, R"((func (export "none") (result i64) (i64.const -3)) (func (export "one") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
                            (global (export "n") (mut i32) (i32.const 0)) (func (export "bump") (global.set 0 (i32.add (global.get 0) (i32.const 1)))))");
  auto inst = make(store, R"(
    (import "a" "none" (func $none (result i64))) (import "a" "one" (func $one (param f64) (result i32))) (import "a" "bump" (func $bump))
    (global $g (mut i32) (i32.const 0))
    (func (export "none") (result i64) (call $none) (global.set $g (i32.const 1)))
    (func (export "none of two") (param f64 i32) (result i64) (call $none) (global.set $g (i32.const 1)))
    (func (export "one") (param f64 f64) (result i32) (call $one (local.get 0)) (global.set $g (i32.const 1)))
    (func (export "byte") (param f64) (result i32) (call $one (local.get 0)) (i32.and (i32.const 0xff)) (global.set $g (i32.const 1)))
    (func (export "signed") (param f64) (result i32) (call $one (local.get 0)) (i32.extend8_s))
    (func (export "bool") (param f64) (result i32) (call $one (local.get 0)) (i32.ne (i32.const 0)) (global.set $g (i32.const 1)))
    (func (export "other") (param f64 f64) (result i32) (call $one (local.get 1)))
    (func (export "twice") (call $bump) (call $bump))
    (func (export "kept") (param f64) (result f64) (drop (call $one (local.get 0))) (local.get 0)))",
                   {exported(store, one, "none"), exported(store, one, "one"), exported(store, one, "bump")});
  const std::uint64_t x = std::bit_cast<std::uint64_t>(511.0), y = std::bit_cast<std::uint64_t>(7.0), zero = std::bit_cast<std::uint64_t>(0.0);
  CHECK(value(store, func(store, inst, "none")) == static_cast<std::uint64_t>(-3));
  CHECK(value(store, func(store, inst, "none of two"), {x, 5}) == static_cast<std::uint64_t>(-3));
  CHECK(value(store, func(store, inst, "one"), {x, y}) == 511);
  CHECK(value(store, func(store, inst, "byte"), {x}) == 255);
  CHECK(value(store, func(store, inst, "signed"), {x}) == 0xffff'ffff);
  CHECK(value(store, func(store, inst, "bool"), {x}) == 1);
  CHECK(value(store, func(store, inst, "bool"), {zero}) == 0);
  CHECK(value(store, func(store, inst, "other"), {x, y}) == 7);
  CHECK(value(store, func(store, inst, "kept"), {x}) == x);
  CHECK(call(store, func(store, inst, "twice")).has_value());
  CHECK(store.global(std::get<GlobalAddr>(exported(store, one, "n"))) == 2);
}

TEST_CASE("a trap beyond a call that was handed on has the frames of all") {
  Store store;
  const GlobalAddr state = add_state(store);
  const char* source = R"((func $bad (export "g") (param i32 i32) (result i32) (i32.div_u (local.get 0) (local.get 1))))";
  Extern f = exported(store, make(store, source, {}, "callee"), "g");
  f = exported(store, make(store, forwarder, {f, state}, "inner"), "g");
  f = exported(store, make(store, forwarder, {f, state}, "outer"), "g");
  auto inst = make(store, R"((import "a" "g" (func $g (param i32 i32) (result i32)))
    (func $mid (param i32 i32) (result i32) (i32.add (call $g (local.get 0) (local.get 1)) (i32.const 1)))
    (func $top (export "h") (param i32 i32) (result i32) (i32.add (call $mid (local.get 0) (local.get 1)) (i32.const 1))))", {f}, "caller");
  CHECK(value(store, func(store, inst, "h"), {9, 3}) == 5);
  auto r = call(store, func(store, inst, "h"), {1, 0});
  REQUIRE_FALSE(r);
  CHECK(r.error().code() == TrapCode::integer_divide_by_zero);
  std::vector<std::string> names;
  for (const auto& frame : r.error().backtrace()) names.push_back(fmt::format("{}.{}", frame.module, frame.func_name));
  CHECK(names == std::vector<std::string>{"callee.bad", "inner.g", "outer.g", "caller.mid", "caller.top"});
  CHECK(store.global(state) == 2);
  // And one of the function itself, before its call.
  store.set_global(state, 0);
  r = call(store, func(store, inst, "h"), {1, 1});
  REQUIRE_FALSE(r);
  CHECK(r.error().code() == TrapCode::unreachable);
  CHECK(r.error().backtrace().size() == 3);
}

TEST_CASE("calls that are handed on in a circle exhaust the stack") {
  for (const int between : {1, 40}) {
    Store store(small_stack());
    const GlobalAddr state = add_state(store);
    auto first = make(store, R"(
      (type $t (func (param i32 i32) (result i32)))
      (table (export "table") 1 funcref)
      (func (export "g") (type $t) (call_indirect (type $t) (local.get 0) (local.get 1) (i32.const 0))))");
    Extern f = exported(store, first, "g");
    for (int i = 0; i < between; ++i) f = exported(store, make(store, forwarder, {f, state}), "g");
    make(store, R"((import "a" "table" (table 1 funcref)) (import "a" "g" (func $g (param i32 i32) (result i32))) (elem (i32.const 0) func $g))",
         {exported(store, first, "table"), f});
    for (int i = 0; i < 3; ++i) {
      store.set_global(state, 1);
      CHECK(trap_code(store, func(store, first, "g"), {1, 2}) == TrapCode::call_stack_exhausted);
    }
  }
}

TEST_CASE("exceptions and tail calls pass a function that hands on") {
  Store store;
  const GlobalAddr state = add_state(store);
  auto first = make(store, R"(
    (tag $t (export "t") (param i32))
    (func (export "throw") (param i32 i32) (result i32)
      (if (i32.eqz (local.get 1)) (then (throw $t (local.get 0))))
      (local.get 0)))");
  auto tail = make(store, R"((import "a" "f" (func $f (param i32 i32) (result i32)))
    (memory 1) (func (export "g") (param i32 i32) (result i32) (return_call $f (i32.add (local.get 0) (i32.const 1)) (local.get 1))))",
                   {exported(store, first, "throw")});
  auto mid = make(store, forwarder, {exported(store, tail, "g"), state});
  auto inst = make(store, R"(
    (import "a" "g" (func $g (param i32 i32) (result i32)))
    (import "a" "t" (tag $t (param i32)))
    (memory 1) (data (i32.const 0) "\64")
    (func (export "h") (param i32 i32) (result i32) (local i32)
      (local.set 2 (i32.const 1000))
      (i32.add (i32.add (local.get 2) (i32.load8_u (i32.const 0)))
        (block $caught (result i32)
          (try_table (result i32) (catch $t $caught) (call $g (local.get 0) (local.get 1)))
          (return)))))",
                   {exported(store, mid, "g"), exported(store, first, "t")});
  CHECK(value(store, func(store, inst, "h"), {5, 1}) == 6);
  CHECK(value(store, func(store, inst, "h"), {5, 0}) == 1106);
  CHECK(value(store, func(store, mid, "g"), {5, 1}) == 6);
}
