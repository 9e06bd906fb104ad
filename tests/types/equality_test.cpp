#include "types/equality.h"

#include <doctest/doctest.h>

namespace wcomp::types {
namespace {

ValType add(TypeArena& arena, TypeDef def) { return arena.add(std::move(def)); }

TEST_CASE("two declarations of the same structure are equal, in one arena or in two") {
  TypeArena left, right;
  const ValType a = add(left, RecordType{{{"x", Prim::u32}, {"y", add(left, ListType{Prim::string})}}});
  const ValType twin = add(left, RecordType{{{"x", Prim::u32}, {"y", add(left, ListType{Prim::string})}}});
  add(right, EnumType{{"shift", "ids"}});
  const ValType b = add(right, RecordType{{{"x", Prim::u32}, {"y", add(right, ListType{Prim::string})}}});
  CHECK(structurally_equal(left, a, left, twin));
  CHECK(structurally_equal(left, a, right, b));
  CHECK(difference(left, a, right, b).empty());
}

TEST_CASE("aliases are looked through, also an alias of a primitive") {
  TypeArena arena;
  const ValType bytes = add(arena, ListType{add(arena, AliasType{Prim::u8})});
  const ValType named = add(arena, AliasType{add(arena, AliasType{bytes})});
  CHECK(structurally_equal(arena, named, arena, add(arena, ListType{Prim::u8})));
  CHECK(structurally_equal(arena, add(arena, AliasType{Prim::u64}), arena, Prim::u64));
}

TEST_CASE("the narrowest difference is named with the way to it") {
  TypeArena arena;
  const ValType a = add(arena, RecordType{{{"x", Prim::u32}, {"y", add(arena, ListType{add(arena, OptionType{Prim::s8})})}}});
  const ValType b = add(arena, RecordType{{{"x", Prim::u32}, {"y", add(arena, ListType{add(arena, OptionType{Prim::s16})})}}});
  CHECK(difference(arena, a, arena, b) == "field `y`: list element: option: expected s8, found s16");
}

TEST_CASE("names of fields, cases, flags and parameters count") {
  TypeArena arena;
  CHECK(difference(arena, add(arena, RecordType{{{"x", Prim::u32}}}), arena, add(arena, RecordType{{{"z", Prim::u32}}})) ==
        "field 1: expected the name `x`, found `z`");
  CHECK(difference(arena, add(arena, EnumType{{"add", "sub"}}), arena, add(arena, EnumType{{"add", "mul"}})) ==
        "enum case 2: expected the name `sub`, found `mul`");
  CHECK(difference(arena, FuncType{.params = {{"a", Prim::u8}}, .result = {}}, arena, FuncType{.params = {{"b", Prim::u8}}, .result = {}}) ==
        "parameter 1: expected the name `a`, found `b`");
}

TEST_CASE("a missing or an additional member is counted") {
  TypeArena arena;
  CHECK(difference(arena, add(arena, EnumType{{"add"}}), arena, add(arena, EnumType{{"add", "sub"}})) == "expected 1 enum case, found 2");
  CHECK(difference(arena, add(arena, TupleType{{Prim::u8, Prim::u8}}), arena, add(arena, TupleType{{Prim::u8}})) ==
        "expected 2 tuple elements, found 1");
  CHECK(difference(arena, FuncType{}, arena, FuncType{.params = {{"a", Prim::u8}}, .result = {}}) == "expected 0 parameters, found 1");
}

TEST_CASE("a result is not the same as none, sync not the same as async") {
  TypeArena arena;
  CHECK(difference(arena, FuncType{.params = {}, .result = Prim::u32}, arena, FuncType{}) == "result: expected u32, found none");
  CHECK(difference(arena, FuncType{}, arena, FuncType{.params = {}, .result = {}, .is_async = true}) ==
        "expected a sync function, found an async one");
  CHECK_FALSE(structurally_equal(arena, FuncType{}, arena, FuncType{.params = {}, .result = {}, .is_async = true}));
  CHECK(difference(arena, add(arena, ResultType{.ok = Prim::u8, .err = {}}), arena, add(arena, ResultType{})) == "ok: expected u8, found none");
}

TEST_CASE("a type that would print long is named by its kind") {
  TypeArena arena;
  const ValType wide = add(arena, RecordType{{{"a-long-field-name", Prim::u32}, {"another-long-field-name", Prim::u32}}});
  CHECK(difference(arena, wide, arena, Prim::u32) == "expected a record, found u32");
  CHECK(difference(arena, add(arena, ListType{Prim::u8}), arena, Prim::string) == "expected list<u8>, found string");
}

TEST_CASE("resources are compared by identity, or by the given substitution") {
  TypeArena arena;
  const TypeId one = arena.add(ResourceType{arena.new_resource()});
  const TypeId two = arena.add(ResourceType{arena.new_resource()});
  const TypeId alias = arena.add(AliasType{one});
  const ValType own_one = add(arena, OwnType{one});
  const ValType own_two = add(arena, OwnType{two});
  CHECK(structurally_equal(arena, own_one, arena, add(arena, OwnType{alias})));
  CHECK(difference(arena, own_one, arena, own_two) == "own: these are different resources");
  const SameResource swapped = [](ResourceId a, ResourceId b) { return a.value == 0 && b.value == 1; };
  CHECK(structurally_equal(arena, own_one, arena, own_two, swapped));
  CHECK_FALSE(structurally_equal(arena, own_one, arena, own_one, swapped));
  CHECK_FALSE(structurally_equal(arena, own_one, arena, add(arena, BorrowType{one})));
}

TEST_CASE("types that share their parts are compared without writing them out") {
  TypeArena arena;
  ValType a = Prim::u8, b = Prim::u8;
  for (int i = 0; i < 60; ++i) {
    a = add(arena, TupleType{{a, a}});
    b = add(arena, TupleType{{b, b}});
  }
  CHECK(structurally_equal(arena, a, arena, b));
}

TEST_CASE("endless nesting ends the comparison, not the stack") {
  TypeArena arena;
  ValType a = Prim::u8, b = Prim::u8;
  for (int i = 0; i < 100000; ++i) {
    a = add(arena, OptionType{a});
    b = add(arena, OptionType{b});
  }
  CHECK_FALSE(structurally_equal(arena, a, arena, b));
}

}  // namespace
}  // namespace wcomp::types
