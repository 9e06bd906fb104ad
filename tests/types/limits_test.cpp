#include "types/limits.h"

#include <doctest/doctest.h>

namespace wcomp::types {
namespace {

TEST_CASE("types that grow with every name are bounded by their size written out, whatever is asked for first") {
  TypeArena arena;
  std::vector<TypeId> ids{arena.add(TupleType{{Prim::u8, Prim::u8}})};
  for (int i = 0; i < 40; ++i) ids.push_back(arena.add(TupleType{{ids.back(), ids.back()}}));
  TypeLimits limits(arena);
  CHECK(limits.check(ids[15]));
  const auto last = limits.check(ids.back());
  REQUIRE_FALSE(last);
  CHECK(last.error().first().message == "a type has more than 1000000 parts, counting those of its parts");
  CHECK_FALSE(last.error().first().notes.empty());
  CHECK_FALSE(limits.check(ids.back()));
  CHECK(limits.check(ids[16]));
  FuncType f{.params = {}, .result = {}};
  for (int i = 0; i < 20; ++i) f.params.push_back({"p" + std::to_string(i), ids[15]});
  CHECK_FALSE(limits.check(f));
}

TEST_CASE("nesting is bounded, chains of aliases are not nesting") {
  TypeArena arena;
  TypeId list = arena.add(ListType{Prim::u8}), alias = arena.add(AliasType{Prim::u8});
  for (std::uint32_t i = 2; i < max_type_depth; ++i) list = arena.add(ListType{list});
  for (int i = 0; i < 100'000; ++i) alias = arena.add(AliasType{alias});
  TypeLimits limits(arena);
  CHECK(limits.check(list));
  CHECK(limits.check(alias));
  list = arena.add(ListType{list});
  CHECK_FALSE(limits.check(list));
}

TEST_CASE("values are bounded by their bytes") {
  TypeArena arena;
  const TypeId large = arena.add(FixedListType{Prim::u64, 1u << 24}), larger = arena.add(FixedListType{large, 4});
  TypeLimits limits(arena);
  CHECK(limits.check(large));
  CHECK_FALSE(limits.check(larger));
}

}  // namespace
}  // namespace wcomp::types
