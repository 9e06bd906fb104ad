// Exports that are imports handed through: the host calls itself by way of an instance.
#include "runtime/components.h"
#include "wcomp/host_value.h"

using namespace wcomp;
using namespace wcomp::test;

namespace {

struct Thing {
  static constexpr const char* resource_name = "thing";
  explicit Thing(std::uint32_t i) : id(i) { ++alive; }
  ~Thing() { --alive; }
  std::uint32_t id;
  static inline int alive = 0;
};

/// Hands functions through as they are, in an instance, and in an instance that a nested component made of its own import.
constexpr std::string_view handing = R"((component
  (import "add" (func $add (param "a" u32) (param "b" u32) (result u32)))
  (import "t:t/things" (instance $things
    (export "thing" (type $thing (sub resource)))
    (export "make" (func (param "id" u32) (result (own $thing))))
    (export "id" (func (param "t" (borrow $thing)) (result u32)))
    (export "end" (func (param "t" (own $thing)) (result u32)))
    (export "many" (func (param "names" (list string)) (param "a" u64) (param "b" u64) (param "c" u64) (param "d" u64) (param "e" u64) (param "f" u64) (param "g" u64)
      (param "h" u64) (param "i" u64) (param "j" u64) (param "k" u64) (param "l" u64) (param "m" u64) (param "n" u64) (param "o" u64) (param "p" u64) (result (tuple string u64))))))
  (component $inner
    (import "f" (func $f (param "a" u32) (param "b" u32) (result u32)))
    (export "g" (func $f)))
  (instance $made (instantiate $inner (with "f" (func $add))))
  (export "sum" (func $add))
  (export "again" (instance $things))
  (export "nested" (instance $made))))";

void define_things(Linker& linker) {
  define(linker, "", "add", [](std::uint32_t a, std::uint32_t b) { return a + b; });
  linker.define_resource("t:t/things", "thing", resource_key<Thing>);
  define(linker, "t:t/things", "make", [](std::uint32_t id) {
    if (id == 0) throw std::runtime_error("no thing");
    return std::make_unique<Thing>(id);
  });
  define(linker, "t:t/things", "id", [](Thing& t) { return t.id; });
  define(linker, "t:t/things", "end", [](std::unique_ptr<Thing> t) { return t->id; });
  using u64 = std::uint64_t;
  define(linker, "t:t/things", "many",
         [](std::vector<std::string> names, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f, u64 g, u64 h, u64 i, u64 j, u64 k, u64 l, u64 m, u64 n, u64 o, u64 p) -> std::tuple<std::string, u64> {
           std::string all;
           for (const std::string& s : names) all += s;
           return {all, a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p};
         });
}

}  // namespace

TEST_CASE("functions that a component hands through are called by C++ types, wherever they are exported") {
  const Engine engine;
  const Component component = load_text(engine, handing);
  CHECK(component.functions().size() == 6);
  Linker linker(engine);
  define_things(linker);
  Instance instance = instantiate(linker, component);
  CHECK(typed<std::uint32_t(std::uint32_t, std::uint32_t)>(instance, "", "sum").call(2, 3).value() == 5);
  CHECK(typed<std::uint32_t(std::uint32_t, std::uint32_t)>(instance, "nested", "g").call(20, 3).value() == 23);
  using u64 = std::uint64_t;
  auto many = typed<std::tuple<std::string, u64>(std::vector<std::string>, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64)>(instance, "again", "many");
  const auto answer = many.call({"a", "bc", std::string(5000, 'd')}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
  REQUIRE(answer.has_value());
  CHECK(*answer == std::tuple<std::string, u64>("abc" + std::string(5000, 'd'), 136));
  CHECK_FALSE(instance.func("again", "make")->typed<std::uint32_t(std::uint32_t)>().has_value());
}

TEST_CASE("resources that a component hands through keep their owner and are lent for a call") {
  const Engine engine;
  const Component component = load_text(engine, handing);
  {
    Linker linker(engine);
    define_things(linker);
    Instance instance = instantiate(linker, component);
    auto make = typed<std::unique_ptr<Thing>(std::uint32_t)>(instance, "again", "make");
    auto id = typed<std::uint32_t(Thing&)>(instance, "again", "id");
    auto end = typed<std::uint32_t(std::unique_ptr<Thing>)>(instance, "again", "end");
    auto thing = make.call(7);
    REQUIRE(thing.has_value());
    CHECK(Thing::alive == 1);
    CHECK(id.call(**thing).value() == 7);
    CHECK(id.call(**thing).value() == 7);
    CHECK(end.call(std::move(*thing)).value() == 7);
    CHECK(Thing::alive == 0);
    CHECK(end.call(nullptr).error().code() == TrapCode::host_error);

    // The same by value.
    const auto value = instance.func("again", "make")->call({Value::u(9)});
    REQUIRE(value.has_value());
    CHECK(object_of<Thing>(**value)->id == 9);
    CHECK(instance.func("again", "id")->call({**value})->value() == Value::u(9));
    CHECK(instance.func("again", "end")->call({**value})->value() == Value::u(9));
    CHECK(object_of<Thing>(**value) == nullptr);
    CHECK(instance.func("again", "end")->call({**value}).error().code() == TrapCode::host_error);
  }
  CHECK(Thing::alive == 0);
}

TEST_CASE("a host function that fails fails the call that was handed through, and nothing else") {
  const Engine engine;
  const Component component = load_text(engine, handing);
  Linker linker(engine);
  define_things(linker);
  Instance instance = instantiate(linker, component);
  auto make = typed<std::unique_ptr<Thing>(std::uint32_t)>(instance, "again", "make");
  const auto failed = make.call(0);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().to_string().find("no thing") != std::string::npos);
  CHECK(make.call(1).has_value());
  CHECK(Thing::alive == 0);
}

