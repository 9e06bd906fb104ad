#include "core/vector.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/core/vector_model.h"

using namespace wcomp;
using namespace wcomp::core;
using model::Bytes;

namespace {

consteval std::string_view signature_of(Opcode o) {
  switch (o) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case Opcode::name: return signature;
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return {};
}
consteval Immediate immediate_of(Opcode o) {
  switch (o) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case Opcode::name: return Immediate::immediate;
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return {};
}

/// Vectors whose lanes of this width are where things go wrong; then some of no particular kind.
std::vector<Bytes> corners(model::Shape shape) {
  const std::vector<std::uint64_t> integers = {0, 1, 2, 0x0f, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x7ffe, 0x7fff, 0x8000, 0x8001, 0xffff, 0x7fff'ffff, 0x8000'0000,
                                               0x8000'0001, 0xffff'ffff, 0x7fff'ffff'ffff'ffff, 0x8000'0000'0000'0000, 0xffff'ffff'ffff'ffff, 0x5555'5555'5555'5555};
  const std::vector<double> floats = {0.0, -0.0, 0.25, -0.5, 0.5, 0.75, -0.75, 1, -1, 1.5, 2.5, -2.5, 3.5, 8388607.5, -8388608.5, 4503599627370495.5, -4503599627370497.0, 2147483647.0,
                                      2147483648.0, -2147483648.0, -2147483649.0, -2147483904.0, 2147483520.0, 4294967295.0, 4294967296.0, 3e9, 1e30, -1e30, 5e-324, 1e-45, 3.4e38,
                                      INFINITY, -INFINITY, NAN};
  std::vector<std::uint64_t> lanes = integers;
  if (shape.is_float) {
    lanes.clear();
    for (double f : floats) lanes.push_back(model::float_bits(f, shape.bits));
    lanes.push_back(shape.bits == 32 ? 0x7fa0'0001 : 0x7ff4'0000'0000'0001);  // signalling
    lanes.push_back(shape.bits == 32 ? 0xffc0'1234 : 0xfff8'0000'0000'1234);
  }
  std::vector<Bytes> out;
  for (std::size_t k = 0; k < lanes.size(); ++k) {
    Bytes v{};
    for (unsigned i = 0; i < shape.lanes(); ++i) model::put(v, shape.bits, i, lanes[(k + i * 3) % lanes.size()]);
    out.push_back(v);
  }
  std::uint64_t seed = 0x9e37'79b9'7f4a'7c15;
  for (int k = 0; k < 10; ++k) {
    Bytes v{};
    for (auto& byte : v) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<std::uint8_t>(seed >> 56);
    }
    out.push_back(v);
  }
  return out;
}

/// Equal, but that any quiet NaN stands for a NaN that the instruction makes.
bool agree(const Bytes& found, const Bytes& expected, unsigned float_bits) {
  if (found == expected) return true;
  if (float_bits == 0) return false;
  const std::uint64_t quiet = float_bits == 32 ? 0x7fc0'0000 : 0x7ff8'0000'0000'0000;
  for (unsigned i = 0; i < 128 / float_bits; ++i) {
    const std::uint64_t x = model::raw(found, float_bits, i), y = model::raw(expected, float_bits, i);
    const bool is_nan = std::isnan(model::as_float(y, float_bits));
    if (is_nan ? (x & quiet) != quiet : x != y) return false;
  }
  return true;
}
std::string hex(const Bytes& v) {
  std::string out;
  for (std::uint8_t b : v) {
    out += "0123456789abcdef"[b >> 4];
    out += "0123456789abcdef"[b & 15];
  }
  return out;
}

struct Row {
  std::string_view text, signature;
  V128 (*compute)(V128, V128, V128) = nullptr;
  std::uint32_t (*summarize)(V128) = nullptr;
  V128 (*shift)(V128, std::uint32_t) = nullptr;
};

