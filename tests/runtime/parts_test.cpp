// Core modules, components and instances as imports and exports; error contexts; calls of an instance by itself; lockdown.
#include "runtime/components.h"
#include "wcomp/module.h"
#include "wcomp/value.h"

using namespace wcomp;
using namespace wcomp::test;

namespace {

std::uint32_t answer(Instance& instance, std::string_view interface, std::string_view name) {
  auto result = typed<std::uint32_t()>(instance, interface, name).call();
  if (!result) FAIL(result.error().to_string());
  return *result;
}

constexpr std::string_view counter_module = R"((module (global $n (mut i32) (i32.const 40)) (func (export "next") (result i32)
  (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))))";

constexpr std::string_view counter_component = R"((component
  (core module $M (func (export "next") (result i32) (i32.const 7)))
  (core instance $m (instantiate $M))
  (func (export "next") (result u32) (canon lift (core func $m "next")))))";

constexpr std::string_view imports_module = R"((component
  (import "lib:parts/all" (instance $parts (export "counter" (core module (export "next" (func (result i32)))))))
  (alias export $parts "counter" (core module $M))
  (core instance $a (instantiate $M))
  (core instance $b (instantiate $M))
  (func (export "a") (result u32) (canon lift (core func $a "next")))
  (func (export "b") (result u32) (canon lift (core func $b "next")))))";

constexpr std::string_view imports_component = R"((component
  (import "counter" (component $C (export "next" (func (result u32)))))
  (instance $c (instantiate $C))
  (export "next" (func $c "next"))))";

std::string first_error(const Result<Instance>& made) {
  REQUIRE_FALSE(made.has_value());
  return std::string(made.error().first().code);
}

}  // namespace

TEST_CASE("a core module that the host gives is instantiated as often as the component asks") {
  const Engine engine;
  Linker linker(engine);
  linker.define_module("lib:parts/all", "counter", load_module(engine, counter_module));
  Instance instance = instantiate(linker, load_text(engine, imports_module));
  CHECK(answer(instance, "", "a") == 41);
  CHECK(answer(instance, "", "a") == 42);
  CHECK(answer(instance, "", "b") == 41);
}

TEST_CASE("a component that the host gives is instantiated inside") {
  const Engine engine;
  Linker linker(engine);
  linker.define_component("", "counter", load_text(engine, counter_component));
  Instance instance = instantiate(linker, load_text(engine, imports_component));
  CHECK(answer(instance, "", "next") == 7);
}

TEST_CASE("parts are put in once for many instances") {
  const Engine engine;
  Linker linker(engine);
  linker.define_module("lib:parts/all", "counter", load_module(engine, counter_module));
  const Component whole = load_text(engine, imports_module);
  auto linked = linker.link(whole);
  REQUIRE(linked.has_value());
  CHECK(linked->imports() == whole.imports());
  Instance one = instantiate(Linker(engine), *linked);
  Instance two = instantiate(Linker(engine), *linked);
  CHECK(answer(one, "", "a") == 41);
  CHECK(answer(two, "", "a") == 41);
}

TEST_CASE("parts that are missing or of another type are named") {
  const Engine engine;
  Linker linker(engine);
  const Component whole = load_text(engine, imports_module);
  auto missing = linker.instantiate(whole);
  CHECK(first_error(missing) == "missing-import");
  CHECK(missing.error().to_string().find("core module `lib:parts/all` `counter`") != std::string::npos);
  linker.define_module("lib:parts/all", "counter", load_module(engine, "(module (func (export \"next\") (result i64) (i64.const 1)))"));
  auto wrong = linker.instantiate(whole);
  CHECK(first_error(wrong) == "import-mismatch");
  CHECK(wrong.error().to_string().find("export `next`") != std::string::npos);
  Linker other(engine);
  other.define_component("", "counter", load_text(engine, "(component)"));
  auto wrong_component = other.instantiate(load_text(engine, imports_component));
  CHECK(first_error(wrong_component) == "import-mismatch");
}

