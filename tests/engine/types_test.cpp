// Which imports fit: function types of two modules by what they mean, references by subtyping, tags by identity of their type.
#include "tests/engine/fixture.h"

using namespace wcomp;
using namespace wcomp::engine;
using namespace wcomp::engine::testing;

namespace {

const char* const exporter = R"(
  (type $pad (func (param f32)))
  (type $r (func (result i32)))
  (type $f (func (param (ref $r)) (result i32)))
  (type $self (func (param (ref null $self))))
  (func (export "f") (type $f) (call_ref $r (local.get 0)))
  (func $r (result i32) (i32.const 5))
  (func (export "self") (type $self))
  (global (export "g") (ref $r) (ref.func $r))
  (global (export "m") (mut funcref) (ref.func $r))
  (table (export "t") 2 (ref null $r))
  (table (export "t64") i64 2 funcref)
  (memory (export "m64") i64 1)
  (memory (export "m32") 1)
  (tag (export "e") (param i32))
  (elem declare func $r))";

/// The message of the import that does not fit; empty if it does.
std::string link_error(const char* import, const char* name) {
  Store store;
  auto from = make(store, exporter);
  auto r = store.instantiate(valid(std::string("(type $r (func (result i32))) (type $other (func (result i64))) ") +
                                   "(type $f (func (param (ref $r)) (result i32))) (type $g (func (param (ref $other)) (result i32)))" +
                                   "(type $self (func (param (ref null $self)))) (type $not_self (func (param (ref null $f))))" + import),
                             std::vector<Extern>{exported(store, from, name)});
  return r ? std::string() : r.error().first().message;
}

}  // namespace

TEST_CASE("a function's type is what it means, not where it is in its module") {
  CHECK(link_error(R"((import "a" "f" (func (type $f))))", "f").empty());
  CHECK(link_error(R"((import "a" "f" (func (type $g))))", "f") ==
        "import `a` `f`: expected func [(ref (func ..))] -> [i32], found func [(ref (func ..))] -> [i32]");
  CHECK(link_error(R"((import "a" "f" (func (type $self))))", "self").empty());
  CHECK_FALSE(link_error(R"((import "a" "f" (func (type $not_self))))", "self").empty());
}

TEST_CASE("an immutable global may be imported as a supertype, a mutable one may not") {
  CHECK(link_error(R"((import "a" "g" (global (ref $r))))", "g").empty());
  CHECK(link_error(R"((import "a" "g" (global (ref null $r))))", "g").empty());
  CHECK(link_error(R"((import "a" "g" (global (ref func))))", "g").empty());
  CHECK(link_error(R"((import "a" "g" (global funcref)))", "g").empty());
  CHECK(link_error(R"((import "a" "g" (global (ref $other))))", "g") ==
        "import `a` `g`: expected immutable global (ref (func [] -> [i64])), found immutable global (ref (func [] -> [i32]))");
  CHECK_FALSE(link_error(R"((import "a" "g" (global externref)))", "g").empty());
  CHECK(link_error(R"((import "a" "m" (global (mut funcref))))", "m").empty());
  CHECK_FALSE(link_error(R"((import "a" "m" (global funcref)))", "m").empty());
}

TEST_CASE("a table's element type and its address type have to be the same") {
  CHECK(link_error(R"((import "a" "t" (table 1 (ref null $r))))", "t").empty());
  CHECK_FALSE(link_error(R"((import "a" "t" (table 1 funcref)))", "t").empty());
  CHECK_FALSE(link_error(R"((import "a" "t" (table 3 (ref null $r))))", "t").empty());
  CHECK(link_error(R"((import "a" "t" (table i64 1 funcref)))", "t64").empty());
  CHECK(link_error(R"((import "a" "t" (table 1 funcref)))", "t64") ==
        "import `a` `t`: expected table of 1 or more funcref, found 64-bit table of 2 or more funcref");
}

TEST_CASE("a memory of 64-bit addresses is no memory of 32-bit addresses") {
  CHECK(link_error(R"((import "a" "m" (memory i64 1)))", "m64").empty());
  CHECK(link_error(R"((import "a" "m" (memory 1)))", "m64") == "import `a` `m`: expected memory of 1 or more pages, found 64-bit memory of 1 or more pages");
  CHECK_FALSE(link_error(R"((import "a" "m" (memory i64 1)))", "m32").empty());
}

TEST_CASE("a tag fits where its type is expected") {
  CHECK(link_error(R"((import "a" "e" (tag (param i32))))", "e").empty());
  CHECK(link_error(R"((import "a" "e" (tag (param i64))))", "e") == "import `a` `e`: expected tag [i64], found tag [i32]");
  CHECK(link_error(R"((import "a" "e" (func)))", "e") == "import `a` `e`: expected func [] -> [], found tag [i32]");
}

TEST_CASE("an indirect call compares types across modules") {
  Store store;
  auto from = make(store, exporter);
  auto inst = make(store, R"(
    (type $r (func (result i32)))
    (type $f (func (param (ref $r)) (result i32)))
    (import "a" "f" (func $f (type $f)))
    (import "a" "g" (global $g (ref $r)))
    (table funcref (elem $f))
    (func (export "f") (result i32) (call_indirect (type $f) (global.get $g) (i32.const 0)))
    (func (export "g") (result i32) (call_indirect (type $r) (i32.const 0))))",
                   {exported(store, from, "f"), exported(store, from, "g")});
  CHECK(value(store, func(store, inst, "f")) == 5);
  CHECK(trap_code(store, func(store, inst, "g")) == TrapCode::indirect_call_type_mismatch);
}
