// What a linker found for a component is used again, and never after it has changed.
#include "runtime/components.h"
#include "wcomp/module.h"
#include "wcomp/value.h"

using namespace wcomp;
using namespace wcomp::test;

namespace {

/// Exports `get`, which asks the host's `number`.
constexpr std::string_view asks = R"((component
  (import "host:api/numbers@1.2.0" (instance $host (export "number" (func (result u32)))))
  (core func $number (canon lower (func $host "number")))
  (core module $M (import "h" "number" (func $n (result i32))) (func (export "get") (result i32) (call $n)))
  (core instance $m (instantiate $M (with "h" (instance (export "number" (func $number))))))
  (func (export "get") (result u32) (canon lift (core func $m "get")))))";

std::uint32_t get(Instance& instance) {
  auto result = typed<std::uint32_t()>(instance, "", "get").call();
  if (!result) FAIL(result.error().to_string());
  return *result;
}
std::uint32_t get(const Linker& linker, const Component& component) {
  Instance instance = instantiate(linker, component);
  return get(instance);
}
std::string code(const Linker& linker, const Component& component) {
  auto made = linker.instantiate(component);
  return made ? std::string() : std::string(made.error().first().code);
}

struct First {
  static constexpr const char* resource_name = "first";
};
struct Second {
  static constexpr const char* resource_name = "second";
};

}  // namespace

TEST_CASE("each instance calls the definition that the linker has when it is made") {
  const Engine engine;
  Linker linker(engine);
  const Component component = load_text(engine, asks);
  define(linker, "host:api/numbers@1.0.0", "number", [] { return std::uint32_t{1}; });
  for (int i = 0; i < 3; ++i) CHECK(get(linker, component) == 1);
  Instance before = instantiate(linker, component);
  define(linker, "host:api/numbers@1.0.0", "number", [] { return std::uint32_t{2}; });
  for (int i = 0; i < 2; ++i) CHECK(get(linker, component) == 2);
  CHECK(get(before) == 1);
  // A version that fits better.
  define(linker, "host:api/numbers@1.2.0", "number", [] { return std::uint32_t{3}; });
  CHECK(get(linker, component) == 3);
  linker.define_values("host:api/numbers@1.2.0", "number", [n = 3u](const ValueFuncType&, std::span<Value>) mutable -> ValueResult { return Value::u(++n); });
  CHECK(get(linker, component) == 4);
  CHECK(get(linker, component) == 5);
}

TEST_CASE("what was missing, refused or of another type is looked up again when it has changed") {
  const Engine engine;
  Linker linker(engine);
  const Component component = load_text(engine, asks);
  for (int i = 0; i < 2; ++i) CHECK(code(linker, component) == "missing-import");
  linker.refuse("host:api/numbers@1.2.0", "not today");
  for (int i = 0; i < 2; ++i) {
    Instance instance = instantiate(linker, component);
    auto refused = typed<std::uint32_t()>(instance, "", "get").call();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message().starts_with("not today"));
  }
  define(linker, "host:api/numbers@1.2.0", "number", [] { return std::string("one"); });
  for (int i = 0; i < 2; ++i) CHECK(code(linker, component) == "import-mismatch");
  define(linker, "host:api/numbers@1.2.0", "number", [] { return std::uint32_t{6}; });
  CHECK(get(linker, component) == 6);
  linker.define_instance("host:api/numbers@1.3.0");
  CHECK(get(linker, component) == 6);
}

TEST_CASE("two linkers and two components of one text have nothing in common") {
  const Engine engine;
  Linker one(engine), two(engine);
  define(one, "host:api/numbers@1.2.0", "number", [] { return std::uint32_t{1}; });
  define(two, "host:api/numbers@1.2.0", "number", [] { return std::uint32_t{2}; });
  for (int i = 0; i < 3; ++i) {
    const Component component = load_text(engine, asks);  // each ends before the next one is made
    CHECK(get(one, component) == 1);
    CHECK(get(two, component) == 2);
    CHECK(get(one, component) == 1);
  }
  // More components than it remembers.
  std::vector<Component> many;
  for (int i = 0; i < 300; ++i) many.push_back(load_text(engine, asks));
  for (const Component& c : many) CHECK(get(one, c) == 1);
  CHECK(get(one, many.front()) == 1);
}

