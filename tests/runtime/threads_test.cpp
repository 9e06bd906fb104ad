// Engines, components and finished linkers are shared between threads; instances belong to one thread at a time. The same program is built
// once more with the thread sanitizer (cmake/suites/threads.cmake).
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "wcomp/abi.h"
#include "wcomp/module.h"
#include "wcomp/value.h"

using namespace wcomp;

namespace {

constexpr int thread_count = 6;

/// Runs `body(i)` on several threads at once, all started before the first one begins.
template <class Body>
void on_threads(Body body) {
  std::atomic<int> waiting{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&, i] {
      ++waiting;
      while (waiting < thread_count) std::this_thread::yield();
      body(i);
    });
  }
  for (std::thread& t : threads) t.join();
}

/// Two components, one of which calls the other with strings; imports `host:api/log` with a function and a resource. Exports:
///   greet(name: string) -> string    through the adapter between the two
///   note(n: u32) -> u32              by the host
///   grow() -> u32                    a page more of memory
///   touch(at: u32) -> u32            loads; out of bounds traps
///   spin()                           never ends
///   hold() -> u32                    keeps one more of the host's resources
constexpr std::string_view text = R"((component
  (import "host:api/log@1.0.0" (instance $log
    (export "note" (func (param "n" u32) (result u32)))
    (export "token" (type $token (sub resource)))
    (export "make" (func (result (own $token))))))
  (component $inner
    (core module $m
      (memory (export "memory") 1)
      (global $next (mut i32) (i32.const 1024))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
        (global.set $next (i32.add (local.get $at) (local.get 3)))
        (if (i32.gt_u (global.get $next) (i32.const 60000)) (then (global.set $next (i32.const 1024))))
        (local.get $at))
      (func (export "echo") (param i32 i32) (result i32)
        (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16)))
    (core instance $i (instantiate $m))
    (func (export "echo") (param "name" string) (result string)
      (canon lift (core func $i "echo") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
  (instance $inner (instantiate $inner))
  (core module $libc
    (memory (export "memory") 1 64)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get $at) (local.get 3)))
      (if (i32.gt_u (global.get $next) (i32.const 60000)) (then (global.set $next (i32.const 1024))))
      (local.get $at)))
  (core instance $libc (instantiate $libc))
  (core func $echo (canon lower (func $inner "echo") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $note (canon lower (func $log "note")))
  (core func $make (canon lower (func $log "make")))
  (core module $m
    (import "libc" "memory" (memory 1))
    (import "host" "echo" (func $echo (param i32 i32 i32)))
    (import "host" "note" (func $note (param i32) (result i32)))
    (import "host" "make" (func $make (result i32)))
    (func (export "greet") (param i32 i32) (result i32) (call $echo (local.get 0) (local.get 1) (i32.const 32)) (i32.const 32))
    (func (export "note") (param i32) (result i32) (call $note (local.get 0)))
    (func (export "grow") (result i32) (drop (memory.grow (i32.const 1))) (memory.size))
    (func (export "touch") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "spin") (loop (br 0)))
    (func (export "hold") (result i32) (call $make)))
  (core instance $i (instantiate $m (with "libc" (instance $libc))
    (with "host" (instance (export "echo" (func $echo)) (export "note" (func $note)) (export "make" (func $make))))))
  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $i "greet") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (func (export "note") (param "n" u32) (result u32) (canon lift (core func $i "note")))
  (func (export "grow") (result u32) (canon lift (core func $i "grow")))
  (func (export "touch") (param "at" u32) (result u32) (canon lift (core func $i "touch")))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "hold") (result u32) (canon lift (core func $i "hold"))))
)";

struct Token {
  static constexpr const char* resource_name = "token";
  std::atomic<int>* alive;
  explicit Token(std::atomic<int>& count) : alive(&count) { ++*alive; }
  ~Token() { --*alive; }
};

template <class T>
T must(Result<T> r) {
  if (!r) FAIL(r.error().to_string());
  return *std::move(r);
}