template <Opcode O>
void add_row(std::vector<Row>& rows, std::string_view text) {
  constexpr std::string_view s = signature_of(O);
  if constexpr (immediate_of(O) == Immediate::none) {
    Row row{.text = text, .signature = s};
    if constexpr (s == "V:V") row.compute = [](V128 a, V128, V128) { return eval(Op<O>{}, a); };
    if constexpr (s == "VV:V") row.compute = [](V128 a, V128 b, V128) { return eval(Op<O>{}, a, b); };
    if constexpr (s == "VVV:V") row.compute = [](V128 a, V128 b, V128 c) { return eval(Op<O>{}, a, b, c); };
    if constexpr (s == "V:i") row.summarize = [](V128 a) { return eval(Op<O>{}, a); };
    if constexpr (s == "Vi:V") row.shift = [](V128 a, std::uint32_t n) { return eval(Op<O>{}, a, n); };
    if (row.compute != nullptr || row.summarize != nullptr || row.shift != nullptr) rows.push_back(row);
  }
}
std::vector<Row> all_rows() {
  std::vector<Row> rows;
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) add_row<Opcode::name>(rows, text);
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  return rows;
}

/// Which floats the result has, if NaNs in it are made, not moved.
unsigned nan_bits(std::string_view text) {
  const std::string_view op = text.substr(text.find('.') + 1);
  if (text[0] != 'f' || op == "abs" || op == "neg" || op == "pmin" || op == "pmax" || model::compare(op, 1, 1)) return 0;
  return model::shape_of(text).bits;
}

}  // namespace

TEST_CASE("every instruction from vectors to a vector computes what the same words mean lane by lane") {
  std::size_t rows = 0;
  for (const Row& row : all_rows()) {
    if (row.compute == nullptr) continue;
    ++rows;
    model::Shape shape = model::inner_shape_of(row.text);
    if (shape.bits == 0) shape = row.text.starts_with("v128") ? model::Shape{false, 64} : model::shape_of(row.text);
    const std::vector<Bytes> vectors = corners(shape);
    const std::size_t seconds = row.signature == "V:V" ? 1 : vectors.size();
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      for (std::size_t j = 0; j < seconds; ++j) {
        const Bytes &a = vectors[i], &b = vectors[j], &c = vectors[(i * 7 + j * 5 + 3) % vectors.size()];
        const Bytes found = to_bytes(row.compute(of_bytes(a), of_bytes(b), of_bytes(c)));
        const Bytes expected = model::compute(row.text, a, b, c);
        if (!agree(found, expected, nan_bits(row.text))) FAIL_CHECK(row.text << " of " << hex(a) << " " << hex(b) << " " << hex(c) << ": found " << hex(found) << ", expected " << hex(expected));
      }
    }
  }
  CHECK(rows > 190);
}

TEST_CASE("what is said of all lanes is true of all lanes") {
  std::size_t rows = 0;
  for (const Row& row : all_rows()) {
    if (row.summarize == nullptr) continue;
    ++rows;
    const unsigned bits = row.text.starts_with("v128") ? 8 : model::shape_of(row.text).bits;
    std::vector<Bytes> vectors = corners({false, bits});
    Bytes ones;
    ones.fill(1);
    vectors.push_back(ones);
    vectors.push_back({});
    for (unsigned i = 0; i < 128 / bits; ++i) {
      Bytes one{};
      model::put(one, bits, i, std::uint64_t{1} << (bits - 1));
      vectors.push_back(one);
      Bytes all_but_one = ones;
      model::put(all_but_one, bits, i, 0);
      vectors.push_back(all_but_one);
    }
    for (const Bytes& v : vectors) CHECK_MESSAGE(row.summarize(of_bytes(v)) == model::summarize(row.text, v), row.text << " of " << hex(v));
  }
  CHECK(rows == 9);
}