TEST_CASE("exported modules and components are taken out and used again, with what they refer to outside of themselves") {
  const Engine engine;
  Instance instance = instantiate(Linker(engine), load_text(engine, R"((component
    (core module $M (func (export "next") (result i32) (i32.const 9)))
    (component $C
      (alias outer 1 $M (core module $N))
      (core instance $m (instantiate $N))
      (func (export "next") (result u32) (canon lift (core func $m "next"))))
    (instance $i (export "module" (core module $M)))
    (export "parts" (instance $i))
    (export "component" (component $C))))"));
  auto exported = instance.module("parts", "module");
  REQUIRE(exported.has_value());
  CHECK(exported->exports().size() == 1);
  auto inner = instance.component("", "component");
  if (!inner) FAIL(inner.error().to_string());
  Instance alone = instantiate(Linker(engine), *inner);
  CHECK(answer(alone, "", "next") == 9);
  Linker linker(engine);
  linker.define_component("", "counter", *inner);
  Instance used = instantiate(linker, load_text(engine, imports_component));
  CHECK(answer(used, "", "next") == 9);
  CHECK_FALSE(instance.module("parts", "other").has_value());
  CHECK_FALSE(instance.component("parts", "component").has_value());
}

TEST_CASE("an instance is an import of another, with its resources") {
  const Engine engine;
  const auto maker = std::make_shared<Instance>(instantiate(Linker(engine), load_text(engine, R"((component
    (core module $D (global $dropped (export "dropped") (mut i32) (i32.const 0)) (func (export "dtor") (param i32) (global.set $dropped (local.get 0))))
    (core instance $d (instantiate $D))
    (type $r' (resource (rep i32) (dtor (core func $d "dtor"))))
    (export $r "thing" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $M (import "" "new" (func $new (param i32) (result i32))) (import "" "dropped" (global $dropped (mut i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "rep") (param i32) (result i32) (local.get 0))
      (func (export "dropped") (result i32) (global.get $dropped)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new)) (export "dropped" (global $d "dropped"))))))
    (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $m "make")))
    (func (export "rep") (param "self" (borrow $r)) (result u32) (canon lift (core func $m "rep")))
    (func (export "dropped") (result u32) (canon lift (core func $m "dropped")))))")));
  constexpr std::string_view user = R"((component
    (import "maker" (instance $i (export "thing" (type $r (sub resource)))
      (export "make" (func (param "rep" u32) (result (own $r)))) (export "rep" (func (param "self" (borrow $r)) (result u32)))))
    (alias export $i "thing" (type $r))
    (core func $make (canon lower (func $i "make"))) (core func $rep (canon lower (func $i "rep"))) (core func $drop (canon resource.drop $r))
    (core module $M (import "" "make" (func $make (param i32) (result i32))) (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "run") (result i32) (local i32 i32) (local.set 0 (call $make (i32.const 77))) (local.set 1 (call $rep (local.get 0)))
        (call $drop (local.get 0)) (local.get 1))
      (func (export "wrong") (result i32) (call $rep (i32.const 5))))
    (core instance $m (instantiate $M (with "" (instance (export "make" (func $make)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
    (func (export "run") (result u32) (canon lift (core func $m "run")))
    (func (export "wrong") (result u32) (canon lift (core func $m "wrong")))))";
  Linker linker(engine);
  linker.define_instance("maker", maker);
  Instance instance = instantiate(linker, load_text(engine, user));
  CHECK(answer(instance, "", "run") == 77);
  CHECK(answer(*maker, "", "dropped") == 77);
  auto wrong = typed<std::uint32_t()>(instance, "", "wrong").call();
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().code() == TrapCode::unknown_handle);
  CHECK(answer(*maker, "", "dropped") == 77);  // the other instance goes on

  // Another instance of the same component has other resources, and a function of another type is refused.
  const auto second = std::make_shared<Instance>(instantiate(Linker(engine), load_text(engine, counter_component)));
  Linker other(engine);
  other.define_instance("maker", second);
  CHECK(first_error(other.instantiate(load_text(engine, user))) == "missing-import");
  auto mismatch = other.instantiate(load_text(engine, R"((component (import "maker" (instance $i (export "next" (func (result string)))))
    (core module $L (memory (export "m") 1) (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 8))) (core instance $l (instantiate $L))
    (core func (canon lower (func $i "next") (memory (core memory $l "m")) (realloc (core func $l "r"))))))"));
  CHECK(first_error(mismatch) == "import-mismatch");
  CHECK(mismatch.error().to_string().find("u32") != std::string::npos);
}

