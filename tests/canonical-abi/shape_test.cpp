#include "canonical-abi/shape.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "canonical-abi/oracle.h"
#include "canonical-abi/random_type.h"

namespace wcomp::cabi {
namespace {

using types::Prim;
using enum core::ValType;

TEST_CASE("records are padded, their parts aligned") {
  TypeBuilder b;
  const auto s = shape_of(b.arena, b.record({{"a", Prim::u8}, {"b", Prim::u64}, {"c", Prim::u16}}));
  CHECK(s->size == 24);
  CHECK(s->align == 8);
  REQUIRE(s->parts.size() == 3);
  CHECK(s->parts[1].offset == 8);
  CHECK(s->parts[2].offset == 16);
  CHECK(s->parts[2].flat_index == 2);
  CHECK(s->flat == FlatTypes{i32, i64, i32});
  CHECK_FALSE(s->is_any_bits);
}

TEST_CASE("only types without padding and without forbidden values are plain bytes") {
  TypeBuilder b;
  CHECK(shape_of(b.arena, b.tuple({Prim::u32, Prim::f32, Prim::u64}))->is_any_bits);
  CHECK(shape_of(b.arena, b.list(b.tuple({Prim::u16, Prim::u16}), 3))->is_any_bits);
  CHECK(shape_of(b.arena, b.flags(8))->is_any_bits);
  CHECK_FALSE(shape_of(b.arena, b.flags(9))->is_any_bits);
  CHECK_FALSE(shape_of(b.arena, b.tuple({Prim::u32, Prim::u8}))->is_any_bits);
  CHECK_FALSE(shape_of(b.arena, Prim::bool_)->is_any_bits);
  CHECK_FALSE(shape_of(b.arena, Prim::char_)->is_any_bits);
  CHECK_FALSE(shape_of(b.arena, b.enum_(256))->is_any_bits);
  CHECK_FALSE(shape_of(b.arena, b.list(Prim::u8))->is_any_bits);
}

TEST_CASE("cases share joined flat types behind the discriminant") {
  TypeBuilder b;
  const auto s = shape_of(b.arena, b.variant({{Prim::f32}, {}, {b.tuple({Prim::u64, Prim::f64})}, {Prim::string}}));
  CHECK(s->flat == FlatTypes{i32, i64, i64});
  CHECK(s->discriminant_size == 1);
  CHECK(s->payload_offset == 8);
  CHECK(s->size == 24);
  CHECK(join(f32, i32) == i32);
  CHECK(join(f32, f64) == i64);
  CHECK(join(f64, f64) == f64);
}

TEST_CASE("discriminants grow with the number of cases") {
  TypeBuilder b;
  CHECK(shape_of(b.arena, b.enum_(256))->size == 1);
  CHECK(shape_of(b.arena, b.enum_(257))->size == 2);
  CHECK(shape_of(b.arena, b.enum_(65536))->size == 2);
  CHECK(shape_of(b.arena, b.enum_(65537))->size == 4);
}

TEST_CASE("a map is a list of pairs") {
  TypeBuilder b;
  const auto s = shape_of(b.arena, b.map(Prim::string, Prim::u8));
  CHECK(s->kind == ShapeKind::list);
  CHECK(s->element->kind == ShapeKind::record);
  CHECK(s->element->size == 12);
}

TEST_CASE("sixteen flat parameters are passed as they are, seventeen in memory") {
  TypeBuilder b;
  const auto sixteen = shape_of(b.arena, TypeBuilder::func(std::vector<types::ValType>(16, Prim::u8)));
  CHECK_FALSE(sixteen.params_spill);
  CHECK(sixteen.lifted.params.size() == 16);
  CHECK_FALSE(sixteen.needs_memory);
  const auto seventeen = shape_of(b.arena, TypeBuilder::func(std::vector<types::ValType>(17, Prim::u8)));
  CHECK(seventeen.params_spill);
  CHECK(seventeen.lifted == core::FuncType{{i32}, {}});
  CHECK(seventeen.lowered == core::FuncType{{i32}, {}});
  CHECK(seventeen.lift_needs_realloc);
  CHECK(seventeen.params_tuple->size == 17);
}

TEST_CASE("a result of more than one core value is returned in memory") {
  TypeBuilder b;
  const auto f = shape_of(b.arena, TypeBuilder::func({Prim::f64}, Prim::string));
  CHECK(f.lifted == core::FuncType{{f64}, {i32}});
  CHECK(f.lowered == core::FuncType{{f64, i32}, {}});
  CHECK(f.lower_needs_realloc);
  CHECK_FALSE(f.lift_needs_realloc);
  const auto g = shape_of(b.arena, TypeBuilder::func({}, b.option(Prim::u8)));
  CHECK(g.results_spill);
  CHECK_FALSE(g.lower_needs_realloc);
  CHECK(g.needs_memory);
}

TEST_CASE("borrows are seen through lists") {
  TypeBuilder b;
  const auto r = b.resource();
  const auto f = shape_of(b.arena, TypeBuilder::func({b.list(b.borrow(r))}, b.own(r)));
  CHECK(f.has_borrows);
  CHECK(f.result->has_handles);
  CHECK_FALSE(f.result->has_borrows);
}

TEST_CASE("types beyond the limits are refused, not computed") {
  TypeBuilder b;
  types::ValType doubled = Prim::u8;
  for (int i = 0; i < 40; ++i) doubled = b.tuple({doubled, doubled});
  types::ValType deep = Prim::u8;
  for (int i = 0; i < 100000; ++i) deep = b.option(deep);
  const types::ValType wide = b.list(b.list(Prim::u64, 1u << 31), 1u << 31);
  for (const types::ValType t : {doubled, deep, wide, b.list(wide)}) {
    const auto s = try_shape_of(b.arena, t);
    REQUIRE_FALSE(s.has_value());
    CHECK(s.error().first().code == "limit-exceeded");
    CHECK_FALSE(try_shape_of(b.arena, TypeBuilder::func({}, t)).has_value());
  }
}

TEST_CASE("depth is counted through parts that are shared") {
  TypeBuilder b;
  types::ValType low = Prim::u8;
  for (int i = 0; i < 60; ++i) low = b.option(low);
  types::ValType high = low;
  for (int i = 0; i < 60; ++i) high = b.option(high);
  CHECK(try_shape_of(b.arena, low).has_value());
  CHECK_FALSE(try_shape_of(b.arena, b.tuple({low, high})).has_value());
}

TEST_CASE("what is no value type is refused") {
  TypeBuilder b;
  for (const types::ValType t : {types::ValType(b.resource()), b.flags(0), b.flags(33), b.variant({}), b.list(Prim::u8, 0)}) {
    const auto s = try_shape_of(b.arena, t);
    REQUIRE_FALSE(s.has_value());
    CHECK(s.error().first().code == "invalid");
  }
}

TEST_CASE("long flat types are cut, sizes are not") {
  TypeBuilder b;
  const auto s = shape_of(b.arena, b.list(b.tuple({Prim::u8, Prim::f32}), 1000));
  CHECK(s->flat.size() == max_flat);
  CHECK(s->size == 8000);
}

// --- the specification's own definitions as an oracle ---

std::string names(const FlatTypes& flat) {
  std::string out = "[";
  for (const core::ValType t : flat) {
    out += t == i32 ? "'i32'," : t == i64 ? "'i64'," : t == f32 ? "'f32'," : "'f64',";
  }
  return out + "]";
}

TEST_CASE("shapes agree with the specification's executable definitions") {
  if (!Oracle::is_there()) return;
  Oracle oracle("shape_oracle");
  TypeBuilder b;
  RandomType random(b);
  for (int i = 0; i < 1500; ++i) {
    const auto [type, text] = random.type(4);
    const auto s = shape_of(b.arena, type);
    oracle.ask(fmt::format("check_type({}, {}, {}, {})", text, s->size, s->align, names(s->flat)));
  }
  for (int i = 0; i < 1000; ++i) {
    std::vector<types::ValType> params;
    std::string text;
    for (unsigned n = random.below(8); n > 0; --n) {
      const auto [type, type_text] = random.type(2);
      params.push_back(type);
      text += fmt::format("('p', {}),", type_text);
    }
    std::optional<types::ValType> result;
    std::string result_text;
    if (random.below(3) != 0) std::tie(result, result_text) = random.type(2);
    const FuncShape f = shape_of(b.arena, TypeBuilder::func(params, result));
    oracle.ask(fmt::format("check_func(FuncType([{}], [{}]), {}, {}, {}, {})", text, result_text, names(f.lifted.params), names(f.lifted.results),
                       names(f.lowered.params), names(f.lowered.results)));
  }
  CHECK(oracle.agrees());
}

}  // namespace
}  // namespace wcomp::cabi
