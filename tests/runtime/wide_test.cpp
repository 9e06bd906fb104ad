// Guests with 64-bit memories, called by a host and calling it, by C++ types and by value.
#include "runtime/components.h"
#include "wcomp/host_value.h"

using namespace wcomp;
using namespace wcomp::test;

namespace {

Engine wide_engine() {
  auto engine = Engine::create({.wasm_features = "cm64"});
  REQUIRE(engine.has_value());
  return *std::move(engine);
}

/// Imports `shout: func(words: list<string>, n: u32) -> tuple<string, list<u64>>` and exports it again as `call`; `poke` stores two words at an
/// address and hands them to `shout` as the list.
constexpr std::string_view shouting = R"((component
  (type $f (func (param "words" (list string)) (param "n" u32) (result (tuple string (list u64)))))
  (import "shout" (func $shout (type $f)))
  (core module $libc (memory (export "memory") i64 2) (global $next (mut i64) (i64.const 1024))
    (func (export "realloc") (param i64 i64 i64 i64) (result i64) (local $at i64)
      (local.set $at (i64.and (i64.add (global.get $next) (i64.const 7)) (i64.const -8)))
      (global.set $next (i64.add (local.get $at) (local.get 3))) (local.get $at)))
  (core instance $libc (instantiate $libc))
  (core func $lowered (canon lower (func $shout) (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core module $m
    (import "" "f" (func $f (param i64 i64 i32 i64)))
    (import "libc" "memory" (memory i64 1))
    (global $posts (mut i32) (i32.const 0))
    (func (export "call") (param i64 i64 i32) (result i64) (call $f (local.get 0) (local.get 1) (local.get 2) (i64.const 64)) (i64.const 64))
    (func (export "post") (param i64) (if (i64.ne (local.get 0) (i64.const 64)) (then (unreachable))) (global.set $posts (i32.add (global.get $posts) (i32.const 1))))
    (func (export "posts") (result i32) (global.get $posts))
    (func (export "poke") (param $ptr i64) (param $length i64) (param $out i64)
      (call $f (local.get $ptr) (local.get $length) (i32.const 0) (local.get $out))))
  (core instance $i (instantiate $m (with "" (instance (export "f" (func $lowered)))) (with "libc" (instance $libc))))
  (func (export "call") (type $f) (canon lift (core func $i "call") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")) (post-return (core func $i "post"))))
  (func (export "posts") (result u32) (canon lift (core func $i "posts")))
  (func (export "poke") (param "ptr" u64) (param "length" u64) (param "out" u64) (canon lift (core func $i "poke")))))";

using Shouted = std::tuple<std::string, std::vector<std::uint64_t>>;

void define_shout(Linker& linker) {
  define(linker, "", "shout", [](std::vector<std::string> words, std::uint32_t n) -> Shouted {
    std::string text;
    for (const std::string& w : words) text += w + "!";
    return {text, std::vector<std::uint64_t>(n, std::uint64_t{1} << 40)};
  });
}

struct Thing {
  static constexpr const char* resource_name = "thing";
  int id;
};

}  // namespace

TEST_CASE("a typed call goes into a guest with a 64-bit memory, from it to a typed host function, and back") {
  const Engine engine = wide_engine();
  const Component component = load_text(engine, shouting);
  Linker linker(engine);
  define_shout(linker);
  Instance instance = instantiate(linker, component);
  auto call = typed<Shouted(std::vector<std::string>, std::uint32_t)>(instance, "", "call");
  for (const std::uint32_t n : {0u, 3u, 2000u}) {
    auto answer = call.call({"a", "", "Zo\xc3\xab"}, n);
    if (!answer) FAIL(answer.error().to_string());
    CHECK(*answer == Shouted{"a!!Zo\xc3\xab!", std::vector<std::uint64_t>(n, std::uint64_t{1} << 40)});
  }
  CHECK(typed<std::uint32_t()>(instance, "", "posts").call().value() == 3);
  // A result that is viewed stays where it is until it has been used.
  auto view = typed<std::tuple<std::string_view, std::span<const std::uint64_t>>(std::vector<std::string>, std::uint32_t)>(instance, "", "call");
  const auto size = view.view([](const auto& v) { return std::get<0>(v).size() + std::get<1>(v).size(); }, {"ab"}, 5);
  CHECK(size.value() == 8);
}

TEST_CASE("calls by value and host functions by value see the memory of 64 bits as it is") {
  const Engine engine = wide_engine();
  const Component component = load_text(engine, shouting);
  Linker linker(engine);
  std::string seen;
  linker.define_values("", "shout", [&](const ValueFuncType& type, std::span<Value> args) -> ValueResult {
    seen = to_string(type.params[0].type, args[0]);
    return std::optional(Value::list({Value::string("ok"), Value::list({Value::u(7)})}));
  });
  Instance instance = instantiate(linker, component);
  const Func func = *instance.func("", "call");
  const auto answer = func.call({Value::list({Value::string("x"), Value::string("y")}), Value::u(1)});
  if (!answer) FAIL(answer.error().to_string());
  CHECK(seen == R"(["x", "y"])");
  CHECK(to_string(*func.result(), **answer) == R"(("ok", [7]))");
}

TEST_CASE("what a guest passes in a 64-bit memory is checked with all its bits") {
  const Engine engine = wide_engine();
  const Component component = load_text(engine, shouting);
  const auto poke = [&](std::uint64_t ptr, std::uint64_t length, std::uint64_t out) -> std::optional<TrapCode> {
    Linker linker(engine);
    define_shout(linker);
    Instance instance = instantiate(linker, component);
    const auto done = typed<void(std::uint64_t, std::uint64_t, std::uint64_t)>(instance, "", "poke").call(ptr, length, out);
    return done ? std::nullopt : std::optional(done.error().code());
  };
  constexpr std::uint64_t high = std::uint64_t{1} << 32, end = 2 * 65536;
  CHECK(poke(0, 0, 64) == std::nullopt);
  CHECK(poke(0, 2, 64) == std::nullopt);
  CHECK(poke(end - 16, 1, end - 32) == std::nullopt);
  CHECK(poke(high, 1, 64) == TrapCode::pointer_out_of_bounds);
  CHECK(poke(end - 8, 1, 64) == TrapCode::pointer_out_of_bounds);
  CHECK(poke(4, 1, 64) == TrapCode::unaligned_pointer);
  CHECK(poke(0, high, 64) == TrapCode::list_too_long);
  CHECK(poke(0, (std::uint64_t{1} << 60) + 1, 64) == TrapCode::list_too_long);  // 16 bytes if the product wrapped
  CHECK(poke(0, 1, high + 64) == TrapCode::pointer_out_of_bounds);
  CHECK(poke(0, 1, end - 24) == TrapCode::pointer_out_of_bounds);
  CHECK(poke(0, 1, 68) == TrapCode::unaligned_pointer);
}

TEST_CASE("handles go through a 64-bit memory as numbers") {
  const Engine engine = wide_engine();
  const Component component = load_text(engine, R"((component
    (import "i" (instance $i (export "thing" (type $t (sub resource))) (type $own (own $t)) (type $l (list $own))
      (export "make" (func (param "n" u32) (result $l))) (export "sum" (func (param "l" $l) (result u32)))))
    (alias export $i "thing" (type $t))
    (core module $libc (memory (export "memory") i64 1) (global $next (mut i64) (i64.const 1024))
      (func (export "realloc") (param i64 i64 i64 i64) (result i64) (local $at i64)
        (local.set $at (global.get $next)) (global.set $next (i64.add (local.get $at) (local.get 3))) (local.get $at)))
    (core instance $libc (instantiate $libc))
    (core func $make (canon lower (func $i "make") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core func $sum (canon lower (func $i "sum") (memory (core memory $libc "memory"))))
    (core module $m (import "" "make" (func $make (param i32 i64))) (import "" "sum" (func $sum (param i64 i64) (result i32))) (import "libc" "memory" (memory i64 1))
      (func (export "run") (param i32) (result i32)
        (call $make (local.get 0) (i64.const 16)) (call $sum (i64.load (i64.const 16)) (i64.load (i64.const 24)))))
    (core instance $c (instantiate $m (with "" (instance (export "make" (func $make)) (export "sum" (func $sum)))) (with "libc" (instance $libc))))
    (func (export "run") (param "n" u32) (result u32) (canon lift (core func $c "run")))))");
  Linker linker(engine);
  linker.define_resource("i", "thing", resource_key<Thing>);
  define(linker, "i", "make", [](std::uint32_t n) {
    std::vector<std::unique_ptr<Thing>> out;
    for (std::uint32_t i = 1; i <= n; ++i) out.push_back(std::make_unique<Thing>(Thing{static_cast<int>(i)}));
    return out;
  });
  define(linker, "i", "sum", [](std::vector<std::unique_ptr<Thing>> things) {
    std::uint32_t sum = 0;
    for (const auto& t : things) sum += static_cast<std::uint32_t>(t->id);
    return sum;
  });
  Instance instance = instantiate(linker, component);
  CHECK(typed<std::uint32_t(std::uint32_t)>(instance, "", "run").call(5).value() == 15);
}

TEST_CASE("a memory of 64 bits is refused where the feature is off") {
  const auto refused = Component::from_bytes(Engine(), bytes(shouting), "wide.wat");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().to_string().find("cm64") != std::string::npos);
}