Component load(const Engine& engine) { return must(Component::from_bytes(engine, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "threads.wat")); }

Linker linker_of(const Engine& engine, std::atomic<int>& alive) {
  Linker linker(engine);
  define(linker, "host:api/log@1.0.0", "note", [](std::uint32_t n) { return n + 1; });
  linker.define_resource("host:api/log@1.0.0", "token", resource_key<Token>);
  define(linker, "host:api/log@1.0.0", "make", [&alive] { return std::make_unique<Token>(alive); });
  linker.set_limits({.max_memory_bytes = 16 << 20});
  return linker;
}

template <class Signature>
TypedFunc<Signature> typed(Instance& instance, std::string_view name) {
  return must(must(instance.func("", name)).template typed<Signature>());
}

/// Everything that an instance can do, once; the number of things that were not as they should be.
int use(Instance& instance, int i) {
  int wrong = 0;
  const std::string name = "thread " + std::to_string(i);
  const auto greeting = typed<std::string(std::string_view)>(instance, "greet").call(name);
  wrong += !greeting || *greeting != name;
  const auto noted = typed<std::uint32_t(std::uint32_t)>(instance, "note").call(static_cast<std::uint32_t>(i));
  wrong += !noted || *noted != static_cast<std::uint32_t>(i) + 1;
  const auto pages = typed<std::uint32_t()>(instance, "grow").call();
  wrong += !pages || *pages < 2;
  const auto held = typed<std::uint32_t()>(instance, "hold").call();
  wrong += !held;
  auto func = instance.func("", "greet");
  const auto args = func->parse_args("(\"wave\")");
  const auto answer = func->call(*args);
  wrong += !answer || to_string(*func->result(), **answer) != "\"wave\"";
  return wrong;
}

}  // namespace

TEST_CASE("threads instantiate one component with one linker, and each calls its own instances") {
  const Engine engine;
  const Component component = load(engine);
  std::atomic<int> alive{0}, wrong{0};
  {
    const Linker linker = linker_of(engine, alive);
    on_threads([&](int i) {
      for (int round = 0; round < 10; ++round) {
        auto instance = linker.instantiate(component);
        if (!instance) {
          ++wrong;
          continue;
        }
        for (int call = 0; call < 3; ++call) wrong += use(*instance, i);
      }
    });
  }
  CHECK(wrong == 0);
  CHECK(alive == 0);
}

TEST_CASE("threads load components and modules with one engine") {
  const Engine engine;
  std::atomic<int> alive{0}, wrong{0};
  on_threads([&](int i) {
    const Component component = load(engine);
    const Linker linker = linker_of(engine, alive);
    auto instance = linker.instantiate(component);
    wrong += !instance || use(*instance, i) != 0;
    constexpr std::string_view wat = R"((module (memory 1) (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)))";
    const auto module = Module::from_bytes(engine, {reinterpret_cast<const std::uint8_t*>(wat.data()), wat.size()}, "m.wat");
    auto made = ModuleLinker(engine).instantiate(*module);
    const CoreValue args[] = {std::int32_t{i}, std::int32_t{2}};
    const auto sum = made->func("add")->call(args);
    wrong += !sum || std::get<std::int32_t>(sum->front()) != i + 2;
  });
  CHECK(wrong == 0);
  CHECK(alive == 0);
}

