// Lanes of floats: the part of core/vector.h, which is the header to include.
//
// As in core/numeric_float.h: sign operations and pmin, pmax work on bits; everything else gives a quiet NaN for a NaN operand. Rounding is
// done by adding a number so large that no fraction is left, since the baseline of x86-64 has no instruction for it.
#pragma once

#include "core/vector.h"

namespace wcomp::core::numeric {

template <class L>
using BitLanesOf = std::conditional_t<lane_count<L> == 4, u32x4, u64x2>;
template <class L>
[[gnu::always_inline]] inline BitLanesOf<L> bits_of(L v) {
  return std::bit_cast<BitLanesOf<L>>(v);
}
template <class L>
inline constexpr auto lane_sign = sign_bit<ElementOf<L>>;

template <class L>
[[gnu::always_inline]] inline L abs_of(L v) {
  return std::bit_cast<L>(bits_of(v) & ~lane_sign<L>);
}
template <class L>
[[gnu::always_inline]] inline L with_sign_of(L v, L sign) {
  return std::bit_cast<L>((bits_of(v) & ~lane_sign<L>) | (bits_of(sign) & lane_sign<L>));
}
/// A NaN made quiet, anything else as it is in `other`.
template <class L>
[[gnu::always_inline]] inline L quiet_lanes(L v, L other) {
  return v == v ? other : v + v;
}
/// From here on numbers have no fractions.
template <class L>
inline constexpr ElementOf<L> no_fractions = sizeof(ElementOf<L>) == 4 ? static_cast<ElementOf<L>>(1u << 23) : static_cast<ElementOf<L>>(u64{1} << 52);
template <class L>
[[gnu::always_inline]] inline L nearest_of(L v) {
  const L size = abs_of(v), large = splat<L>(no_fractions<L>);
  return size < large ? with_sign_of((size + large) - large, v) : v;
}
template <class L>
[[gnu::always_inline]] inline L ceil_of(L v) {
  const L r = nearest_of(v);
  return with_sign_of(r < v ? r + 1 : r, v);
}
template <class L>
[[gnu::always_inline]] inline L floor_of(L v) {
  const L r = nearest_of(v);
  return with_sign_of(r > v ? r - 1 : r, v);
}
template <class L>
[[gnu::always_inline]] inline L trunc_of(L v) {
  const L size = abs_of(v), r = nearest_of(size);
  return with_sign_of(r > size ? r - 1 : r, v);
}
template <class L>
[[gnu::always_inline]] inline L min_lanes(L a, L b) {
  const L either = std::bit_cast<L>(bits_of(a) | bits_of(b));  // -0 below 0
  const L r = a == b ? either : (a < b ? a : b);
  return ((a == a) & (b == b)) ? r : a + b;
}
template <class L>
[[gnu::always_inline]] inline L max_lanes(L a, L b) {
  const L both = std::bit_cast<L>(bits_of(a) & bits_of(b));
  const L r = a == b ? both : (a > b ? a : b);
  return ((a == a) & (b == b)) ? r : a + b;
}

// --- f32x4 ---
inline V128 eval(Op<f32x4_eq>, V128 a, V128 b) { return of(as<f32x4>(a) == as<f32x4>(b)); }
inline V128 eval(Op<f32x4_ne>, V128 a, V128 b) { return of(as<f32x4>(a) != as<f32x4>(b)); }
inline V128 eval(Op<f32x4_lt>, V128 a, V128 b) { return of(as<f32x4>(a) < as<f32x4>(b)); }
inline V128 eval(Op<f32x4_gt>, V128 a, V128 b) { return of(as<f32x4>(a) > as<f32x4>(b)); }
inline V128 eval(Op<f32x4_le>, V128 a, V128 b) { return of(as<f32x4>(a) <= as<f32x4>(b)); }
inline V128 eval(Op<f32x4_ge>, V128 a, V128 b) { return of(as<f32x4>(a) >= as<f32x4>(b)); }
inline V128 eval(Op<f32x4_abs>, V128 a) { return of(abs_of(as<f32x4>(a))); }
inline V128 eval(Op<f32x4_neg>, V128 a) { return of(bits_of(as<f32x4>(a)) ^ lane_sign<f32x4>); }
inline V128 eval(Op<f32x4_ceil>, V128 a) { return of(quiet_lanes(as<f32x4>(a), ceil_of(as<f32x4>(a)))); }
inline V128 eval(Op<f32x4_floor>, V128 a) { return of(quiet_lanes(as<f32x4>(a), floor_of(as<f32x4>(a)))); }
inline V128 eval(Op<f32x4_trunc>, V128 a) { return of(quiet_lanes(as<f32x4>(a), trunc_of(as<f32x4>(a)))); }
inline V128 eval(Op<f32x4_nearest>, V128 a) { return of(quiet_lanes(as<f32x4>(a), nearest_of(as<f32x4>(a)))); }
inline V128 eval(Op<f32x4_sqrt>, V128 a) { return of(__builtin_elementwise_sqrt(as<f32x4>(a))); }
inline V128 eval(Op<f32x4_add>, V128 a, V128 b) { return of(as<f32x4>(a) + as<f32x4>(b)); }
inline V128 eval(Op<f32x4_sub>, V128 a, V128 b) { return of(as<f32x4>(a) - as<f32x4>(b)); }
inline V128 eval(Op<f32x4_mul>, V128 a, V128 b) { return of(as<f32x4>(a) * as<f32x4>(b)); }
inline V128 eval(Op<f32x4_div>, V128 a, V128 b) { return of(as<f32x4>(a) / as<f32x4>(b)); }
inline V128 eval(Op<f32x4_min>, V128 a, V128 b) { return of(min_lanes(as<f32x4>(a), as<f32x4>(b))); }
inline V128 eval(Op<f32x4_max>, V128 a, V128 b) { return of(max_lanes(as<f32x4>(a), as<f32x4>(b))); }
inline V128 eval(Op<f32x4_pmin>, V128 a, V128 b) { return of(as<f32x4>(b) < as<f32x4>(a) ? as<f32x4>(b) : as<f32x4>(a)); }
inline V128 eval(Op<f32x4_pmax>, V128 a, V128 b) { return of(as<f32x4>(a) < as<f32x4>(b) ? as<f32x4>(b) : as<f32x4>(a)); }
// --- f64x2 ---
inline V128 eval(Op<f64x2_eq>, V128 a, V128 b) { return of(as<f64x2>(a) == as<f64x2>(b)); }
inline V128 eval(Op<f64x2_ne>, V128 a, V128 b) { return of(as<f64x2>(a) != as<f64x2>(b)); }
inline V128 eval(Op<f64x2_lt>, V128 a, V128 b) { return of(as<f64x2>(a) < as<f64x2>(b)); }
inline V128 eval(Op<f64x2_gt>, V128 a, V128 b) { return of(as<f64x2>(a) > as<f64x2>(b)); }
inline V128 eval(Op<f64x2_le>, V128 a, V128 b) { return of(as<f64x2>(a) <= as<f64x2>(b)); }
inline V128 eval(Op<f64x2_ge>, V128 a, V128 b) { return of(as<f64x2>(a) >= as<f64x2>(b)); }
inline V128 eval(Op<f64x2_abs>, V128 a) { return of(abs_of(as<f64x2>(a))); }
inline V128 eval(Op<f64x2_neg>, V128 a) { return of(bits_of(as<f64x2>(a)) ^ lane_sign<f64x2>); }
inline V128 eval(Op<f64x2_ceil>, V128 a) { return of(quiet_lanes(as<f64x2>(a), ceil_of(as<f64x2>(a)))); }
inline V128 eval(Op<f64x2_floor>, V128 a) { return of(quiet_lanes(as<f64x2>(a), floor_of(as<f64x2>(a)))); }
inline V128 eval(Op<f64x2_trunc>, V128 a) { return of(quiet_lanes(as<f64x2>(a), trunc_of(as<f64x2>(a)))); }
inline V128 eval(Op<f64x2_nearest>, V128 a) { return of(quiet_lanes(as<f64x2>(a), nearest_of(as<f64x2>(a)))); }
inline V128 eval(Op<f64x2_sqrt>, V128 a) { return of(__builtin_elementwise_sqrt(as<f64x2>(a))); }
inline V128 eval(Op<f64x2_add>, V128 a, V128 b) { return of(as<f64x2>(a) + as<f64x2>(b)); }
inline V128 eval(Op<f64x2_sub>, V128 a, V128 b) { return of(as<f64x2>(a) - as<f64x2>(b)); }
inline V128 eval(Op<f64x2_mul>, V128 a, V128 b) { return of(as<f64x2>(a) * as<f64x2>(b)); }
inline V128 eval(Op<f64x2_div>, V128 a, V128 b) { return of(as<f64x2>(a) / as<f64x2>(b)); }
inline V128 eval(Op<f64x2_min>, V128 a, V128 b) { return of(min_lanes(as<f64x2>(a), as<f64x2>(b))); }
inline V128 eval(Op<f64x2_max>, V128 a, V128 b) { return of(max_lanes(as<f64x2>(a), as<f64x2>(b))); }
inline V128 eval(Op<f64x2_pmin>, V128 a, V128 b) { return of(as<f64x2>(b) < as<f64x2>(a) ? as<f64x2>(b) : as<f64x2>(a)); }
inline V128 eval(Op<f64x2_pmax>, V128 a, V128 b) { return of(as<f64x2>(a) < as<f64x2>(b) ? as<f64x2>(b) : as<f64x2>(a)); }

// --- conversions ---
using f32x2 = float __attribute__((vector_size(8)));
using s32x2 = s32 __attribute__((vector_size(8)));
using u32x2 = u32 __attribute__((vector_size(8)));
/// 0 for a NaN, else the nearest value that fits. What is converted always fits: anything else would be undefined.
template <class I, class L>
[[gnu::always_inline]] inline I trunc_sat_s(L v) {
  const L number = v == v ? v : L{};
  const L least = splat<L>(-0x1p31f), beyond = splat<L>(0x1p31f);
  const L inside = number < least ? least : number < beyond ? number : L{};
  const I r = __builtin_convertvector(inside, I);
  // A comparison has lanes as wide as the floats.
  return r | (__builtin_convertvector(number >= beyond, I) & std::numeric_limits<s32>::max());
}
template <class I, class L>
[[gnu::always_inline]] inline I trunc_sat_u(L v) {
  const L number = v > 0 ? v : L{};
  const L half = splat<L>(0x1p31f), beyond = splat<L>(0x1p32f);
  const auto is_upper = number >= half;
  const L lower = is_upper ? number - half : number;
  const I r = __builtin_convertvector(lower < half ? lower : L{}, I);
  return (r ^ (__builtin_convertvector(is_upper, I) & std::numeric_limits<s32>::min())) | __builtin_convertvector(number >= beyond, I);
}
inline V128 eval(Op<i32x4_trunc_sat_f32x4_s>, V128 a) { return of(trunc_sat_s<s32x4>(as<f32x4>(a))); }
inline V128 eval(Op<i32x4_trunc_sat_f32x4_u>, V128 a) { return of(trunc_sat_u<s32x4>(as<f32x4>(a))); }
inline V128 eval(Op<i32x4_trunc_sat_f64x2_s_zero>, V128 a) { return of(join(trunc_sat_s<s32x2>(as<f64x2>(a)), s32x2{})); }
inline V128 eval(Op<i32x4_trunc_sat_f64x2_u_zero>, V128 a) { return of(join(trunc_sat_u<s32x2>(as<f64x2>(a)), s32x2{})); }
inline V128 eval(Op<f32x4_convert_i32x4_s>, V128 a) { return of(__builtin_convertvector(as<s32x4>(a), f32x4)); }
inline V128 eval(Op<f32x4_convert_i32x4_u>, V128 a) { return of(__builtin_convertvector(as<u32x4>(a), f32x4)); }
inline V128 eval(Op<f64x2_convert_low_i32x4_s>, V128 a) { return of(__builtin_convertvector(low_half(as<s32x4>(a)), f64x2)); }
inline V128 eval(Op<f64x2_convert_low_i32x4_u>, V128 a) { return of(__builtin_convertvector(low_half(as<u32x4>(a)), f64x2)); }
inline V128 eval(Op<f32x4_demote_f64x2_zero>, V128 a) { return of(join(__builtin_convertvector(as<f64x2>(a), f32x2), f32x2{})); }
inline V128 eval(Op<f64x2_promote_low_f32x4>, V128 a) { return of(__builtin_convertvector(low_half(as<f32x4>(a)), f64x2)); }

// --- relaxed ---
inline V128 eval(Op<f32x4_relaxed_madd>, V128 a, V128 b, V128 c) { return eval(Op<f32x4_add>{}, eval(Op<f32x4_mul>{}, a, b), c); }
inline V128 eval(Op<f32x4_relaxed_nmadd>, V128 a, V128 b, V128 c) { return eval(Op<f32x4_relaxed_madd>{}, eval(Op<f32x4_neg>{}, a), b, c); }
inline V128 eval(Op<f32x4_relaxed_min>, V128 a, V128 b) { return eval(Op<f32x4_min>{}, a, b); }
inline V128 eval(Op<f32x4_relaxed_max>, V128 a, V128 b) { return eval(Op<f32x4_max>{}, a, b); }
inline V128 eval(Op<f64x2_relaxed_madd>, V128 a, V128 b, V128 c) { return eval(Op<f64x2_add>{}, eval(Op<f64x2_mul>{}, a, b), c); }
inline V128 eval(Op<f64x2_relaxed_nmadd>, V128 a, V128 b, V128 c) { return eval(Op<f64x2_relaxed_madd>{}, eval(Op<f64x2_neg>{}, a), b, c); }
inline V128 eval(Op<f64x2_relaxed_min>, V128 a, V128 b) { return eval(Op<f64x2_min>{}, a, b); }
inline V128 eval(Op<f64x2_relaxed_max>, V128 a, V128 b) { return eval(Op<f64x2_max>{}, a, b); }
inline V128 eval(Op<i32x4_relaxed_trunc_f32x4_s>, V128 a) { return eval(Op<i32x4_trunc_sat_f32x4_s>{}, a); }
inline V128 eval(Op<i32x4_relaxed_trunc_f32x4_u>, V128 a) { return eval(Op<i32x4_trunc_sat_f32x4_u>{}, a); }
inline V128 eval(Op<i32x4_relaxed_trunc_f64x2_s_zero>, V128 a) { return eval(Op<i32x4_trunc_sat_f64x2_s_zero>{}, a); }
inline V128 eval(Op<i32x4_relaxed_trunc_f64x2_u_zero>, V128 a) { return eval(Op<i32x4_trunc_sat_f64x2_u_zero>{}, a); }

}  // namespace wcomp::core::numeric
