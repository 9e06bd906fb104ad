#include "core/numeric.h"

#include <doctest/doctest.h>

#include <limits>

using namespace wcomp;
using namespace wcomp::core;

namespace {

template <Opcode O, class... Args>
auto of(Args... args) {
  return eval(Op<O>{}, args...);
}
std::uint32_t bits(float f) {
  return std::bit_cast<std::uint32_t>(f);
}
std::uint64_t bits(double f) {
  return std::bit_cast<std::uint64_t>(f);
}
constexpr float f32_nan = std::numeric_limits<float>::quiet_NaN();
constexpr double f64_nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("shifts and rotations take their count modulo the width") {
  CHECK(of<Opcode::i32_shl>(1u, 33u) == 2);
  CHECK(of<Opcode::i32_shr_s>(0x8000'0000u, 31u) == 0xffff'ffff);
  CHECK(of<Opcode::i32_shr_u>(0x8000'0000u, 63u) == 1);
  CHECK(of<Opcode::i64_shl>(std::uint64_t{1}, std::uint64_t{64}) == 1);
  CHECK(of<Opcode::i32_rotl>(0x8000'0001u, 33u) == 3);
  CHECK(of<Opcode::i64_rotr>(std::uint64_t{1}, std::uint64_t{65}) == std::uint64_t{1} << 63);
}

TEST_CASE("counting bits of zero gives the width") {
  CHECK(of<Opcode::i32_clz>(0u) == 32);
  CHECK(of<Opcode::i64_ctz>(std::uint64_t{0}) == 64);
  CHECK(of<Opcode::i32_popcnt>(0xffff'ffffu) == 32);
}

TEST_CASE("division traps on zero and on the quotient that does not fit, the remainder only on zero") {
  CHECK(of<Opcode::i32_div_s>(7u, 0u).code == TrapCode::integer_divide_by_zero);
  CHECK(of<Opcode::i32_div_s>(0x8000'0000u, 0xffff'ffffu).code == TrapCode::integer_overflow);
  CHECK(of<Opcode::i32_div_s>(0xffff'fff9u, 2u).value == 0xffff'fffd);
  CHECK(of<Opcode::i32_rem_s>(0xffff'fff9u, 2u).value == 0xffff'ffff);
  CHECK_FALSE(of<Opcode::i64_rem_s>(std::uint64_t{1} << 63, ~std::uint64_t{0}).traps);
  CHECK(of<Opcode::i64_rem_u>(std::uint64_t{1}, std::uint64_t{0}).traps);
}

TEST_CASE("min and max know the sign of zero and pass a NaN on") {
  CHECK(bits(of<Opcode::f64_min>(0.0, -0.0)) == bits(-0.0));
  CHECK(bits(of<Opcode::f64_max>(-0.0, 0.0)) == bits(0.0));
  CHECK(of<Opcode::f64_min>(1.0, -infinity) == -infinity);
  CHECK(std::isnan(of<Opcode::f64_min>(1.0, f64_nan)));
  CHECK(std::isnan(of<Opcode::f32_max>(f32_nan, 1.0f)));
}

TEST_CASE("sign operations leave a NaN's payload alone, arithmetic makes it quiet") {
  auto signalling = std::bit_cast<float>(0x7fa0'0001u);
  CHECK(bits(of<Opcode::f32_neg>(signalling)) == 0xffa0'0001);
  CHECK(bits(of<Opcode::f32_abs>(std::bit_cast<float>(0xffa0'0001u))) == 0x7fa0'0001);
  CHECK(bits(of<Opcode::f32_copysign>(signalling, -1.0f)) == 0xffa0'0001);
  CHECK((bits(of<Opcode::f32_ceil>(signalling)) & 0x0040'0000) != 0);
  CHECK((bits(of<Opcode::f32_nearest>(signalling)) & 0x0040'0000) != 0);
}

TEST_CASE("nearest rounds halves to even and keeps the sign of zero") {
  CHECK(of<Opcode::f64_nearest>(2.5) == 2);
  CHECK(of<Opcode::f64_nearest>(3.5) == 4);
  CHECK(bits(of<Opcode::f64_nearest>(-0.4)) == bits(-0.0));
}

TEST_CASE("truncation accepts the last value that fits and refuses the first that does not") {
  CHECK(of<Opcode::i32_trunc_f64_s>(-2147483648.99).value == 0x8000'0000);
  CHECK(of<Opcode::i32_trunc_f64_s>(-2147483649.0).code == TrapCode::integer_overflow);
  CHECK(of<Opcode::i32_trunc_f64_u>(-0.99).value == 0);
  CHECK(of<Opcode::i32_trunc_f64_u>(4294967295.99).value == 0xffff'ffff);
  CHECK(of<Opcode::i32_trunc_f64_u>(4294967296.0).traps);
  CHECK(of<Opcode::i32_trunc_f32_s>(-2147483648.0f).value == 0x8000'0000);
  CHECK(of<Opcode::i32_trunc_f32_s>(2147483648.0f).traps);
  CHECK(of<Opcode::i64_trunc_f64_s>(-9223372036854775808.0).value == std::uint64_t{1} << 63);
  CHECK(of<Opcode::i64_trunc_f64_s>(9223372036854775808.0).traps);
  CHECK(of<Opcode::i64_trunc_f64_u>(18446744073709551616.0).traps);
  CHECK(of<Opcode::i32_trunc_f32_u>(f32_nan).code == TrapCode::invalid_conversion_to_integer);
}

TEST_CASE("saturating truncation clamps, and gives zero for a NaN") {
  CHECK(of<Opcode::i32_trunc_sat_f64_s>(1e10) == 0x7fff'ffff);
  CHECK(of<Opcode::i32_trunc_sat_f64_s>(-1e10) == 0x8000'0000);
  CHECK(of<Opcode::i64_trunc_sat_f64_u>(-5.0) == 0);
  CHECK(of<Opcode::i64_trunc_sat_f32_u>(std::numeric_limits<float>::infinity()) == ~std::uint64_t{0});
  CHECK(of<Opcode::i32_trunc_sat_f32_s>(f32_nan) == 0);
}

TEST_CASE("sign extension looks only at the low bits") {
  CHECK(of<Opcode::i32_extend8_s>(0x1234'5680u) == 0xffff'ff80);
  CHECK(of<Opcode::i64_extend32_s>(std::uint64_t{0x1'8000'0000}) == 0xffff'ffff'8000'0000);
  CHECK(of<Opcode::i64_extend_i32_u>(0x8000'0000u) == 0x8000'0000);
}