TEST_CASE("an instance that calls a function of its own traps") {
  const Engine engine;
  Instance instance = instantiate(Linker(engine), load_text(engine, R"((component
    (core module $A (func (export "f")))
    (core instance $a (instantiate $A))
    (func $f (canon lift (core func $a "f")))
    (core func $l (canon lower (func $f)))
    (core module $B (import "" "f" (func $f)) (func (export "run") (call $f)))
    (core instance $b (instantiate $B (with "" (instance (export "f" (func $l))))))
    (func (export "run") (canon lift (core func $b "run")))
    (func (export "f") (canon lift (core func $a "f")))))"));
  auto run = typed<void()>(instance, "", "run").call();
  REQUIRE_FALSE(run.has_value());
  CHECK(run.error().code() == TrapCode::cannot_enter);
  // Locked down: nothing of the instance runs any more. A new one does.
  auto after = typed<void()>(instance, "", "f").call();
  REQUIRE_FALSE(after.has_value());
  CHECK(after.error().code() == TrapCode::instance_poisoned);
}

TEST_CASE("error contexts carry their message, and are no handles of anything else") {
  auto engine = Engine::create({.wasm_features = "cm-error-context"});
  REQUIRE(engine.has_value());
  const Component whole = load_text(*engine, R"((component
    (core module $L (memory (export "mem") 1) (data (i32.const 64) "lost") (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 128)))
    (core instance $l (instantiate $L))
    (type $r (resource (rep i32)))
    (core func $new (canon error-context.new (memory (core memory $l "mem"))))
    (core func $message (canon error-context.debug-message (memory (core memory $l "mem")) (realloc (core func $l "realloc"))))
    (core func $drop (canon error-context.drop))
    (core func $resource-drop (canon resource.drop $r))
    (core module $M (import "" "mem" (memory 1)) (import "" "new" (func $new (param i32 i32) (result i32))) (import "" "message" (func $message (param i32 i32)))
      (import "" "drop" (func $drop (param i32))) (import "" "resource-drop" (func $resource-drop (param i32)))
      (func (export "run") (result i32) (local i32) (local.set 0 (call $new (i32.const 64) (i32.const 4))) (call $message (local.get 0) (i32.const 16))
        (call $drop (local.get 0)) (i32.const 16))
      (func (export "twice") (local i32) (local.set 0 (call $new (i32.const 64) (i32.const 4))) (call $drop (local.get 0)) (call $drop (local.get 0)))
      (func (export "wrong") (call $resource-drop (call $new (i32.const 64) (i32.const 4)))))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $l "mem")) (export "new" (func $new)) (export "message" (func $message))
      (export "drop" (func $drop)) (export "resource-drop" (func $resource-drop))))))
    (func (export "run") (result string) (canon lift (core func $m "run") (memory (core memory $l "mem"))))
    (func (export "twice") (canon lift (core func $m "twice")))
    (func (export "wrong") (canon lift (core func $m "wrong")))))");
  Instance instance = instantiate(Linker(*engine), whole);
  auto run = typed<std::string()>(instance, "", "run").call();
  if (!run) FAIL(run.error().to_string());
  CHECK(*run == "lost");
  for (const auto& [name, code] : {std::pair("twice", TrapCode::unknown_handle), std::pair("wrong", TrapCode::handle_wrong_type)}) {
    Instance other = instantiate(Linker(*engine), whole);
    auto called = typed<void()>(other, "", name).call();
    REQUIRE_FALSE(called.has_value());
    CHECK(called.error().code() == code);
  }
}

