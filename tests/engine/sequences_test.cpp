// Instructions that share a handler, and code that is there twice.
#include <fmt/format.h>

#include "core/expr_reader.h"
#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

/// Offsets in the module of the loads and stores of its first function.
std::vector<std::uint64_t> accesses(const core::Module& module) {
  std::vector<std::uint64_t> out;
  core::ExprReader in(module.funcs[0].body);
  while (!in.at_end()) {
    const core::Instr& i = in.take();
    if (i.row->immediate == core::Immediate::mem_arg) out.push_back(i.offset);
  }
  return out;
}

/// A function whose parameters are the addresses of its accesses.
std::string module_of(std::size_t params, const std::string& body) {
  std::string list;
  for (std::size_t i = 0; i < params; ++i) list += " i32";
  return "(module (memory 1) (func (export \"f\") (param" + list + ") (local $x i32) (local $y i32) (local $d f64) (local $e f64)\n" + body + "))";
}

}  // namespace

TEST_CASE("the trap of any of several accesses in a row has the place of just that one") {
  const std::string bodies[] = {
      "(local.set $x (i32.load8_u (local.get 0))) (local.set $y (i32.load8_u (local.get 1))) (local.set $x (i32.load8_u (local.get 2)))"
      "(local.set $y (i32.load8_u (local.get 3)))",
      "(i32.store (local.get 0) (local.get $x)) (i32.store (local.get 1) (local.get $y)) (i32.store (local.get 2) (local.get $x))"
      "(i32.store (local.get 3) (local.get $x))",
      "(f64.store (local.get 2) (f64.add (f64.load (local.get 0)) (f64.mul (local.get $d) (f64.load (local.get 1)))))"
      "(f64.store (local.get 5) (f64.add (f64.load (local.get 3)) (f64.mul (local.get $d) (f64.load (local.get 4)))))",
      "(local.set $x (i32.load (local.get 0))) (local.set $y (i32.add (local.get $x) (i32.const 4))) (i32.store (local.get 1) (local.get $y))"
      "(local.set $y (i32.load (local.get 2))) (i32.store (local.get 3) (i32.add (i32.load (local.get 4)) (i32.const 1)))",
      "(local.set $x (i32.add (i32.add (local.get $x) (i32.load (local.get 0))) (i32.load (local.get 1))))"
      "(local.set $x (i32.xor (i32.load8_u (i32.add (local.get 2) (i32.const 1))) (i32.and (local.get $x) (i32.const 255))))"
      "(if (i32.eq (i32.load8_u (local.get 3)) (i32.const 32)) (then (unreachable)))",
  };
  for (const std::string& body : bodies) {
    CAPTURE(body);
    std::size_t params = 0;
    for (char c : body) params = std::max(params, c >= '0' && c <= '9' && body.find(fmt::format("(local.get {})", c)) != body.npos ? std::size_t(c - '0' + 1) : 0);
    for (bool is_explicit : {false, true}) {
      Store store({}, {.explicit_bounds = is_explicit});
      core::ValidModule module = valid(module_of(params, body));
      const std::vector<std::uint64_t> places = accesses(*module);
      REQUIRE(places.size() == params);
      auto inst = store.instantiate(module, {});
      REQUIRE(inst);
      REQUIRE(*inst);
      FuncAddr f = func(store, **inst, "f");
      // Accesses in the order of the code; which parameter is the address of which shows in the trap.
      std::vector<bool> is_hit(params, false);
      for (std::size_t bad = 0; bad < params; ++bad) {
        std::vector<std::uint64_t> args(params);
        for (std::size_t i = 0; i < params; ++i) args[i] = i == bad ? 0x10000 : 8 * i;
        auto r = store.invoke(f, args);
        REQUIRE_FALSE(r);
        CHECK(r.error().code() == TrapCode::out_of_bounds_memory_access);
        REQUIRE(r.error().backtrace().size() == 1);
        const auto at = std::find(places.begin(), places.end(), r.error().backtrace()[0].offset);
        REQUIRE(at != places.end());
        is_hit[static_cast<std::size_t>(at - places.begin())] = true;
      }
      CHECK(std::find(is_hit.begin(), is_hit.end(), false) == is_hit.end());
      std::vector<std::uint64_t> args(params);
      CHECK(store.invoke(f, args));
    }
  }
}

TEST_CASE("a loop that begins with a switch is the same whichever case jumps back to it") {
  // A machine of four instructions: x += 3, x *= 2, back to the first until n is 0, stop.
  const char* text = R"((module (memory 1) (data (i32.const 0) "\00\01\00\02\03")
    (func (export "f") (param $n i32) (result i32) (local $pc i32) (local $x i32)
      (loop $next
        (block $stop (block $back (block $double (block $add
          (br_table $add $double $back $stop (i32.load8_u (local.get $pc)) (local.set $pc (i32.add (local.get $pc) (i32.const 1)))))
          (local.set $x (i32.add (local.get $x) (i32.const 3))) (br $next))
          (local.set $x (i32.mul (local.get $x) (i32.const 2))) (br $next))
          (if (local.tee $n (i32.sub (local.get $n) (i32.const 1))) (then (local.set $pc (i32.const 0))))
          (br $next)))
      (local.get $x))))";
  for (bool is_metered : {false, true}) {
    StoreLimits limits;
    if (is_metered) limits.fuel = 1'000'000;
    Store store(limits);
    auto inst = make(store, std::string(text));
    std::uint32_t want = 0;
    for (int i = 0; i < 5; ++i) want = (want + 3) * 2 + 3;
    CHECK(value(store, func(store, inst, "f"), {5}) == want);
  }
}

TEST_CASE("a function that calls itself, and one that is called before it has been translated") {
  Store store;
  auto inst = make(store, std::string(R"((module
    (func $count (param i32) (result i32)
      (if (result i32) (local.get 0) (then (i32.add (call $count (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))) (else (i32.const 0))))
    (func (export "f") (param i32) (result i32) (i32.add (call $later (local.get 0)) (i32.add (call $later (i32.const 5)) (call $count (local.get 0)))))
    (func $later (param i32) (result i32) (i32.mul (local.get 0) (call $count (i32.const 2))))))"));
  for (int i = 0; i < 3; ++i) CHECK(value(store, func(store, inst, "f"), {4}) == 8 + 10 + 4);
}