TEST_CASE("guests that trap on one thread do not disturb those of another") {
  const Engine engine;
  const Component component = load(engine);
  std::atomic<int> alive{0}, wrong{0};
  const Linker linker = linker_of(engine, alive);
  on_threads([&](int i) {
    for (int round = 0; round < 10; ++round) {
      auto instance = linker.instantiate(component);
      wrong += !instance || use(*instance, i) != 0;
      if (i % 2 != 0) continue;
      const auto touched = typed<std::uint32_t(std::uint32_t)>(*instance, "touch").call(0x7fff'0000);
      wrong += touched.has_value() || touched.error().code() != TrapCode::out_of_bounds_memory_access;
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("instances on many threads begin with the image of their module's data, after others that trapped, too") {
  // More data than is copied; `sum` reads all of it, `spoil` writes all over it and beyond, and traps if it is told to.
  const std::string image = "(component (core module $m (memory 3) (data (i32.const 100) \"" + std::string(96 * 1024, 'a') + R"(")
    (func (export "sum") (result i32) (local $at i32) (local $sum i32)
      (loop
        (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
        (br_if 0 (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 512))) (i32.const 196608))))
      (local.get $sum))
    (func (export "spoil") (param i32) (local $at i32)
      (loop
        (i32.store8 (local.get $at) (i32.const 7))
        (br_if 0 (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 2048))) (local.get 0))))))
    (core instance $i (instantiate $m))
    (func (export "sum") (result u32) (canon lift (core func $i "sum")))
    (func (export "spoil") (param "to" u32) (canon lift (core func $i "spoil")))))";
  const Engine engine;
  std::atomic<int> wrong{0};
  for (int round = 0; round < 2; ++round) {  // images end with their component, and the pool goes on
    const Component component = must(Component::from_bytes(engine, {reinterpret_cast<const std::uint8_t*>(image.data()), image.size()}, "image.wat"));
    const Linker linker(engine);
    constexpr std::uint32_t expected = 'a' * 96 * 1024 / 512;
    on_threads([&](int i) {
      for (int n = 0; n < 12; ++n) {
        auto instance = linker.instantiate(component);
        const auto sum = typed<std::uint32_t()>(*instance, "sum").call();
        wrong += !sum || *sum != expected;
        const bool traps = (i + n) % 3 == 0;
        wrong += typed<void(std::uint32_t)>(*instance, "spoil").call(traps ? 200'000u : 20'000u * static_cast<std::uint32_t>(n % 10)).has_value() == traps;
      }
    });
  }
  CHECK(wrong == 0);
}

TEST_CASE("an instance is made, called and ended on three threads, one after the other") {
  const Engine engine;
  const Component component = load(engine);
  std::atomic<int> alive{0};
  int wrong = 0;
  const Linker linker = linker_of(engine, alive);
  std::optional<Instance> instance;
  std::thread([&] { instance = must(linker.instantiate(component)); }).join();
  std::thread([&] { wrong += use(*instance, 1); }).join();
  std::thread([&] {
    wrong += typed<std::uint32_t(std::uint32_t)>(*instance, "touch").call(0x7fff'0000).has_value();
    instance.reset();
  }).join();
  CHECK(wrong == 0);
  CHECK(alive == 0);
}

TEST_CASE("each of several guests that never end is interrupted from another thread") {
  const Engine engine;
  const Component component = load(engine);
  std::atomic<int> alive{0}, wrong{0};
  const Linker linker = linker_of(engine, alive);
  on_threads([&](int) {
    Instance instance = must(linker.instantiate(component));
    const auto spin = typed<void()>(instance, "spin");
    std::thread stopper([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      instance.interrupt();
    });
    const auto ended = spin.call();
    stopper.join();
    wrong += ended.has_value() || ended.error().code() != TrapCode::interrupted;
  });
  CHECK(wrong == 0);
}

TEST_CASE("types of a component are read and outlive it on any thread") {
  std::vector<Type> types;
  {
    const Engine engine;
    std::atomic<int> alive{0};
    Instance instance = must(linker_of(engine, alive).instantiate(load(engine)));
    for (const char* name : {"greet", "note"}) types.push_back(must(instance.func("", name)).params().front().type);
  }
  std::atomic<int> wrong{0};
  on_threads([&](int) {
    const std::vector<Type> mine = types;
    wrong += mine[0].to_string() != "string" || mine[1].to_string() != "u32";
    wrong += !Value::parse(mine[1], "7").has_value();
  });
  CHECK(wrong == 0);
}