TEST_CASE("host functions by value are handed through, too") {
  const Engine engine;
  const Component component = load_text(engine, R"((component (import "f" (func $f (param "l" (list string)) (result (option string)))) (export "g" (func $f))))");
  Linker linker(engine);
  linker.define_values("", "f", [](const ValueFuncType& type, std::span<Value> args) -> ValueResult {
    return std::optional(Value::case_(1, Value::string(to_string(type.params[0].type, args[0]))));
  });
  Instance instance = instantiate(linker, component);
  CHECK(typed<std::optional<std::string>(std::vector<std::string>)>(instance, "", "g").call({"x"}).value() == R"(["x"])");
  const Func g = *instance.func("", "g");
  CHECK(to_string(*g.result(), **g.call({Value::list({})})) == R"(some("[]"))");
}

TEST_CASE("a component imports what another hands through") {
  const Engine engine;
  const Component inner = load_text(engine, handing);
  const Component outer = load_text(engine, R"((component
    (import "a:a/again" (instance $i (export "thing" (type $t (sub resource))) (export "make" (func (param "id" u32) (result (own $t)))) (export "id" (func (param "t" (borrow $t)) (result u32)))))
    (alias export $i "thing" (type $t))
    (core func $make (canon lower (func $i "make"))) (core func $id (canon lower (func $i "id"))) (core func $drop (canon resource.drop $t))
    (core module $m (import "" "make" (func $make (param i32) (result i32))) (import "" "id" (func $id (param i32) (result i32))) (import "" "drop" (func $drop (param i32)))
      (func (export "run") (param i32) (result i32) (local $h i32)
        (local.set $h (call $make (local.get 0))) (call $id (local.get $h)) (call $drop (local.get $h))))
    (core instance $c (instantiate $m (with "" (instance (export "make" (func $make)) (export "id" (func $id)) (export "drop" (func $drop))))))
    (func (export "run") (param "id" u32) (result u32) (canon lift (core func $c "run")))))");
  Linker linker(engine);
  define_things(linker);
  auto shared = std::make_shared<Instance>(instantiate(linker, inner));
  Linker over(engine);
  over.define_instance("a:a", shared);
  Instance instance = instantiate(over, outer);
  CHECK(typed<std::uint32_t(std::uint32_t)>(instance, "", "run").call(12).value() == 12);
  CHECK(Thing::alive == 0);
}

TEST_CASE("an import that is handed through has to be there, with its type") {
  const Engine engine;
  const Component component = load_text(engine, R"((component (import "f" (func $f (param "a" u32))) (export "g" (func $f))))");
  Linker linker(engine);
  const auto missing = linker.instantiate(component);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().to_string().find("missing-import") != std::string::npos);
  define(linker, "", "f", [](std::string) {});
  const auto mismatch = linker.instantiate(component);
  REQUIRE_FALSE(mismatch.has_value());
  CHECK(mismatch.error().to_string().find("import-mismatch") != std::string::npos);
}
