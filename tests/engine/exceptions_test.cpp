// Exceptions: who catches what, with which values; what the host sees of those nobody catches; that references do not pile up.
#include <algorithm>

#include "engine/instance.h"
#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

/// A host function that calls one of the store and passes on how it ended.
struct CallBack {
  Store* store = nullptr;
  std::optional<FuncAddr> target;
  static std::optional<Trap> run(void* context, std::uint64_t*) {
    auto* self = static_cast<CallBack*>(context);
    std::uint64_t none[1] = {};
    if (auto r = self->store->invoke(*self->target, none); !r) return std::move(r).error();
    return {};
  }
};

/// References that the host kept for longer than it should.
struct Keeper {
  std::uint64_t ref = 0;
  static std::optional<Trap> keep(void* context, std::uint64_t* slots) {
    static_cast<Keeper*>(context)->ref = slots[0];
    return {};
  }
};

}  // namespace

TEST_CASE("each clause of try_table gets what it asks for") {
  Store store;
  auto inst = make(store, R"(
    (tag $a (param i32 i64)) (tag $b (param f64)) (tag $none)
    (func $throw (param i32)
      (if (i32.eq (local.get 0) (i32.const 0)) (then (throw $a (i32.const 1) (i64.const 2))))
      (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $b (f64.const 1.5))))
      (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $none))))
    (func (export "catch") (param i32) (result i32)
      (block $all
        (block $b (result f64)
          (block $a (result i32 i64)
            (try_table (catch $a $a) (catch $b $b) (catch_all $all) (call $throw (local.get 0)))
            (return (i32.const 100)))
          (return (i32.add (i32.wrap_i64))))
        (return (i32.trunc_f64_s (f64.mul (f64.const 10)))))
      (i32.const 55))
    ;; The same through references that are thrown again.
    (func (export "again") (param i32) (result i32)
      (local $e exnref)
      (block $all
        (block $b (result f64)
          (block $a (result i32 i64)
            (try_table (catch $a $a) (catch $b $b) (catch_all $all)
              (block $ref (result exnref)
                (block $a_ref (result i32 i64 exnref)
                  (try_table (catch_ref $a $a_ref) (catch_all_ref $ref) (call $throw (local.get 0)))
                  (return (i32.const 100)))
                (local.set $e) (drop) (drop) (throw_ref (local.get $e)))
              (throw_ref))
            (unreachable))
          (return (i32.add (i32.wrap_i64))))
        (return (i32.trunc_f64_s (f64.mul (f64.const 10)))))
      (i32.const 55)))");
  for (const char* name : {"catch", "again"}) {
    CAPTURE(name);
    CHECK(value(store, func(store, inst, name), {0}) == 3);
    CHECK(value(store, func(store, inst, name), {1}) == 15);
    CHECK(value(store, func(store, inst, name), {2}) == 55);
    CHECK(value(store, func(store, inst, name), {3}) == 100);
  }
}

TEST_CASE("a clause that leaves the function returns what was caught; one that goes to a loop goes round again") {
  Store store;
  auto inst = make(store, R"(
    (tag $t (param i32))
    (func (export "leave") (result i32) (try_table (catch $t 0) (throw $t (i32.const 9))) (unreachable))
    (func (export "leave_none") (try_table (catch_all 0) (throw $t (i32.const 9))) (unreachable))
    (func (export "loop") (result i32)
      (i32.const 5)
      (loop $l (param i32) (result i32)
        (try_table (param i32) (result i32) (catch $t $l)
          (if (param i32) (result i32) (i32.eqz (global.get $left)) (then)
            (else
              (global.set $left (i32.sub (global.get $left) (i32.const 1)))
              (i32.add (i32.const 10)) (throw $t))))))
    (global $left (mut i32) (i32.const 3)))");
  CHECK(value(store, func(store, inst, "leave")) == 9);
  CHECK(call(store, func(store, inst, "leave_none")));
  CHECK(value(store, func(store, inst, "loop")) == 35);
}

