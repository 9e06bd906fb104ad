// What a guest, its host and its reader see is the same under every back end: results, kinds of traps, frames with names and offsets, what is left
// in memory, where fuel ends, and that an interrupt comes through.
#include <atomic>
#include <chrono>
#include <thread>

#include "engine/backend.h"
#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

bool has_compiler() {
  if (why_no_compiler().empty()) return true;
  MESSAGE("no compiler here: " << why_no_compiler());
  return false;
}

/// All that can be seen of a call of `run`: results or trap with its frames, then the first page and the fuel.
std::string seen(BackendKind kind, const core::ValidModule& module, const StoreLimits& limits = {}) {
  Store store(limits, {.backend = kind});
  auto made = store.instantiate(module, {}, "the > instance");
  REQUIRE(made);
  if (!*made) return "instantiation: " + made->error().to_string();
  const FuncAddr f = func(store, **made, "run");
  std::vector<std::uint64_t> slots(std::max<std::size_t>(1, slot_count(store.func_type(f).results)));
  const auto r = store.invoke(f, slots);
  std::string out = r ? "results" : r.error().to_string();
  if (!r) {
    for (const Frame& frame : r.error().backtrace()) out += " @" + std::to_string(frame.func_idx) + "+" + std::to_string(frame.offset) + " " + frame.module;
  } else {
    for (const std::uint64_t s : slots) out += " " + std::to_string(s);
  }
  if (const auto memory = store.find_export(**made, "memory")) {
    const MemView view = store.memory(std::get<MemAddr>(*memory));
    std::uint64_t hash = 1;
    for (std::size_t i = 0; i < view.size; ++i) hash = hash * 31 + view.data[i];
    out += " memory " + std::to_string(view.size) + " " + std::to_string(hash);
  }
  if (const auto fuel = store.fuel()) out += " fuel " + std::to_string(*fuel);
  return out;
}

/// The same under both, and what it is: `expected` is part of it.
void same(const std::string& text, const std::string& expected, const StoreLimits& limits = {}) {
  CAPTURE(text);
  const auto module = valid(text);
  const std::string interpreted = seen(BackendKind::interp, module, limits);
  CHECK(interpreted.find(expected) != std::string::npos);
  if (interpreted.find(expected) == std::string::npos) MESSAGE(interpreted);
  if (why_no_compiler().empty()) CHECK(seen(BackendKind::jit, module, limits) == interpreted);
}
/// A body that traps three calls deep, after it wrote something.
std::string deep(const std::string& parts, const std::string& body, const std::string& more_memories = {}) {
  return "(module " + parts + R"(
    (memory $m (export "memory") 1) )" + more_memories + R"((func $inner (result i32) (i32.store8 (i32.const 9) (i32.const 77)) )" + body + R"()
    (func $middle (param i64) (result i32) (local f64) (i32.add (i32.const 1) (call $inner)))
    (func (export "run") (result i32) (call $middle (i64.const 5)))))";
}

struct Case {
  const char* body;
  const char* expected;
};

}  // namespace