TEST_CASE("shifts of lanes take their count modulo the width of a lane") {
  std::size_t rows = 0;
  for (const Row& row : all_rows()) {
    if (row.shift == nullptr) continue;
    ++rows;
    const unsigned bits = model::shape_of(row.text).bits;
    for (const Bytes& v : corners({false, bits})) {
      for (std::uint32_t n : {0u, 1u, 7u, 8u, 9u, 15u, 31u, 33u, 63u, 64u, 0x8000'0001u, 0xffff'ffffu}) {
        Bytes expected{};
        for (unsigned i = 0; i < 128 / bits; ++i) {
          const model::Wide x = model::lane(v, bits, i, row.text.ends_with("_s"));
          model::put(expected, bits, i, static_cast<std::uint64_t>(row.text.ends_with("shl") ? x << (n % bits) : x >> (n % bits)));
        }
        CHECK_MESSAGE(to_bytes(row.shift(of_bytes(v), n)) == expected, row.text << " of " << hex(v) << " by " << n);
      }
    }
  }
  CHECK(rows == 12);
}

TEST_CASE("lanes are put in, taken out and copied to all") {
  const Bytes counting = {0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};
  const V128 v = of_bytes(counting);
  for (unsigned i = 0; i < 16; ++i) {
    CHECK(eval(Op<Opcode::i8x16_extract_lane_u>{}, v, i) == counting[i]);
    CHECK(eval(Op<Opcode::i8x16_extract_lane_s>{}, v, i) == (i < 8 ? 0xffff'ff00u | counting[i] : counting[i]));
    Bytes expected = counting;
    expected[i] = 0x77;
    CHECK(to_bytes(eval(Op<Opcode::i8x16_replace_lane>{}, v, 0x1277u, i)) == expected);
  }
  CHECK(eval(Op<Opcode::i16x8_extract_lane_s>{}, v, 1u) == 0xffff'8382);
  CHECK(eval(Op<Opcode::i16x8_extract_lane_u>{}, v, 1u) == 0x8382);
  CHECK(eval(Op<Opcode::i32x4_extract_lane>{}, v, 3u) == 0x0f0e'0d0c);
  CHECK(eval(Op<Opcode::i64x2_extract_lane>{}, v, 1u) == 0x0f0e'0d0c'0b0a'0908);
  CHECK(eval(Op<Opcode::i64x2_extract_lane>{}, eval(Op<Opcode::i64x2_replace_lane>{}, v, std::uint64_t{5}, 0u), 0u) == 5);
  CHECK(eval(Op<Opcode::i16x8_extract_lane_u>{}, eval(Op<Opcode::i16x8_replace_lane>{}, v, 0x1'0005u, 7u), 7u) == 5);
  CHECK(eval(Op<Opcode::i32x4_extract_lane>{}, eval(Op<Opcode::i32x4_replace_lane>{}, v, 5u, 2u), 2u) == 5);
  CHECK(eval(Op<Opcode::f32x4_extract_lane>{}, eval(Op<Opcode::f32x4_replace_lane>{}, v, -1.5f, 2u), 2u) == -1.5f);
  CHECK(eval(Op<Opcode::f64x2_extract_lane>{}, eval(Op<Opcode::f64x2_replace_lane>{}, v, -1.5, 1u), 1u) == -1.5);
  CHECK(eval(Op<Opcode::i8x16_extract_lane_u>{}, eval(Op<Opcode::i8x16_splat>{}, 0x1ffu), 15u) == 0xff);
  CHECK(eval(Op<Opcode::i16x8_extract_lane_u>{}, eval(Op<Opcode::i16x8_splat>{}, 0x1'2345u), 7u) == 0x2345);
  CHECK(eval(Op<Opcode::i32x4_extract_lane>{}, eval(Op<Opcode::i32x4_splat>{}, 7u), 3u) == 7);
  CHECK(eval(Op<Opcode::i64x2_extract_lane>{}, eval(Op<Opcode::i64x2_splat>{}, std::uint64_t{7}), 1u) == 7);
  // A NaN's bits go through a splat as they are, a zero keeps its sign.
  CHECK(eval(Op<Opcode::i32x4_extract_lane>{}, eval(Op<Opcode::f32x4_splat>{}, std::bit_cast<float>(0x7fa0'0001u)), 3u) == 0x7fa0'0001);
  CHECK(eval(Op<Opcode::i64x2_extract_lane>{}, eval(Op<Opcode::f64x2_splat>{}, -0.0), 1u) == std::uint64_t{1} << 63);
}

TEST_CASE("a shuffle picks from both vectors") {
  Bytes a, b, lanes, expected;
  for (unsigned i = 0; i < 16; ++i) {
    a[i] = static_cast<std::uint8_t>(i);
    b[i] = static_cast<std::uint8_t>(100 + i);
    lanes[i] = static_cast<std::uint8_t>((i * 11 + 5) % 32);
  }
  for (unsigned i = 0; i < 16; ++i) {
    expected[i] = lanes[i] < 16 ? a[lanes[i]] : b[lanes[i] - 16];
  }
  CHECK(to_bytes(eval(Op<Opcode::i8x16_shuffle>{}, of_bytes(a), of_bytes(b), of_bytes(lanes))) == expected);
}

TEST_CASE("loads widen, copy and fill with zeroes; those of a lane leave the others") {
  const std::uint64_t bytes = 0x8001'7f80'ff00'0180;
  CHECK(to_bytes(load(Op<Opcode::v128_load8x8_s>{}, bytes)) == Bytes{0x80, 0xff, 1, 0, 0, 0, 0xff, 0xff, 0x80, 0xff, 0x7f, 0, 1, 0, 0x80, 0xff});
  CHECK(to_bytes(load(Op<Opcode::v128_load8x8_u>{}, bytes)) == Bytes{0x80, 0, 1, 0, 0, 0, 0xff, 0, 0x80, 0, 0x7f, 0, 1, 0, 0x80, 0});
  CHECK(to_bytes(load(Op<Opcode::v128_load16x4_s>{}, bytes)) == Bytes{0x80, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0x80, 0x7f, 0, 0, 1, 0x80, 0xff, 0xff});
  CHECK(to_bytes(load(Op<Opcode::v128_load16x4_u>{}, bytes)) == Bytes{0x80, 1, 0, 0, 0, 0xff, 0, 0, 0x80, 0x7f, 0, 0, 1, 0x80, 0, 0});
  CHECK(to_bytes(load(Op<Opcode::v128_load32x2_s>{}, bytes)) == Bytes{0x80, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0x80, 0x7f, 1, 0x80, 0xff, 0xff, 0xff, 0xff});
  CHECK(to_bytes(load(Op<Opcode::v128_load32x2_u>{}, bytes)) == Bytes{0x80, 1, 0, 0xff, 0, 0, 0, 0, 0x80, 0x7f, 1, 0x80, 0, 0, 0, 0});
  CHECK(to_bytes(load(Op<Opcode::v128_load16_splat>{}, std::uint16_t{0x1234}))[15] == 0x12);
  CHECK(to_bytes(load(Op<Opcode::v128_load32_zero>{}, 0x0403'0201u)) == Bytes{1, 2, 3, 4});
  CHECK(to_bytes(load(Op<Opcode::v128_load64_zero>{}, bytes)) == Bytes{0x80, 1, 0, 0xff, 0x80, 0x7f, 1, 0x80});
  Bytes sevens;
  sevens.fill(7);
  Bytes expected = sevens;
  expected[6] = 0x34;
  expected[7] = 0x12;
  const V128 one_lane = load(Op<Opcode::v128_load16_lane>{}, std::uint16_t{0x1234}, of_bytes(sevens), 3);
  CHECK(to_bytes(one_lane) == expected);
  CHECK(store(Op<Opcode::v128_store16_lane>{}, one_lane, 3) == 0x1234);
  CHECK(store(Op<Opcode::v128_store8_lane>{}, one_lane, 7) == 0x12);
  CHECK(store(Op<Opcode::v128_store32_lane>{}, one_lane, 1) == 0x1234'0707);
  CHECK(store(Op<Opcode::v128_store64_lane>{}, one_lane, 0) == 0x1234'0707'0707'0707);
}