TEST_CASE("locals and the operands below keep their values when an exception is caught") {
  Store store;
  auto inst = make(store, R"(
    (tag $t (param i32))
    (func $thrower (param i32) (result i32) (local i32 i32 i32) (throw $t (local.get 0)))
    (func (export "f") (param $x i32) (result i32)
      (local $y i32)
      (local.set $y (i32.const 40))
      (local.get $x) (local.get $y)
      (block $h (result i32)
        (try_table (result i32) (catch $t $h)
          (local.set $x (i32.const 1000))
          (i32.add (i32.const 5) (call $thrower (i32.const 3)))))
      (i32.add) (i32.add) (i32.add (local.get $x))))");
  CHECK(value(store, func(store, inst, "f"), {7}) == 7 + 40 + 3 + 1000);
}

TEST_CASE("an exception unwinds through instances, whose memory is the catcher's again") {
  Store store;
  auto thrower = make(store, R"(
    (memory 1) (data (i32.const 0) "\63")
    (tag $t (export "t") (param i32))
    (func (export "f") (throw $t (i32.load8_u (i32.const 0)))))");
  auto inst = make(store, R"(
    (import "a" "t" (tag $t (param i32)))
    (import "a" "f" (func $f))
    (tag $mine (param i32))
    (memory 1) (data (i32.const 0) "\01")
    (func $middle (call $f))
    (func (export "f") (result i32)
      (block $wrong (result i32)
        (block $h (result i32)
          (try_table (catch $mine $wrong) (catch $t $h) (call $middle))
          (unreachable))
        (return (i32.add (i32.load8_u (i32.const 0)))))
      (unreachable)))", {exported(store, thrower, "t"), exported(store, thrower, "f")});
  CHECK(value(store, func(store, inst, "f")) == 100);
}

TEST_CASE("each instance has tags of its own, although their types are the same") {
  Store store;
  const char* text = R"((tag $t (export "t")) (func (export "f") (throw $t)))";
  auto first = make(store, text), second = make(store, text);
  auto inst = make(store, R"(
    (import "a" "t" (tag $a)) (import "b" "t" (tag $b)) (import "a" "f" (func $throw_a)) (import "b" "f" (func $throw_b))
    (func $catch (param i32) (result i32)
      (block $in_b (block $in_a (try_table (catch $a $in_a) (catch $b $in_b)
        (if (local.get 0) (then (call $throw_b)) (else (call $throw_a)))) (unreachable)) (return (i32.const 1)))
      (i32.const 2))
    (export "f" (func $catch)))",
                   {exported(store, first, "t"), exported(store, second, "t"), exported(store, first, "f"), exported(store, second, "f")});
  CHECK(value(store, func(store, inst, "f"), {0}) == 1);
  CHECK(value(store, func(store, inst, "f"), {1}) == 2);
}

TEST_CASE("an uncaught exception is a trap that names the tag, what it carries and where it was thrown") {
  Store store;
  auto inst = make(store, R"(
    (tag $div (param i32 i64 f32 f64 funcref)) (tag (export "out"))
    (func $g (throw $div (i32.const -1) (i64.const 2) (f32.const 0.5) (f64.const -1.25) (ref.null func)))
    (func (export "f") (call $g))
    (func (export "h") (throw 1)))");
  auto r = call(store, func(store, inst, "f"));
  REQUIRE_FALSE(r);
  CHECK(r.error().code() == TrapCode::uncaught_exception);
  CHECK(r.error().message() == "tag `div` (i32 -1, i64 2, f32 0.5, f64 -1.25, a reference)");
  REQUIRE(r.error().backtrace().size() == 2);
  CHECK(r.error().backtrace()[0].func_name == "g");
  r = call(store, func(store, inst, "h"));
  REQUIRE_FALSE(r);
  CHECK(r.error().message() == "tag `out`");
}

TEST_CASE("traps are not caught, and throwing null is one") {
  Store store;
  auto inst = make(store, R"(
    (tag $t)
    (func $deep (call $deep))
    (func (export "f") (param i32) (result i32)
      (block $h
        (try_table (catch_all $h)
          (block (block (block (br_table 0 1 2 (local.get 0))) (unreachable)) (call $deep))
          (throw_ref (ref.null exn))))
      (i32.const 1)))");
  FuncAddr f = func(store, inst, "f");
  CHECK(trap_code(store, f, {0}) == TrapCode::unreachable);
  CHECK(trap_code(store, f, {1}) == TrapCode::call_stack_exhausted);
  CHECK(trap_code(store, f, {2}) == TrapCode::null_exception_reference);
}