TEST_CASE("resources are those of the linker's classes, also where two imports are one class, and the class may change") {
  const Engine engine;
  Linker linker(engine);
  const Component component = load_text(engine, R"((component
    (import "host:api/a" (instance $a (export "t" (type $t (sub resource))) (export "make" (func (result (own $t))))))
    (alias export $a "t" (type $t))
    (import "host:api/b" (instance $b (export "t" (type $t2 (sub resource))) (export "take" (func (param "x" (own $t2))))))
    (core func $make (canon lower (func $a "make")))
    (core func $take (canon lower (func $b "take")))
    (core module $M (import "h" "make" (func $make (result i32))) (import "h" "take" (func $take (param i32)))
      (func (export "get") (result i32) (call $take (call $make)) (i32.const 1)))
    (core instance $m (instantiate $M (with "h" (instance (export "make" (func $make)) (export "take" (func $take))))))
    (func (export "get") (result u32) (canon lift (core func $m "get")))))");
  int taken = 0;
  linker.define_resource("host:api/a", "t", resource_key<First>);
  define(linker, "host:api/a", "make", [] { return std::make_unique<First>(); });
  linker.define_resource("host:api/b", "t", resource_key<First>);
  define(linker, "host:api/b", "take", [&taken](std::unique_ptr<First>) { ++taken; });
  for (int i = 0; i < 3; ++i) CHECK(get(linker, component) == 1);
  CHECK(taken == 3);
  // Another class under the second name: handles of the first are not its own.
  linker.define_resource("host:api/b", "t", resource_key<Second>);
  CHECK(code(linker, component) == "import-mismatch");
  define(linker, "host:api/b", "take", [&taken](std::unique_ptr<Second>) { ++taken; });
  for (int i = 0; i < 2; ++i) {
    Instance instance = instantiate(linker, component);
    auto refused = typed<std::uint32_t()>(instance, "", "get").call();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == TrapCode::handle_wrong_type);
  }
  CHECK(taken == 3);
}

TEST_CASE("a component with parts is planned once for a linker, and again when a part has changed") {
  const Engine engine;
  Linker linker(engine);
  const Component component = load_text(engine, R"((component
    (import "lib:parts/all" (instance $parts (export "m" (core module (export "get" (func (result i32)))))))
    (alias export $parts "m" (core module $M))
    (core instance $m (instantiate $M))
    (func (export "get") (result u32) (canon lift (core func $m "get")))))");
  const auto module = [&](std::string_view number) {
    const std::string text = "(module (func (export \"get\") (result i32) (i32.const " + std::string(number) + ")))";
    auto made = Module::from_bytes(engine, bytes(text), "m.wat");
    REQUIRE(made);
    return *std::move(made);
  };
  CHECK(code(linker, component) == "missing-import");
  linker.define_module("lib:parts/all", "m", module("10"));
  for (int i = 0; i < 3; ++i) CHECK(get(linker, component) == 10);
  linker.define_module("lib:parts/all", "m", module("20"));
  for (int i = 0; i < 3; ++i) CHECK(get(linker, component) == 20);
}

TEST_CASE("an instance that trapped is not entered again, and the next one is as new") {
  const Engine engine;
  const Linker linker(engine);
  const Component component = load_text(engine, R"((component
    (core module $M (memory 1) (global $n (mut i32) (i32.const 1)) (data (i32.const 0) "\05")
      (func (export "get") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (i32.store8 (i32.const 0) (i32.add (i32.load8_u (i32.const 0)) (i32.const 1)))
        (i32.store8 (i32.const 60000) (i32.add (i32.load8_u (i32.const 60000)) (i32.const 1)))
        (if (i32.gt_u (global.get $n) (i32.const 3)) (then (unreachable)))
        (i32.add (i32.load8_u (i32.const 60000)) (i32.add (global.get $n) (i32.load8_u (i32.const 0))))))
    (core instance $m (instantiate $M))
    (func (export "get") (result u32) (canon lift (core func $m "get")))))");
  for (int round = 0; round < 5; ++round) {
    Instance instance = instantiate(linker, component);
    CHECK(get(instance) == 9);
    CHECK(get(instance) == 12);
    auto f = typed<std::uint32_t()>(instance, "", "get");
    auto trapped = f.call();
    REQUIRE_FALSE(trapped);
    CHECK(trapped.error().code() == TrapCode::unreachable);
    auto again = f.call();
    REQUIRE_FALSE(again);
    CHECK(again.error().code() == TrapCode::instance_poisoned);
  }
}
