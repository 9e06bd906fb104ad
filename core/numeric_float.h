// The floating point part of core/numeric.h, which is the header to include.
//
// Sign operations work on bits, because they must not touch a NaN's payload; everything else gives a quiet NaN for a NaN operand. The
// host's rounding mode is taken to be nearest-even.
#pragma once

#include "core/numeric.h"

namespace wcomp::core::numeric {

// --- comparisons ---
constexpr u32 eval(Op<f32_eq>, f32 a, f32 b) { return a == b; }
constexpr u32 eval(Op<f32_ne>, f32 a, f32 b) { return a != b; }
constexpr u32 eval(Op<f32_lt>, f32 a, f32 b) { return a < b; }
constexpr u32 eval(Op<f32_gt>, f32 a, f32 b) { return a > b; }
constexpr u32 eval(Op<f32_le>, f32 a, f32 b) { return a <= b; }
constexpr u32 eval(Op<f32_ge>, f32 a, f32 b) { return a >= b; }
constexpr u32 eval(Op<f64_eq>, f64 a, f64 b) { return a == b; }
constexpr u32 eval(Op<f64_ne>, f64 a, f64 b) { return a != b; }
constexpr u32 eval(Op<f64_lt>, f64 a, f64 b) { return a < b; }
constexpr u32 eval(Op<f64_gt>, f64 a, f64 b) { return a > b; }
constexpr u32 eval(Op<f64_le>, f64 a, f64 b) { return a <= b; }
constexpr u32 eval(Op<f64_ge>, f64 a, f64 b) { return a >= b; }

// --- arithmetic ---
template <class F>
using BitsOf = std::conditional_t<sizeof(F) == 4, u32, u64>;
template <class F>
inline constexpr BitsOf<F> sign_bit = BitsOf<F>{1} << (sizeof(F) * 8 - 1);

template <class F>
constexpr F min_of(F a, F b) {
  if (a != a || b != b) return a + b;
  if (a == b) return std::bit_cast<F>(static_cast<BitsOf<F>>(std::bit_cast<BitsOf<F>>(a) | std::bit_cast<BitsOf<F>>(b)));  // -0 below 0
  return a < b ? a : b;
}
template <class F>
constexpr F max_of(F a, F b) {
  if (a != a || b != b) return a + b;
  if (a == b) return std::bit_cast<F>(static_cast<BitsOf<F>>(std::bit_cast<BitsOf<F>>(a) & std::bit_cast<BitsOf<F>>(b)));
  return a > b ? a : b;
}
template <class F>
constexpr F copysign_of(F a, F b) {
  return std::bit_cast<F>(
      static_cast<BitsOf<F>>((std::bit_cast<BitsOf<F>>(a) & ~sign_bit<F>) | (std::bit_cast<BitsOf<F>>(b) & sign_bit<F>)));
}
/// A NaN made quiet, anything else as it is.
template <class F>
inline F quiet(F a, F rounded) {
  return a != a ? a + a : rounded;
}

constexpr f32 eval(Op<f32_abs>, f32 a) { return std::bit_cast<f32>(std::bit_cast<u32>(a) & ~sign_bit<f32>); }
constexpr f32 eval(Op<f32_neg>, f32 a) { return std::bit_cast<f32>(std::bit_cast<u32>(a) ^ sign_bit<f32>); }
inline f32 eval(Op<f32_ceil>, f32 a) { return quiet(a, std::ceil(a)); }
inline f32 eval(Op<f32_floor>, f32 a) { return quiet(a, std::floor(a)); }
inline f32 eval(Op<f32_trunc>, f32 a) { return quiet(a, std::trunc(a)); }
inline f32 eval(Op<f32_nearest>, f32 a) { return quiet(a, std::nearbyint(a)); }
inline f32 eval(Op<f32_sqrt>, f32 a) { return std::sqrt(a); }
constexpr f32 eval(Op<f32_add>, f32 a, f32 b) { return a + b; }
constexpr f32 eval(Op<f32_sub>, f32 a, f32 b) { return a - b; }
constexpr f32 eval(Op<f32_mul>, f32 a, f32 b) { return a * b; }
constexpr f32 eval(Op<f32_div>, f32 a, f32 b) { return a / b; }
constexpr f32 eval(Op<f32_min>, f32 a, f32 b) { return min_of(a, b); }
constexpr f32 eval(Op<f32_max>, f32 a, f32 b) { return max_of(a, b); }
constexpr f32 eval(Op<f32_copysign>, f32 a, f32 b) { return copysign_of(a, b); }
constexpr f64 eval(Op<f64_abs>, f64 a) { return std::bit_cast<f64>(std::bit_cast<u64>(a) & ~sign_bit<f64>); }
constexpr f64 eval(Op<f64_neg>, f64 a) { return std::bit_cast<f64>(std::bit_cast<u64>(a) ^ sign_bit<f64>); }
inline f64 eval(Op<f64_ceil>, f64 a) { return quiet(a, std::ceil(a)); }
inline f64 eval(Op<f64_floor>, f64 a) { return quiet(a, std::floor(a)); }
inline f64 eval(Op<f64_trunc>, f64 a) { return quiet(a, std::trunc(a)); }
inline f64 eval(Op<f64_nearest>, f64 a) { return quiet(a, std::nearbyint(a)); }
inline f64 eval(Op<f64_sqrt>, f64 a) { return std::sqrt(a); }
constexpr f64 eval(Op<f64_add>, f64 a, f64 b) { return a + b; }
constexpr f64 eval(Op<f64_sub>, f64 a, f64 b) { return a - b; }
constexpr f64 eval(Op<f64_mul>, f64 a, f64 b) { return a * b; }
constexpr f64 eval(Op<f64_div>, f64 a, f64 b) { return a / b; }
constexpr f64 eval(Op<f64_min>, f64 a, f64 b) { return min_of(a, b); }
constexpr f64 eval(Op<f64_max>, f64 a, f64 b) { return max_of(a, b); }
constexpr f64 eval(Op<f64_copysign>, f64 a, f64 b) { return copysign_of(a, b); }

// --- conversions ---
/// The range of F whose truncation fits in I: greater than `above` and less than `below`.
template <class I, class F>
struct TruncRange {
  static constexpr F below = static_cast<F>(I{1} << (std::numeric_limits<I>::digits - 1)) * 2;
  static constexpr bool is_fits(F a) {
    if (std::is_unsigned_v<I>) return a > F{-1} && a < below;
    // The least value is exact in F; for F wide enough the values between it and the next integer below truncate to it as well.
    if (std::numeric_limits<F>::digits > std::numeric_limits<I>::digits) return a > -below - 1 && a < below;
    return a >= -below && a < below;
  }
};
/// `trunc`: traps on a NaN and on what does not fit.
template <class I, class F>
constexpr OrTrap<std::make_unsigned_t<I>> trunc_to(F a) {
  if (a != a) return TrapCode::invalid_conversion_to_integer;
  if (!TruncRange<I, F>::is_fits(a)) return TrapCode::integer_overflow;
  return static_cast<std::make_unsigned_t<I>>(static_cast<I>(a));
}
/// `trunc_sat`: 0 for a NaN, else the nearest value that fits.
template <class I, class F>
constexpr std::make_unsigned_t<I> trunc_sat_to(F a) {
  if (a != a) return 0;
  if (!TruncRange<I, F>::is_fits(a)) {
    return static_cast<std::make_unsigned_t<I>>(a < 0 ? std::numeric_limits<I>::min() : std::numeric_limits<I>::max());
  }
  return static_cast<std::make_unsigned_t<I>>(static_cast<I>(a));
}

constexpr OrTrap<u32> eval(Op<i32_trunc_f32_s>, f32 a) { return trunc_to<s32>(a); }
constexpr OrTrap<u32> eval(Op<i32_trunc_f32_u>, f32 a) { return trunc_to<u32>(a); }
constexpr OrTrap<u32> eval(Op<i32_trunc_f64_s>, f64 a) { return trunc_to<s32>(a); }
constexpr OrTrap<u32> eval(Op<i32_trunc_f64_u>, f64 a) { return trunc_to<u32>(a); }
constexpr OrTrap<u64> eval(Op<i64_trunc_f32_s>, f32 a) { return trunc_to<s64>(a); }
constexpr OrTrap<u64> eval(Op<i64_trunc_f32_u>, f32 a) { return trunc_to<u64>(a); }
constexpr OrTrap<u64> eval(Op<i64_trunc_f64_s>, f64 a) { return trunc_to<s64>(a); }
constexpr OrTrap<u64> eval(Op<i64_trunc_f64_u>, f64 a) { return trunc_to<u64>(a); }
constexpr u32 eval(Op<i32_trunc_sat_f32_s>, f32 a) { return trunc_sat_to<s32>(a); }
constexpr u32 eval(Op<i32_trunc_sat_f32_u>, f32 a) { return trunc_sat_to<u32>(a); }
constexpr u32 eval(Op<i32_trunc_sat_f64_s>, f64 a) { return trunc_sat_to<s32>(a); }
constexpr u32 eval(Op<i32_trunc_sat_f64_u>, f64 a) { return trunc_sat_to<u32>(a); }
constexpr u64 eval(Op<i64_trunc_sat_f32_s>, f32 a) { return trunc_sat_to<s64>(a); }
constexpr u64 eval(Op<i64_trunc_sat_f32_u>, f32 a) { return trunc_sat_to<u64>(a); }
constexpr u64 eval(Op<i64_trunc_sat_f64_s>, f64 a) { return trunc_sat_to<s64>(a); }
constexpr u64 eval(Op<i64_trunc_sat_f64_u>, f64 a) { return trunc_sat_to<u64>(a); }
constexpr f32 eval(Op<f32_convert_i32_s>, u32 a) { return static_cast<f32>(static_cast<s32>(a)); }
constexpr f32 eval(Op<f32_convert_i32_u>, u32 a) { return static_cast<f32>(a); }
constexpr f32 eval(Op<f32_convert_i64_s>, u64 a) { return static_cast<f32>(static_cast<s64>(a)); }
constexpr f32 eval(Op<f32_convert_i64_u>, u64 a) { return static_cast<f32>(a); }
constexpr f64 eval(Op<f64_convert_i32_s>, u32 a) { return static_cast<s32>(a); }
constexpr f64 eval(Op<f64_convert_i32_u>, u32 a) { return a; }
constexpr f64 eval(Op<f64_convert_i64_s>, u64 a) { return static_cast<f64>(static_cast<s64>(a)); }
constexpr f64 eval(Op<f64_convert_i64_u>, u64 a) { return static_cast<f64>(a); }
constexpr f32 eval(Op<f32_demote_f64>, f64 a) { return static_cast<f32>(a); }
constexpr f64 eval(Op<f64_promote_f32>, f32 a) { return a; }

}  // namespace wcomp::core::numeric