TEST_CASE("beyond a host function an exception has become a trap") {
  Store store;
  CallBack back{.store = &store, .target = {}};
  FuncAddr host = store.add_host_func({{}, {}}, &CallBack::run, &back);
  auto inst = make(store, R"(
    (import "h" "back" (func $back))
    (tag $t (export "t") (param i32))
    (func (export "throw") (throw $t (i32.const 4)))
    (func (export "f") (block $h (try_table (catch_all $h) (call $back)))))", {host});
  back.target = func(store, inst, "throw");
  auto r = call(store, func(store, inst, "f"));
  REQUIRE_FALSE(r);
  CHECK(r.error().code() == TrapCode::uncaught_exception);
  CHECK(r.error().message() == "tag `t` (i32 4)");
}

TEST_CASE("a loop of throws holds nothing, wherever the reference has been") {
  Store store;
  auto inst = make(store, R"(
    (tag $t (param i64 i64))
    (global $g (mut exnref) (ref.null exn))
    (table $table 4 exnref)
    (func $once (param i64) (result exnref)
      (block $h (result i64 i64 exnref)
        (try_table (catch_ref $t $h) (throw $t (local.get 0) (i64.const 1)))
        (unreachable))
      (global.set $g) (drop) (drop) (global.get $g))
    (func (export "f") (param $n i64) (result i64)
      (loop $l
        (table.set $table (i32.and (i32.wrap_i64 (local.get $n)) (i32.const 3)) (call $once (local.get $n)))
        (local.set $n (i64.sub (local.get $n) (i64.const 1)))
        (br_if $l (i64.ne (local.get $n) (i64.const 0))))
      ;; The last four are held by the table, and still what they were. All together would be beyond what may be held.
      (block $h (result i64 i64)
        (try_table (catch $t $h) (throw_ref (table.get $table (i32.const 3))))
        (unreachable))
      (drop)))");
  CHECK(value(store, func(store, inst, "f"), {2'000'000}) == 3);
}