TEST_CASE("every kind of trap of numbers and memory has the same frames") {
  for (const Case& c : std::initializer_list<Case>{
           {"unreachable", "unreachable"},
           {"(i32.div_s (i32.const 1) (i32.const 0))", "integer divide by zero"},
           {"(i32.rem_u (i32.const 1) (i32.load (i32.const 100)))", "integer divide by zero"},
           {"(i32.div_s (i32.const 0x80000000) (i32.const -1))", "integer overflow"},
           {"(i32.wrap_i64 (i64.div_s (i64.const 0x8000000000000000) (i64.const -1)))", "integer overflow"},
           {"(i32.trunc_f64_s (f64.const nan))", "invalid conversion to integer"},
           {"(i32.trunc_f32_u (f32.const -1))", "integer overflow"},
           {"(i32.wrap_i64 (i64.trunc_f64_u (f64.const 1e30)))", "integer overflow"},
           {"(i32.load (i32.const 65533))", "out of bounds memory access"},
           {"(i32.load offset=4294967295 (i32.const -1))", "out of bounds memory access"},
           {"(i32.load8_u (i32.const 65536))", "out of bounds memory access"},
           {"(i64.store (i32.const 65529) (i64.const -1)) (i32.const 0)", "out of bounds memory access"},
           {"(v128.store (i32.const 65521) (v128.const i64x2 -1 -1)) (i32.const 0)", "out of bounds memory access"},
           {"(i8x16.extract_lane_u 0 (v128.load8_lane 3 (i32.const 65536) (v128.const i64x2 0 0)))", "out of bounds memory access"},
           {"(memory.fill (i32.const 65000) (i32.const 1) (i32.const 1000)) (i32.const 0)", "out of bounds memory access"},
           {"(memory.copy (i32.const 0) (i32.const 65000) (i32.const 1000)) (i32.const 0)", "out of bounds memory access"},
           {"(memory.copy (i32.const 65537) (i32.const 0) (i32.const 0)) (i32.const 0)", "out of bounds memory access"},
       }) {
    same(deep("", c.body), c.expected);
    // With several memories bounds are compared.
    same(deep("", c.body, "(memory 3)"), c.expected);
  }
}

TEST_CASE("every kind of trap of tables, references and segments has the same frames") {
  const std::string parts = R"((type $t (func (result i32))) (type $u (func (param i32) (result i32))) (table $tab 4 10 funcref) (elem (table $tab) (i32.const 1) func $inner $middle)
    (elem $e func $inner) (data $d "hello") (tag $tag (param i32)))";
  for (const Case& c : std::initializer_list<Case>{
           {"(call_indirect $tab (type $t) (i32.const 4))", "undefined element"},
           {"(call_indirect $tab (type $t) (i32.const -1))", "undefined element"},
           {"(call_indirect $tab (type $t) (i32.const 3))", "uninitialized element"},
           {"(call_indirect $tab (type $t) (i32.const 2))", "indirect call type mismatch"},
           {"(call_ref $t (ref.null $t))", "null function reference"},
           {"(ref.is_null (ref.as_non_null (ref.null func)))", "null reference"},
           {"(ref.is_null (table.get $tab (i32.const 4)))", "out of bounds table access"},
           {"(table.set $tab (i32.const 9) (ref.null func)) (i32.const 0)", "out of bounds table access"},
           {"(table.fill $tab (i32.const 2) (ref.null func) (i32.const 3)) (i32.const 0)", "out of bounds table access"},
           {"(table.copy $tab $tab (i32.const 3) (i32.const 0) (i32.const 2)) (i32.const 0)", "out of bounds table access"},
           {"(table.init $tab $e (i32.const 0) (i32.const 0) (i32.const 2)) (i32.const 0)", "out of bounds table access"},
           {"(elem.drop $e) (table.init $tab $e (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 0)", "out of bounds table access"},
           {"(memory.init $m $d (i32.const 0) (i32.const 3) (i32.const 3)) (i32.const 0)", "out of bounds memory access"},
           {"(data.drop $d) (memory.init $m $d (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 0)", "out of bounds memory access"},
           {"(throw $tag (i32.const 42))", "uncaught exception"},
           {"(throw_ref (ref.null exn))", "null exception reference"},
       }) {
    same(deep(parts, c.body), c.expected);
  }
}

