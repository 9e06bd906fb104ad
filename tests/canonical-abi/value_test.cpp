#include "canonical-abi/value.h"

#include <bit>
#include <limits>

#include <doctest/doctest.h>

#include "canonical-abi/oracle.h"
#include "canonical-abi/random_value.h"
#include "canonical-abi/wave.h"

namespace wcomp::cabi {
namespace {

using types::Prim;

struct Memory {
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(4096);
  std::uint32_t heap = 512;
  LiftLowerContext context(StringEncoding encoding = StringEncoding::utf8) {
    LiftLowerContext cx;
    cx.encoding = encoding;
    cx.memory = [this] { return std::span<std::uint8_t>(bytes); };
    cx.allocate = [this](std::uint32_t align, std::uint64_t size) -> Result<std::uint64_t, TrapCode> {
      const auto ptr = static_cast<std::uint32_t>(align_to(heap, align));
      heap = ptr + static_cast<std::uint32_t>(size);
      return ptr;
    };
    return cx;
  }
};

std::string wave(TypeBuilder& b, const Value& v, types::ValType t) { return to_wave(b.arena, v, *shape_of(b.arena, t)); }

TEST_CASE("a record lies in memory as the layout says") {
  TypeBuilder b;
  Memory m;
  auto cx = m.context();
  const auto s = shape_of(b.arena, b.record({{"a", Prim::u8}, {"b", b.option(Prim::u16)}, {"c", Prim::string}}));
  const Value v{std::vector<Value>{{std::uint64_t{7}}, {CaseValue{1, {{std::uint64_t{0x1234}}}}}, {std::string("hi")}}};
  REQUIRE(store(cx, v, *s, 64).has_value());
  CHECK(std::vector<std::uint8_t>(m.bytes.begin() + 64, m.bytes.begin() + 80) == std::vector<std::uint8_t>{7, 0, 1, 0, 0x34, 0x12, 0, 0, 0, 2, 0, 0, 2, 0, 0, 0});
  CHECK(m.bytes[512] == 'h');
  CHECK(load(cx, 64, *s).value() == v);
}

TEST_CASE("what the guest got wrong is found when lifting") {
  TypeBuilder b;
  Memory m;
  auto cx = m.context();
  const auto lift = [&](types::ValType t, std::vector<std::uint64_t> slots) { return lift_flat(cx, slots, *shape_of(b.arena, t)); };
  CHECK(lift(Prim::char_, {0xd800}).error() == TrapCode::invalid_char);
  CHECK(lift(b.enum_(2), {2}).error() == TrapCode::invalid_discriminant);
  CHECK(lift(Prim::string, {4095, 2}).error() == TrapCode::pointer_out_of_bounds);
  CHECK(lift(b.list(Prim::u32), {2, 1}).error() == TrapCode::unaligned_pointer);
  CHECK(lift(b.list(Prim::u32), {0, 0x40000000}).error() == TrapCode::list_too_long);
  m.bytes[8] = 0xff;
  CHECK(lift(Prim::string, {8, 1}).error() == TrapCode::invalid_utf8);
  CHECK(load(cx, 4092, *shape_of(b.arena, Prim::u64)).error() == TrapCode::unaligned_pointer);
  CHECK(load(cx, 4096, *shape_of(b.arena, Prim::u64)).error() == TrapCode::pointer_out_of_bounds);
  cx.values_left = 10;
  CHECK(lift(b.list(Prim::u8), {0, 100}).error() == TrapCode::limit_exceeded);
}

TEST_CASE("an allocator that gives nonsense is found when lowering") {
  TypeBuilder b;
  Memory m;
  auto cx = m.context();
  std::vector<std::uint64_t> slots;
  for (const std::uint32_t answer : {4094u, 0xffffffffu}) {
    cx.allocate = [&](std::uint32_t, std::uint64_t) -> Result<std::uint64_t, TrapCode> { return answer; };
    CHECK(lower_flat(cx, {std::string("abc")}, *shape_of(b.arena, Prim::string), slots).error() == TrapCode::realloc_failed);
  }
}

TEST_CASE("narrow signed values are extended to their core type and no further") {
  TypeBuilder b;
  Memory m;
  auto cx = m.context();
  std::vector<std::uint64_t> slots;
  REQUIRE(lower_flat(cx, {std::int64_t{-1}}, *shape_of(b.arena, Prim::s8), slots).has_value());
  CHECK(slots == std::vector<std::uint64_t>{0xffffffff});
  CHECK(lift_flat(cx, slots, *shape_of(b.arena, Prim::s8)).value() == Value{std::int64_t{-1}});
}

TEST_CASE("a value fits only its own shape") {
  TypeBuilder b;
  const auto fits_type = [&](const Value& v, types::ValType t) { return fits(v, *shape_of(b.arena, t)); };
  CHECK(fits_type({std::uint64_t{255}}, Prim::u8));
  CHECK_FALSE(fits_type({std::uint64_t{256}}, Prim::u8));
  CHECK_FALSE(fits_type({std::int64_t{128}}, Prim::s8));
  CHECK_FALSE(fits_type({FlagsValue{4}}, b.flags(2)));
  CHECK_FALSE(fits_type({CaseValue{1, {}}}, b.option(Prim::u8)));
  CHECK_FALSE(fits_type({std::vector<Value>(2)}, b.list(Prim::bool_, 3)));
}

TEST_CASE("values print as WAVE") {
  TypeBuilder b;
  const auto u = [](std::uint64_t v) { return Value{v}; };
  const auto some = [](Value v) { return Value{CaseValue{1, {std::move(v)}}}; };
  const auto record = b.record({{"x", Prim::u8}, {"y", b.option(Prim::u8)}});
  CHECK(wave(b, {std::vector<Value>{u(1), some(u(2))}}, record) == "{x: 1, y: some(2)}");
  CHECK(wave(b, {std::vector<Value>{u(1), {CaseValue{}}}}, record) == "{x: 1}");
  CHECK(wave(b, {std::vector<Value>{{CaseValue{}}}}, b.record({{"y", b.option(Prim::u8)}})) == "{:}");
  CHECK(wave(b, {std::vector<Value>{u(1), {true}}}, b.tuple({Prim::u8, Prim::bool_})) == "(1, true)");
  CHECK(wave(b, {std::vector<Value>{}}, b.list(Prim::u8)) == "[]");
  CHECK(wave(b, {FlagsValue{5}}, b.flags(3)) == "{n0, n2}");
  CHECK(wave(b, {CaseValue{1, {}}}, b.result(Prim::u8, {})) == "err");
  CHECK(wave(b, {CaseValue{0, {u(3)}}}, b.result(Prim::u8, {})) == "ok(3)");
  CHECK(wave(b, {CaseValue{0, {}}}, b.arena.add(types::EnumType{{"none"}})) == "%none");
  CHECK(wave(b, {std::string("a\"\n\x01\\é")}, Prim::string) == "\"a\\\"\\n\\u{1}\\\\é\"");
  CHECK(wave(b, {U'\''}, Prim::char_) == "'\\''");
}

TEST_CASE("floats print the shortest digits, without an exponent") {
  TypeBuilder b;
  CHECK(wave(b, {-3.1415f}, Prim::f32) == "-3.1415");
  CHECK(wave(b, {0.0}, Prim::f64) == "0");
  CHECK(wave(b, {-0.0}, Prim::f64) == "-0");
  CHECK(wave(b, {-100000.0f}, Prim::f32) == "-100000");
  CHECK(wave(b, {3.4028234664e38f}, Prim::f32) == "340282350000000000000000000000000000000");
  CHECK(wave(b, {1e-10}, Prim::f64) == "0.0000000001");
  CHECK(wave(b, {std::numeric_limits<float>::quiet_NaN()}, Prim::f32) == "nan");
  CHECK(wave(b, {-std::numeric_limits<double>::infinity()}, Prim::f64) == "-inf");
}

TEST_CASE("random values survive lowering and lifting in every encoding") {
  TypeBuilder b;
  RandomType types(b);
  RandomValue values(types);
  for (int i = 0; i < 900; ++i) {
    const auto s = ShapeCache(b.arena, i < 600 ? core::ValType::i32 : core::ValType::i64).of(types.type(3).first).value();
    Memory m;
    m.bytes.resize(1 << 16);
    auto cx = m.context(static_cast<StringEncoding>(i % 3));
    cx.lift_handle = [](const Shape&, std::uint32_t handle) -> Result<HandleValue, TrapCode> { return HandleValue{handle, {}}; };
    cx.lower_handle = [](const Shape&, const HandleValue& value) -> Result<std::uint32_t, TrapCode> { return value.number; };
    const Value v = values.value(*s);
    REQUIRE(fits(v, *s));
    REQUIRE(store(cx, v, *s, 0).has_value());
    CHECK(load(cx, 0, *s).value() == v);
    if (s->flat.size() > max_flat_params) continue;
    std::vector<std::uint64_t> slots;
    REQUIRE(lower_flat(cx, v, *s, slots).has_value());
    CHECK(lift_flat(cx, slots, *s).value() == v);
  }
}

/// The value as the definitions hold it.
std::string python(const Value& v, const Shape& s) {
  std::string out;
  switch (s.kind) {
    case ShapeKind::bool_: return std::get<bool>(v.data) ? "True" : "False";
    case ShapeKind::s8:
    case ShapeKind::s16:
    case ShapeKind::s32:
    case ShapeKind::s64: return fmt::format("{}", std::get<std::int64_t>(v.data));
    case ShapeKind::u8:
    case ShapeKind::u16:
    case ShapeKind::u32:
    case ShapeKind::u64: return fmt::format("{}", std::get<std::uint64_t>(v.data));
    case ShapeKind::f32: return fmt::format("f32({})", std::bit_cast<std::uint32_t>(std::get<float>(v.data)));
    case ShapeKind::f64: return fmt::format("f64({})", std::bit_cast<std::uint64_t>(std::get<double>(v.data)));
    case ShapeKind::char_: return fmt::format("chr({})", static_cast<std::uint32_t>(std::get<char32_t>(v.data)));
    case ShapeKind::string:
      for (const char c : std::get<std::string>(v.data)) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
      return fmt::format("bytes.fromhex('{}').decode()", out);
    case ShapeKind::list:
    case ShapeKind::fixed_list:
      for (const Value& e : std::get<std::vector<Value>>(v.data)) out += python(e, *s.element) + ",";
      return "[" + out + "]";
    case ShapeKind::record: {
      const auto& values = std::get<std::vector<Value>>(v.data);
      for (std::size_t i = 0; i < values.size(); ++i) out += fmt::format("'{}': {},", s.parts[i].name, python(values[i], *s.parts[i].shape));
      return "{" + out + "}";
    }
    case ShapeKind::variant: {
      const CaseValue& c = std::get<CaseValue>(v.data);
      const CaseShape& shape = s.cases[c.index];
      return fmt::format("{{'{}': {}}}", shape.name, shape.payload == nullptr ? "None" : python(c.payload[0], *shape.payload));
    }
    case ShapeKind::flags:
      for (std::uint32_t i = 0; i < s.flag_count; ++i) out += fmt::format("'n{}': {},", i, (std::get<FlagsValue>(v.data).bits >> i & 1) != 0 ? "True" : "False");
      return "{" + out + "}";
    default: break;
  }
  WCOMP_CHECK(false);
}

TEST_CASE("what is stored and lowered is what the specification's executable definitions lift") {
  if (!Oracle::is_there()) return;
  Oracle oracle("value_oracle");
  TypeBuilder b;
  RandomType types(b);
  RandomValue values(types);
  constexpr const char* encodings[] = {"utf8", "utf16", "latin1+utf16"};
  for (int i = 0; i < 600; ++i) {
    const auto [type, text] = types.type(3);
    const auto s = shape_of(b.arena, type);
    if (s->has_handles) continue;
    Memory m;
    auto cx = m.context(static_cast<StringEncoding>(i % 3));
    m.heap = static_cast<std::uint32_t>(align_to(s->size, 8));
    m.bytes.resize(1 << 16);
    const Value v = values.value(*s);
    REQUIRE(store(cx, v, *s, 0).has_value());
    std::string slots_text = "None";
    if (s->flat.size() <= max_flat_params) {
      std::vector<std::uint64_t> slots;
      REQUIRE(lower_flat(cx, v, *s, slots).has_value());
      slots_text = fmt::format("[{}]", fmt::join(slots, ","));
    }
    std::string memory;
    for (std::uint32_t k = 0; k < m.heap; ++k) memory += fmt::format("{:02x}", m.bytes[k]);
    oracle.ask(fmt::format("check_value({}, {}, '{}', '{}', 0, {})", text, python(v, *s), encodings[i % 3], memory, slots_text));
  }
  CHECK(oracle.agrees());
}

}  // namespace
}  // namespace wcomp::cabi