TEST_CASE("exceptions that are held count against a bound, also when they only hold each other") {
  Store store;
  auto inst = make(store, R"(
    (tag $t (param exnref i64 i64 i64 i64 i64 i64 i64 i64))
    (func (export "f") (param $n i64)
      (local $last exnref)
      (loop $l
        (block $h (result exnref)
          (try_table (catch_all_ref $h) (throw $t (local.get $last)
            (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0)))
          (unreachable))
        (local.set $last)
        (local.set $n (i64.sub (local.get $n) (i64.const 1)))
        (br_if $l (i64.ne (local.get $n) (i64.const 0))))))");
  CHECK(call(store, func(store, inst, "f"), {100'000}));
  CHECK(trap_code(store, func(store, inst, "f"), {10'000'000}) == TrapCode::limit_exceeded);
  CHECK(call(store, func(store, inst, "f"), {100'000}));
}

TEST_CASE("a store's limit says how much held exceptions may take; what is caught without a reference does not count") {
  constexpr const char* text = R"(
    (tag $t (param exnref i64))
    (func (export "values") (block $h (result exnref i64) (try_table (catch $t $h) (throw $t (ref.null exn) (i64.const 1))) (unreachable)) (drop) (drop))
    (func (export "f") (param $n i32)
      (local $last exnref)
      (loop $l
        (block $h (result exnref) (try_table (catch_all_ref $h) (throw $t (local.get $last) (i64.const 0))) (unreachable))
        (local.set $last)
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))";
  Store small({.max_exception_bytes = 10'000});
  auto inst = make(small, text);
  CHECK(call(small, func(small, inst, "f"), {100}));
  CHECK(trap_code(small, func(small, inst, "f"), {1'000}) == TrapCode::limit_exceeded);
  CHECK(call(small, func(small, inst, "f"), {100}));
  Store none({.max_exception_bytes = 0});
  inst = make(none, text);
  CHECK(call(none, func(none, inst, "values")));
  CHECK(trap_code(none, func(none, inst, "f"), {1}) == TrapCode::limit_exceeded);
  Store large({.max_exception_bytes = ~std::uint64_t{0}});
  inst = make(large, text);
  CHECK(call(large, func(large, inst, "f"), {1'000}));
}

TEST_CASE("no two exceptions of a store have the same reference, however many there have been") {
  struct First {
    std::uint64_t ref = 0;
    std::uint32_t again = 0, calls = 0;
    static std::optional<Trap> see(void* context, std::uint64_t* slots) {
      auto& self = *static_cast<First*>(context);
      if (self.calls++ == 0) self.ref = slots[0];
      else if (slots[0] == self.ref) ++self.again;
      return {};
    }
  } first;
  Store store({.max_exception_bytes = 100});  // so little that places are used again at once
  FuncAddr see = store.add_host_func({{ValType::exnref}, {}}, &First::see, &first);
  auto inst = make(store, R"(
    (import "h" "see" (func $see (param exnref)))
    (tag $t)
    (func (export "many") (param i32)
      (loop $l
        (call $see (block $h (result exnref) (try_table (catch_all_ref $h) (throw $t)) (unreachable)))
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))", {see});
  REQUIRE(call(store, func(store, inst, "many"), {400'000}));
  CHECK(first.calls == 400'000);
  CHECK(first.again == 0);
}

TEST_CASE("a reference that the host kept for itself is refused once its exception is gone") {
  Store store;
  Keeper keeper;
  FuncAddr keep = store.add_host_func({{ValType::exnref}, {}}, &Keeper::keep, &keeper);
  auto inst = make(store, R"(
    (import "h" "keep" (func $keep (param exnref)))
    (tag $t)
    (func $throw (export "throw") (block $h (result exnref) (try_table (catch_all_ref $h) (throw $t)) (unreachable)) (call $keep))
    (func (export "many") (param i32) (loop $l (call $throw) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "again") (param exnref) (throw_ref (local.get 0))))", {keep});
  REQUIRE(call(store, func(store, inst, "throw")));
  const std::uint64_t first = keeper.ref;
  CHECK(trap_code(store, func(store, inst, "again"), {first}) == TrapCode::uncaught_exception);
  REQUIRE(call(store, func(store, inst, "many"), {100'000}));
  CHECK(trap_code(store, func(store, inst, "again"), {first}) == TrapCode::null_exception_reference);
  CHECK(trap_code(store, func(store, inst, "again"), {12345}) == TrapCode::null_exception_reference);
}

TEST_CASE("a loop of throws can be interrupted and uses fuel") {
  const char* text = R"(
    (tag $t)
    (func (export "f") (loop $l (try_table (catch_all $l) (throw $t)))))";
  StoreLimits limits;
  limits.fuel = 1000;
  Store metered(limits);
  auto inst = make(metered, text);
  CHECK(trap_code(metered, func(metered, inst, "f")) == TrapCode::out_of_fuel);
  Store store;
  inst = make(store, text);
  store.interrupt();
  CHECK(trap_code(store, func(store, inst, "f")) == TrapCode::interrupted);
}

TEST_CASE("the legacy try catches, throws again and delegates") {
  Store store;
  auto inst = make(store, R"(
    (tag $a (param i32)) (tag $b)
    (func $throw (param i32)
      (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $a (i32.const 10))))
      (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $b))))
    (func (export "catch") (param i32) (result i32)
      (i32.const 1000)
      (try (result i32)
        (do (call $throw (local.get 0)) (i32.const 1))
        (catch $a (i32.add (i32.const 1)))
        (catch_all (i32.const 2)))
      (i32.add))
    ;; Thrown again from inside of another catch, which is not the one that is meant.
    (func (export "rethrow") (param i32) (result i32)
      (try (result i32)
        (do
          (try (result i32)
            (do (call $throw (local.get 0)) (i32.const 1))
            (catch $a (drop)
              (try (result i32) (do (throw $b)) (catch $b (rethrow 1))))
            (catch_all (rethrow 0))))
        (catch $a (i32.add (i32.const 5)))
        (catch $b (i32.const 7))))
    ;; Past the try in between.
    (func (export "delegate") (param i32) (result i32)
      (try $outer (result i32)
        (do
          (try (result i32)
            (do (try (result i32) (do (call $throw (local.get 0)) (i32.const 1)) (delegate $outer)))
            (catch_all (i32.const -1))))
        (catch $a)
        (catch_all (i32.const 8))))
    (func (export "leave") (param i32) (result i32)
      (try (result i32)
        (do (try (result i32) (do (call $throw (local.get 0)) (i32.const 1)) (delegate 1)))
        (catch_all (i32.const -1)))))");
  auto f = [&](const char* name, std::uint64_t x) { return value(store, func(store, inst, name), {x}); };
  CHECK(f("catch", 0) == 1001);
  CHECK(f("catch", 1) == 1011);
  CHECK(f("catch", 2) == 1002);
  CHECK(f("rethrow", 0) == 1);
  CHECK(f("rethrow", 1) == 15);
  CHECK(f("rethrow", 2) == 7);
  CHECK(f("delegate", 0) == 1);
  CHECK(f("delegate", 1) == 10);
  CHECK(f("delegate", 2) == 8);
  CHECK(f("leave", 0) == 1);
  CHECK(trap_code(store, func(store, inst, "leave"), {2}) == TrapCode::uncaught_exception);
}

TEST_CASE("guest and host that call each other in turn end at the bound, whatever each guest would catch") {
  Store store;
  CallBack back{.store = &store, .target = {}};
  FuncAddr host = store.add_host_func({{}, {}}, &CallBack::run, &back);
  auto inst = make(store, R"(
    (import "h" "back" (func $back))
    (tag $t)
    (global $left (mut i32) (i32.const 0))
    (global $caught (export "caught") (mut i32) (i32.const 0))
    (func (export "set") (param i32) (global.set $left (local.get 0)))
    (func (export "f")
      (global.set $left (i32.sub (global.get $left) (i32.const 1)))
      (if (i32.eqz (global.get $left)) (then (throw $t)))
      (block $h (try_table (catch_all $h) (call $back)) (return))
      (global.set $caught (i32.const 1))))", {host});
  FuncAddr f = func(store, inst, "f");
  back.target = f;
  for (auto [depth, code] : {std::pair{5u, TrapCode::uncaught_exception}, std::pair{0u, TrapCode::call_stack_exhausted}}) {
    REQUIRE(call(store, func(store, inst, "set"), {depth}));
    CHECK(trap_code(store, f) == code);
    CHECK(store.global(std::get<GlobalAddr>(exported(store, inst, "caught"))) == 0);
  }
}

TEST_CASE("no exception passes an instance that stops them; those thrown and caught behind it are nobody's business") {
  Store store;
  auto inner = make(store, R"(
    (tag $t (export "t") (param i32))
    (func (export "throw") (throw $t (i32.const 6)))
    (func (export "fine") (block $h (result i32) (try_table (catch $t $h) (throw $t (i32.const 6))) (unreachable)) (drop)))");
  auto between = make(store, R"(
    (import "a" "throw" (func $throw)) (import "a" "fine" (func $fine))
    (func (export "throw") (call $throw)) (func (export "fine") (call $fine)))",
                      {exported(store, inner, "throw"), exported(store, inner, "fine")});
  auto outer = make(store, R"(
    (import "b" "throw" (func $throw)) (import "b" "fine" (func $fine))
    (func (export "throw") (result i32) (block $h (try_table (catch_all $h) (call $throw))) (i32.const 1))
    (func (export "fine") (result i32) (block $h (try_table (catch_all $h) (call $fine)) (return (i32.const 2))) (i32.const 1)))",
                    {exported(store, between, "throw"), exported(store, between, "fine")});
  CHECK(value(store, func(store, outer, "throw")) == 1);
  store.stop_exceptions_at(between);
  auto r = call(store, func(store, outer, "throw"));
  REQUIRE_FALSE(r);
  CHECK(r.error().message() == "tag `t` (i32 6)");
  CHECK(value(store, func(store, outer, "fine")) == 2);
}
