// Handles that are lent for a call: what may be done with them meanwhile, whether the callee gets representations or handles of its own.
#include <string_view>

#include <doctest/doctest.h>

#include "wcomp/abi.h"

namespace {

using namespace wcomp;

Instance instantiate(std::string_view text) {
  const Engine engine;
  auto component = Component::from_bytes(engine, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "lending.wat");
  if (!component) FAIL(component.error().to_string());
  auto instance = Linker(engine).instantiate(*component);
  if (!instance) FAIL(instance.error().to_string());
  return *std::move(instance);
}

Result<std::uint32_t, Trap> run(Instance& instance, std::string_view name) { return instance.func("", name).value().typed<std::uint32_t()>().value().call(); }

/// Two components side by side; the callee defines the resource.
constexpr std::string_view siblings = R"((component
  (component $Callee
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r))
    (core module $M
      (import "h" "new" (func $new (param i32) (result i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "look") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
      (func (export "both") (param i32 i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $M (with "h" (instance (export "new" (func $new))))))
    (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $m "make")))
    (func (export "look") (param "a" (borrow $r)) (param "b" (borrow $r)) (result u32) (canon lift (core func $m "look")))
    (func (export "both") (param "a" (borrow $r)) (param "b" (own $r)) (result u32) (canon lift (core func $m "both"))))
  (component $Caller
    (import "api" (instance $api
      (export "r" (type $r (sub resource)))
      (export "make" (func (param "rep" u32) (result (own $r))))
      (export "look" (func (param "a" (borrow $r)) (param "b" (borrow $r)) (result u32)))
      (export "both" (func (param "a" (borrow $r)) (param "b" (own $r)) (result u32)))))
    (alias export $api "r" (type $r))
    (core func $make (canon lower (func $api "make")))
    (core func $look (canon lower (func $api "look")))
    (core func $both (canon lower (func $api "both")))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "h" "make" (func $make (param i32) (result i32)))
      (import "h" "look" (func $look (param i32 i32) (result i32)))
      (import "h" "both" (func $both (param i32 i32) (result i32)))
      (import "h" "drop" (func $drop (param i32)))
      (func (export "look") (result i32) (local i32 i32 i32)
        (local.set 0 (call $make (i32.const 40)))
        (local.set 1 (call $make (i32.const 2)))
        (local.set 2 (call $look (local.get 0) (local.get 1)))
        (local.set 2 (i32.add (local.get 2) (call $look (local.get 0) (local.get 0))))
        (call $drop (local.get 0))
        (call $drop (local.get 1))
        (local.get 2))
      (func (export "both") (result i32) (call $both (call $make (i32.const 7)) (call $make (i32.const 8))))
      (func (export "same") (result i32) (local i32)
        (local.set 0 (call $make (i32.const 7)))
        (call $both (local.get 0) (local.get 0)))
      (func (export "unknown") (result i32) (call $look (call $make (i32.const 7)) (i32.const 77)))
      (func (export "dropped") (result i32) (local i32)
        (local.set 0 (call $make (i32.const 7)))
        (call $drop (local.get 0))
        (call $look (local.get 0) (local.get 0))))
    (core instance $m (instantiate $M (with "h" (instance
      (export "make" (func $make)) (export "look" (func $look)) (export "both" (func $both)) (export "drop" (func $drop))))))
    (func (export "look") (result u32) (canon lift (core func $m "look")))
    (func (export "both") (result u32) (canon lift (core func $m "both")))
    (func (export "same") (result u32) (canon lift (core func $m "same")))
    (func (export "unknown") (result u32) (canon lift (core func $m "unknown")))
    (func (export "dropped") (result u32) (canon lift (core func $m "dropped"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "api" (instance $callee))))
  (export "look" (func $caller "look"))
  (export "both" (func $caller "both"))
  (export "same" (func $caller "same"))
  (export "unknown" (func $caller "unknown"))
  (export "dropped" (func $caller "dropped"))))";

/// The root lends to a component inside of it, which calls a function of the root, which drops what is lent.
constexpr std::string_view parent = R"((component
  (component $Child
    (import "drop" (func $drop (param "handle" u32)))
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r))
    (core func $drop' (canon lower (func $drop)))
    (core module $M
      (import "h" "new" (func $new (param i32) (result i32)))
      (import "h" "drop" (func $drop (param i32)))
      (func (export "make") (result i32) (call $new (i32.const 5)))
      (func (export "look") (param i32 i32) (result i32) (if (local.get 1) (then (call $drop (local.get 1)))) (local.get 0)))
    (core instance $m (instantiate $M (with "h" (instance (export "new" (func $new)) (export "drop" (func $drop'))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "look") (param "a" (borrow $r)) (param "drops" u32) (result u32) (canon lift (core func $m "look"))))
  (core module $First
    (table (export "table") 1 funcref)
    (type $t (func (param i32)))
    (func (export "drop") (param i32) (call_indirect (type $t) (local.get 0) (i32.const 0))))
  (core instance $first (instantiate $First))
  (func $drop (param "handle" u32) (canon lift (core func $first "drop")))
  (instance $child (instantiate $Child (with "drop" (func $drop))))
  (alias export $child "r" (type $r))
  (core func $make (canon lower (func $child "make")))
  (core func $look (canon lower (func $child "look")))
  (core func $drop' (canon resource.drop $r))
  (core module $Second
    (import "h" "table" (table 1 funcref))
    (import "h" "make" (func $make (result i32)))
    (import "h" "look" (func $look (param i32 i32) (result i32)))
    (import "h" "drop" (func $drop (param i32)))
    (elem (i32.const 0) func $drop)
    (func (export "look") (result i32) (call $look (call $make) (i32.const 0)))
    (func (export "drop") (result i32) (local i32)
      (local.set 0 (call $make))
      (call $look (local.get 0) (local.get 0))))
  (core instance $second (instantiate $Second (with "h" (instance
    (export "table" (table $first "table")) (export "make" (func $make)) (export "look" (func $look)) (export "drop" (func $drop'))))))
  (func (export "look") (result u32) (canon lift (core func $second "look")))
  (func (export "drop") (result u32) (canon lift (core func $second "drop")))))";

}  // namespace

TEST_CASE("a callee that defines the resource gets representations, and the handles stay the caller's") {
  Instance instance = instantiate(siblings);
  for (int i = 0; i < 3; ++i) CHECK(run(instance, "look").value() == 42 + 80);
  CHECK(run(instance, "both").value() == 7);
}

TEST_CASE("what is lent by a call cannot be given away in the same call") {
  Instance instance = instantiate(siblings);
  CHECK(run(instance, "same").error().code() == TrapCode::handle_still_lent);
}

TEST_CASE("lending a handle that is not there traps and names the function, where no handle is made for the callee") {
  for (const char* name : {"unknown", "dropped"}) {
    Instance instance = instantiate(siblings);
    const Trap trap = run(instance, name).error();
    CHECK(trap.code() == TrapCode::unknown_handle);
    CHECK(trap.message().contains("look"));
  }
}

TEST_CASE("a parent called by the child that it lends to cannot drop what is lent") {
  Instance instance = instantiate(parent);
  CHECK(run(instance, "look").value() == 5);
  CHECK(run(instance, "drop").error().code() == TrapCode::handle_still_lent);
}