TEST_CASE("memories of 64 bits and several memories") {
  const auto with = [](const std::string& body) {
    return "(module (memory $a i64 1) (memory $b (export \"memory\") 1) (memory $c i64 2) (func $f (result i64) " + body + ") (func (export \"run\") (result i64) (call $f)))";
  };
  same(with("(i64.store $c (i64.const 131064) (i64.const 7)) (i64.load $c (i64.const 131064))"), "results 7");
  same(with("(i64.load $a (i64.const 65529))"), "out of bounds memory access");
  same(with("(i64.load $a (i64.const -8))"), "out of bounds memory access");
  same(with("(i64.load $a offset=0xffffffffffffffff (i64.const 1))"), "out of bounds memory access");
  same(with("(i64.load $a (i64.const 0x100000000))"), "out of bounds memory access");
  same(with("(memory.copy $b $c (i32.const 0) (i64.const 131071) (i32.const 2)) (i64.const 0)"), "out of bounds memory access");
  same(with("(memory.fill $c (i64.const 0) (i32.const 3) (i64.const 131073)) (i64.const 0)"), "out of bounds memory access");
  same(with("(memory.fill $b (i32.const 5) (i32.const 3) (i32.const 60000)) (memory.copy $c $b (i64.const 70000) (i32.const 2) (i32.const 1000)) (i64.load $c (i64.const 70004))"), "results");
  same(with("(drop (memory.grow $c (i64.const 0x1000000000000))) (memory.grow $a (i64.const 1))"), "results 1");
}

TEST_CASE("exceptions, also rethrown, out of deep calls and through other functions' handlers") {
  same(R"((module (tag $a (param i32)) (tag $b)
    (func $thrower (param i32) (if (i32.eqz (local.get 0)) (then (throw $a (i32.const 11)))) (call $thrower (i32.sub (local.get 0) (i32.const 1))))
    (func $not_mine (param i32) (block $h (try_table (catch $b $h) (call $thrower (local.get 0)))))
    (func (export "run") (result i32) (block $h (result i32 exnref)
      (try_table (catch_ref $a $h) (call $not_mine (i32.const 50))) (unreachable)) (drop))))",
       "results 11");
  same(R"((module (tag $a (param i32))
    (func $again (result i32) (block $h (result i32 exnref) (try_table (catch_ref $a $h) (throw $a (i32.const 3))) (unreachable)) (throw_ref))
    (func (export "run") (result i32) (call $again)))"
       ")",
       "uncaught exception");
}

TEST_CASE("tail calls run for ever in one frame, and a trap behind them has the frames that are left") {
  same(R"((module (func $odd (param i32) (result i32) (if (result i32) (local.get 0) (then (return_call $even (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 0))))
    (func $even (param i32) (result i32) (if (result i32) (local.get 0) (then (return_call $odd (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 1))))
    (func (export "run") (result i32) (call $even (i32.const 1000000)))))",
       "results 1");
  same(R"((module (type $t (func (param i32) (result i32))) (table funcref (elem $last))
    (func $last (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
    (func $first (result i32) (return_call_indirect (type $t) (i32.const 0) (i32.const 0)))
    (func (export "run") (result i32) (i32.add (call $first) (i32.const 1)))))",
       "integer divide by zero");
}

