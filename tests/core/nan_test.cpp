#include "core/nan.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace wcomp;
using namespace wcomp::core;

TEST_CASE("a canonical NaN takes the place of any other, and nothing else changes") {
  CHECK(std::bit_cast<std::uint32_t>(canonical(std::bit_cast<float>(0xffa0'0001u))) == 0x7fc0'0000);
  CHECK(std::bit_cast<std::uint64_t>(canonical(std::bit_cast<double>(0xfff0'0000'0000'0001u))) == 0x7ff8'0000'0000'0000);
  CHECK(std::bit_cast<std::uint64_t>(canonical(-0.0)) == std::uint64_t{1} << 63);
  const auto lanes = canonical(lanes::f32x4{std::bit_cast<float>(0xffc0'0001u), -0.0f, 1.0f, INFINITY});
  CHECK(to_bytes(of(lanes)) == std::array<std::uint8_t, 16>{0, 0, 0xc0, 0x7f, 0, 0, 0, 0x80, 0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x7f});
}

TEST_CASE("rows that make NaNs are those that compute floats from floats") {
  for (const OpcodeRow& row : opcode_rows()) {
    const std::string_view text = row.text, op = text.substr(text.find('.') + 1);
    const std::string_view shape = text.substr(0, text.find('.'));
    const bool has_float_result = shape == "f32" || shape == "f64" || shape == "f32x4" || shape == "f64x2";
    bool moves_bits = row.immediate != Immediate::none || row.signature.ends_with(":i");
    for (std::string_view word : {"abs", "neg", "copysign", "pmin", "pmax", "reinterpret", "convert", "splat", "eq", "ne", "lt", "gt", "le", "ge"}) {
      if (op.starts_with(word) && op != "nearest") moves_bits = true;
    }
    const NanLanes expected = !has_float_result || moves_bits ? NanLanes::none
                              : shape == "f32"                ? NanLanes::f32
                              : shape == "f64"                ? NanLanes::f64
                              : shape == "f32x4"              ? NanLanes::f32x4
                                                              : NanLanes::f64x2;
    CHECK_MESSAGE(nan_lanes(row.opcode) == expected, text);
  }
}