TEST_CASE("error contexts go from guest to guest and to the host and back") {
  auto engine = Engine::create({.wasm_features = "cm-error-context,cm64"});
  REQUIRE(engine.has_value());
  // $maker makes one of a text and reads one; $passer gets one from it, hands it on inside an option, and drops its own.
  const Component whole = load_text(*engine, R"((component
    (import "keep" (func $keep (param "e" error-context) (result (option error-context))))
    (component $maker
      (core module $L (memory (export "mem") 1) (data (i32.const 64) "lost") (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 128)))
      (core instance $l (instantiate $L))
      (core func $new (canon error-context.new (memory (core memory $l "mem"))))
      (core func $message (canon error-context.debug-message (memory (core memory $l "mem")) (realloc (core func $l "realloc"))))
      (core func $drop (canon error-context.drop))
      (core module $M (import "" "new" (func $new (param i32 i32) (result i32))) (import "" "message" (func $message (param i32 i32))) (import "" "drop" (func $drop (param i32)))
        (func (export "make") (result i32) (call $new (i32.const 64) (i32.const 4)))
        (func (export "read") (param i32 i32) (result i32)
          (if (i32.eqz (local.get 0)) (then (unreachable)))
          (call $message (local.get 1) (i32.const 16)) (call $drop (local.get 1)) (i32.const 16)))
      (core instance $m (instantiate $M (with "" (instance (export "new" (func $new)) (export "message" (func $message)) (export "drop" (func $drop))))))
      (func (export "make") (result error-context) (canon lift (core func $m "make")))
      (func (export "read") (param "e" (option error-context)) (result string) (canon lift (core func $m "read") (memory (core memory $l "mem")))))
    (component $passer
      (import "make" (func $make (result error-context)))
      (import "read" (func $read (param "e" (option error-context)) (result string)))
      (import "keep" (func $keep (param "e" error-context) (result (option error-context))))
      (core module $L (memory (export "mem") i64 1) (func (export "realloc") (param i64 i64 i64 i64) (result i64) (i64.const 128)))
      (core instance $l (instantiate $L))
      (core func $make' (canon lower (func $make)))
      (core func $read' (canon lower (func $read) (memory (core memory $l "mem")) (realloc (core func $l "realloc"))))
      (core func $keep' (canon lower (func $keep) (memory (core memory $l "mem"))))
      (core func $drop (canon error-context.drop))
      (core module $M (import "l" "mem" (memory i64 1)) (import "" "make" (func $make (result i32))) (import "" "read" (func $read (param i32 i32 i64))) (import "" "keep" (func $keep (param i32 i64)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "run") (result i64) (local $e i32)
          (local.set $e (call $make)) (call $read (i32.const 1) (local.get $e) (i64.const 16)) (call $drop (local.get $e)) (i64.const 16))
        (func (export "through") (result i64) (local $e i32)
          (local.set $e (call $make)) (call $keep (local.get $e) (i64.const 32)) (call $drop (local.get $e))
          (call $read (i32.load (i64.const 32)) (i32.load (i64.const 36)) (i64.const 16)) (i64.const 16))
        (func (export "wrong") (result i64) (call $read (i32.const 1) (i32.const 77) (i64.const 16)) (i64.const 16)))
      (core instance $m (instantiate $M (with "l" (instance $l)) (with "" (instance (export "make" (func $make')) (export "read" (func $read')) (export "keep" (func $keep')) (export "drop" (func $drop))))))
      (func (export "run") (result string) (canon lift (core func $m "run") (memory (core memory $l "mem"))))
      (func (export "through") (result string) (canon lift (core func $m "through") (memory (core memory $l "mem"))))
      (func (export "wrong") (result string) (canon lift (core func $m "wrong") (memory (core memory $l "mem")))))
    (instance $a (instantiate $maker))
    (instance $b (instantiate $passer (with "make" (func $a "make")) (with "read" (func $a "read")) (with "keep" (func $keep))))
    (export "make" (func $a "make"))
    (export "read" (func $a "read"))
    (export "handed" (func $keep))
    (export "b" (instance $b))))");
  Linker linker(*engine);
  linker.define_values("", "keep", [](const ValueFuncType& type, std::span<Value> args) -> ValueResult {
    CHECK(type.params[0].type.kind() == TypeKind::error_context);
    return std::optional(Value::case_(1, args[0]));
  });
  Instance instance = instantiate(linker, whole);
  CHECK(typed<std::string()>(instance, "b", "run").call().value() == "lost");
  CHECK(typed<std::string()>(instance, "b", "through").call().value() == "lost");

  const Func make = *instance.func("", "make"), read = *instance.func("", "read"), handed = *instance.func("", "handed");
  const auto made = make.call({});
  REQUIRE(made.has_value());
  CHECK(std::get<HandleValue>((*made)->data).error->debug_message == "lost");
  CHECK(to_string(*make.result(), **made) == "<error-context \"lost\">");
  CHECK(read.call({Value::case_(1, **made)})->value() == Value::string("lost"));
  CHECK(read.call({Value::case_(1, **made)})->value() == Value::string("lost"));  // it is shared, not given away
  CHECK(read.call({Value::case_(1, Value::error_context("of the host"))})->value() == Value::string("of the host"));
  const auto back = handed.call({**made});
  REQUIRE(back.has_value());
  CHECK(std::get<HandleValue>(std::get<CaseValue>((*back)->data).payload.at(0).data).error == std::get<HandleValue>((*made)->data).error);
  CHECK(read.call({Value::case_(1, Value{HandleValue{}})}).error().code() == TrapCode::host_error);

  Instance other = instantiate(linker, whole);
  CHECK(typed<std::string()>(other, "b", "wrong").call().error().code() == TrapCode::unknown_handle);
}