TEST_CASE("the stack ends at the same call, whatever lies on it") {
  const std::string grow = R"((module (memory (export "memory") 1)
    (func $f (param i32 f64 i64) (result i32) (local v128 i32) (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
      (i32.add (local.get 0) (call $f (i32.add (local.get 0) (i32.const 1)) (local.get 1) (local.get 2))))
    (func (export "run") (result i32) (call $f (i32.const 0) (f64.const 1) (i64.const 2)))))";
  same(grow, "call stack exhausted", {.stack_bytes = 100'000});
  same(grow, "call stack exhausted");
  same(R"((module (type $t (func (result i32))) (table funcref (elem $f)) (func $f (type $t) (i32.add (call_indirect (type $t) (i32.const 0)) (i32.const 1))) (export "run" (func $f))))",
       "call stack exhausted");
}

TEST_CASE("fuel ends at the same instruction: in loops, calls, bulk operations, throws and tail calls") {
  const std::string_view bodies[] = {
      "(loop $l (br_if $l (i32.ne (i32.const 100000) (i32.load (i32.const 0)))))",
      "(call $f)",
      "(loop $l (memory.fill (i32.const 0) (i32.const 0) (i32.const 60000)) (br $l))",
      "(return_call $f)",
      "(loop $l (block $h (try_table (catch_all $h) (throw $t))) (br $l))",
      "(loop $l (block $a (block $b (br_table $a $b (i32.const 1)))) (br $l))",
  };
  for (const std::string_view body : bodies) {
    for (const std::uint64_t fuel : {0, 1, 7, 100, 12'345}) {
      CAPTURE(fuel);
      same("(module (memory (export \"memory\") 1) (tag $t) (func $f (export \"run\") (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1))) " + std::string(body) + "))",
           "fuel", {.fuel = fuel});
    }
  }
}

TEST_CASE("an interrupt of another thread ends tight loops, recursion, tail calls, throws and long operations soon") {
  const std::string_view bodies[] = {
      "(loop (br 0))",
      "(loop $l (br_if $l (i32.const 1)))",
      "(loop $l (br_table $l $l (i32.const 0)))",
      "(loop $l (call $nothing) (br $l))",
      "(loop $l (drop (call $deep (i32.const 500))) (br $l))",
      "(return_call $f)",
      "(loop $l (block $h (try_table (catch_all $h) (throw $t))) (br $l))",
      "(loop $l (memory.fill (i32.const 0) (i32.const 7) (i32.const 16777216)) (memory.copy (i32.const 0) (i32.const 1) (i32.const 16777215)) (br $l))",
      "(loop $l (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br_if $l (i32.ge_s (local.get 0) (i32.const -2147483648))))",
      "(loop $l (i8x16.add (v128.load (i32.const 0)) (v128.load (i32.const 16))) (drop) (br $l))",
  };
  for (const BackendKind kind : {BackendKind::interp, BackendKind::jit}) {
    if (kind == BackendKind::jit && !has_compiler()) continue;
    for (const std::string_view body : bodies) {
      CAPTURE(to_string(kind));
      CAPTURE(body);
      Store store({}, {.backend = kind});
      const auto inst = make(store, "(module (memory 256) (tag $t) (func $nothing) (func $deep (param i32) (result i32) (if (result i32) (local.get 0) (then (i32.add (i32.const 1)"
                                    " (call $deep (i32.sub (local.get 0) (i32.const 1))))) (else (i32.const 0)))) (func $f (export \"run\") (local i32) " +
                                        std::string(body) + ") (func (export \"after\") (result i32) (i32.const 5)))");
      const FuncAddr run = func(store, inst, "run");
      std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        store.interrupt();
      });
      const auto begin = std::chrono::steady_clock::now();
      CHECK(trap_code(store, run) == TrapCode::interrupted);
      CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
      other.join();
      // The store goes on.
      CHECK(value(store, func(store, inst, "after")) == 5);
    }
  }
}

TEST_CASE("a host that calls a guest that calls the host, until there is no stack left") {
  for (const BackendKind kind : {BackendKind::interp, BackendKind::jit}) {
    if (kind == BackendKind::jit && !has_compiler()) continue;
    CAPTURE(to_string(kind));
    struct Nest {
      Store* store = nullptr;
      FuncAddr f;
      std::size_t depth = 0;
    } nest;
    Store store({}, {.backend = kind});
    const auto again = [](void* context, std::uint64_t*) -> std::optional<Trap> {
      auto& n = *static_cast<Nest*>(context);
      ++n.depth;
      std::uint64_t slots[1] = {};
      auto r = n.store->invoke(n.f, slots);
      if (!r) return std::move(r).error();
      return std::nullopt;
    };
    const FuncAddr host = store.add_host_func(core::FuncType{}, again, &nest);
    const auto inst = make(store, "(module (import \"a\" \"b\" (func $h)) (func $f (export \"run\") (call $h)) (func (export \"after\") (result i32) (i32.const 5)))", {host});
    nest.store = &store;
    nest.f = func(store, inst, "run");
    CHECK(trap_code(store, nest.f) == TrapCode::call_stack_exhausted);
    CHECK(nest.depth > 50);
    CHECK(value(store, func(store, inst, "after")) == 5);
  }
}
