#include "lower/lower.h"

#include <doctest/doctest.h>

#include "component/text/parse.h"
#include "wcomp/module.h"

namespace wcomp::lower {
namespace {

Bytes lowered(const std::string& text) {
  const auto made = [&]() -> Result<Bytes> {
    WCOMP_TRY(Bytes bytes, component::text::parse("test.wat", text));
    WCOMP_TRY(const auto decoded, component::decode(std::move(bytes)));
    WCOMP_TRY(const component::ValidComponent valid, component::validate(decoded));
    return lower(valid);
  }();
  REQUIRE_MESSAGE(made.has_value(), made.error().to_string());
  return *made;
}

/// What `name` of the lowered module gives, or the code of the trap that the Canonical ABI demands.
struct Outcome {
  std::optional<std::int32_t> value;
  std::optional<TrapCode> trap;
};
Outcome call(const Bytes& bytes, std::string_view name) {
  const Engine engine;
  const auto module = Module::from_bytes(engine, bytes);
  REQUIRE_MESSAGE(module.has_value(), module.error().to_string());
  const auto instance = ModuleLinker(engine).instantiate(*module);
  REQUIRE_MESSAGE(instance.has_value(), instance.error().to_string());
  const auto done = instance->func(name)->call({});
  if (done) return {std::get<std::int32_t>(done->at(0)), {}};
  CHECK(done.error().code() == TrapCode::unreachable);
  return {{}, static_cast<TrapCode>(std::get<std::int32_t>(*instance->global("trap_code")))};
}

TEST_CASE("exceptions are traps where they would leave an instance, whoever calls and whatever throws") {
  const Bytes bytes = lowered(R"((component
    (component $A
      (core module $m
        (tag $t (param i32))
        (func (export "f") (param i32) (result i32) (throw $t (i32.const 5)))
        (func (export "g") (param i32 i32) (result i32) (i32.const 1))
        (func (export "caught") (result i32) (block $h (result i32) (try_table (result i32) (catch $t $h) (throw $t (i32.const 5)))))
        (func (export "dtor") (param i32) (throw $t (i32.const 5)))
        (memory (export "mem") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (throw $t (i32.const 6))))
      (core instance $i (instantiate $m))
      (type $r' (resource (rep i32) (dtor (core func $i "dtor"))))
      (export $r "r" (type $r'))
      (core func $new (canon resource.new $r'))
      (func (export "f") (param "x" u32) (result u32) (canon lift (core func $i "f")))
      (func (export "caught") (result u32) (canon lift (core func $i "caught")))
      (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $new)))
      (func (export "g") (param "x" string) (result u32) (canon lift (core func $i "g") (memory (core memory $i "mem")) (realloc (core func $i "realloc")))))
    (instance $a (instantiate $A))
    (component $B
      (import "a" (instance $a
        (export "r" (type $r (sub resource)))
        (export "f" (func (param "x" u32) (result u32)))
        (export "caught" (func (result u32)))
        (export "make" (func (param "rep" u32) (result (own $r))))
        (export "g" (func (param "x" string) (result u32)))))
      (core module $libc (memory (export "mem") 1))
      (core instance $l (instantiate $libc))
      (alias export $a "r" (type $r))
      (core func $f (canon lower (func $a "f")))
      (core func $caught (canon lower (func $a "caught")))
      (core func $make (canon lower (func $a "make")))
      (core func $drop (canon resource.drop $r))
      (core func $g (canon lower (func $a "g") (memory (core memory $l "mem"))))
      (core module $m
        (import "" "f" (func $f (param i32) (result i32)))
        (import "" "g" (func $g (param i32 i32) (result i32)))
        (import "" "caught" (func $caught (result i32)))
        (import "" "make" (func $make (param i32) (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "call") (result i32) (block $h (return (try_table (result i32) (catch_all $h) (call $f (i32.const 1))))) (i32.const 77))
        (func (export "realloc") (result i32) (block $h (return (try_table (result i32) (catch_all $h) (call $g (i32.const 0) (i32.const 1))))) (i32.const 78))
        (func (export "dtor") (result i32) (block $h (try_table (catch_all $h) (call $drop (call $make (i32.const 3))))) (i32.const 79))
        (func (export "outside") (result i32) (call $f (i32.const 1)))
        (func (export "inside") (result i32) (call $caught)))
      (core instance $i (instantiate $m (with "" (instance
        (export "f" (func $f)) (export "g" (func $g)) (export "caught" (func $caught)) (export "make" (func $make)) (export "drop" (func $drop))))))
      (func (export "call") (result u32) (canon lift (core func $i "call")))
      (func (export "realloc") (result u32) (canon lift (core func $i "realloc")))
      (func (export "dtor") (result u32) (canon lift (core func $i "dtor")))
      (func (export "outside") (result u32) (canon lift (core func $i "outside")))
      (func (export "inside") (result u32) (canon lift (core func $i "inside"))))
    (instance $b (instantiate $B (with "a" (instance $a))))
    (export "call" (func $b "call"))
    (export "realloc" (func $b "realloc"))
    (export "dtor" (func $b "dtor"))
    (export "outside" (func $b "outside"))
    (export "inside" (func $b "inside"))))");
  for (const std::string_view name : {"call", "realloc", "dtor", "outside"}) {
    CAPTURE(name);
    CHECK(call(bytes, name).trap == TrapCode::uncaught_exception);
  }
  CHECK(call(bytes, "inside").value == 5);
}

TEST_CASE("functions that nobody can call are left out, and those that tables and references mention stay") {
  const Bytes bytes = lowered(R"((component
    (core module $m
      (type $t (func (result i32)))
      (func $unused (result i32) (call $only_by_unused))
      (func $only_by_unused (result i32) (i32.const 1))
      (func $in_table (result i32) (i32.const 20))
      (func $in_code (type $t) (result i32) (i32.const 3))
      (table funcref (elem $in_table))
      (elem declare func $in_code)
      (func (export "not_lifted") (result i32) (i32.const 9))
      (func (export "f") (result i32) (i32.add (call_indirect (result i32) (i32.const 0)) (call_ref $t (ref.func $in_code)))))
    (core instance $i (instantiate $m))
    (func (export "f") (result u32) (canon lift (core func $i "f")))))");
  CHECK(call(bytes, "f").value == 23);
  const auto module = core::decode(bytes);
  REQUIRE(module.has_value());
  std::vector<std::string> names;
  for (const auto& [func, name] : module->names.funcs) names.push_back(name);
  const auto has = [&](std::string_view name) { return std::any_of(names.begin(), names.end(), [&](const std::string& n) { return n.find(name) != n.npos; }); };
  CHECK(has("in_table"));
  CHECK(has("in_code"));
  CHECK_FALSE(has("unused"));
  CHECK(module->funcs.size() == 6);  // three of the guest, the adapter, and how it traps
}

}  // namespace
}  // namespace wcomp::lower
