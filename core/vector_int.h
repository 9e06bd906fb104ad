// Integer lanes: the part of core/vector.h, which is the header to include.
//
// Sums, differences and products are taken of unsigned lanes, where they wrap.
#pragma once

#include "core/vector.h"

namespace wcomp::core::numeric {

// --- comparisons: all bits of a lane ---
inline V128 eval(Op<i8x16_eq>, V128 a, V128 b) { return of(as<u8x16>(a) == as<u8x16>(b)); }
inline V128 eval(Op<i8x16_ne>, V128 a, V128 b) { return of(as<u8x16>(a) != as<u8x16>(b)); }
inline V128 eval(Op<i8x16_lt_s>, V128 a, V128 b) { return of(as<s8x16>(a) < as<s8x16>(b)); }
inline V128 eval(Op<i8x16_lt_u>, V128 a, V128 b) { return of(as<u8x16>(a) < as<u8x16>(b)); }
inline V128 eval(Op<i8x16_gt_s>, V128 a, V128 b) { return of(as<s8x16>(a) > as<s8x16>(b)); }
inline V128 eval(Op<i8x16_gt_u>, V128 a, V128 b) { return of(as<u8x16>(a) > as<u8x16>(b)); }
inline V128 eval(Op<i8x16_le_s>, V128 a, V128 b) { return of(as<s8x16>(a) <= as<s8x16>(b)); }
inline V128 eval(Op<i8x16_le_u>, V128 a, V128 b) { return of(as<u8x16>(a) <= as<u8x16>(b)); }
inline V128 eval(Op<i8x16_ge_s>, V128 a, V128 b) { return of(as<s8x16>(a) >= as<s8x16>(b)); }
inline V128 eval(Op<i8x16_ge_u>, V128 a, V128 b) { return of(as<u8x16>(a) >= as<u8x16>(b)); }
inline V128 eval(Op<i16x8_eq>, V128 a, V128 b) { return of(as<u16x8>(a) == as<u16x8>(b)); }
inline V128 eval(Op<i16x8_ne>, V128 a, V128 b) { return of(as<u16x8>(a) != as<u16x8>(b)); }
inline V128 eval(Op<i16x8_lt_s>, V128 a, V128 b) { return of(as<s16x8>(a) < as<s16x8>(b)); }
inline V128 eval(Op<i16x8_lt_u>, V128 a, V128 b) { return of(as<u16x8>(a) < as<u16x8>(b)); }
inline V128 eval(Op<i16x8_gt_s>, V128 a, V128 b) { return of(as<s16x8>(a) > as<s16x8>(b)); }
inline V128 eval(Op<i16x8_gt_u>, V128 a, V128 b) { return of(as<u16x8>(a) > as<u16x8>(b)); }
inline V128 eval(Op<i16x8_le_s>, V128 a, V128 b) { return of(as<s16x8>(a) <= as<s16x8>(b)); }
inline V128 eval(Op<i16x8_le_u>, V128 a, V128 b) { return of(as<u16x8>(a) <= as<u16x8>(b)); }
inline V128 eval(Op<i16x8_ge_s>, V128 a, V128 b) { return of(as<s16x8>(a) >= as<s16x8>(b)); }
inline V128 eval(Op<i16x8_ge_u>, V128 a, V128 b) { return of(as<u16x8>(a) >= as<u16x8>(b)); }
inline V128 eval(Op<i32x4_eq>, V128 a, V128 b) { return of(as<u32x4>(a) == as<u32x4>(b)); }
inline V128 eval(Op<i32x4_ne>, V128 a, V128 b) { return of(as<u32x4>(a) != as<u32x4>(b)); }
inline V128 eval(Op<i32x4_lt_s>, V128 a, V128 b) { return of(as<s32x4>(a) < as<s32x4>(b)); }
inline V128 eval(Op<i32x4_lt_u>, V128 a, V128 b) { return of(as<u32x4>(a) < as<u32x4>(b)); }
inline V128 eval(Op<i32x4_gt_s>, V128 a, V128 b) { return of(as<s32x4>(a) > as<s32x4>(b)); }
inline V128 eval(Op<i32x4_gt_u>, V128 a, V128 b) { return of(as<u32x4>(a) > as<u32x4>(b)); }
inline V128 eval(Op<i32x4_le_s>, V128 a, V128 b) { return of(as<s32x4>(a) <= as<s32x4>(b)); }
inline V128 eval(Op<i32x4_le_u>, V128 a, V128 b) { return of(as<u32x4>(a) <= as<u32x4>(b)); }
inline V128 eval(Op<i32x4_ge_s>, V128 a, V128 b) { return of(as<s32x4>(a) >= as<s32x4>(b)); }
inline V128 eval(Op<i32x4_ge_u>, V128 a, V128 b) { return of(as<u32x4>(a) >= as<u32x4>(b)); }
inline V128 eval(Op<i64x2_eq>, V128 a, V128 b) { return of(as<u64x2>(a) == as<u64x2>(b)); }
inline V128 eval(Op<i64x2_ne>, V128 a, V128 b) { return of(as<u64x2>(a) != as<u64x2>(b)); }
inline V128 eval(Op<i64x2_lt_s>, V128 a, V128 b) { return of(as<s64x2>(a) < as<s64x2>(b)); }
inline V128 eval(Op<i64x2_gt_s>, V128 a, V128 b) { return of(as<s64x2>(a) > as<s64x2>(b)); }
inline V128 eval(Op<i64x2_le_s>, V128 a, V128 b) { return of(as<s64x2>(a) <= as<s64x2>(b)); }
inline V128 eval(Op<i64x2_ge_s>, V128 a, V128 b) { return of(as<s64x2>(a) >= as<s64x2>(b)); }

// --- one operand ---
template <class L>
[[gnu::always_inline]] inline u32 bitmask(L v) {
  using Bits = bool __attribute__((ext_vector_type(lane_count<L>)));
  const Bits signs = __builtin_convertvector(v < 0, Bits);
  if constexpr (lane_count<L> == 16) return std::bit_cast<std::uint16_t>(signs);
  else return std::bit_cast<std::uint8_t>(signs) & ((1u << lane_count<L>) - 1);
}
template <class L>
[[gnu::always_inline]] inline u32 all_true(V128 v) {
  const V128 zeros = of(as<L>(v) == 0);
  return (zeros.bits[0] | zeros.bits[1]) == 0;
}
inline V128 eval(Op<i8x16_abs>, V128 a) { return of(__builtin_elementwise_abs(as<s8x16>(a))); }
inline V128 eval(Op<i16x8_abs>, V128 a) { return of(__builtin_elementwise_abs(as<s16x8>(a))); }
inline V128 eval(Op<i32x4_abs>, V128 a) { return of(__builtin_elementwise_abs(as<s32x4>(a))); }
inline V128 eval(Op<i64x2_abs>, V128 a) { return of(__builtin_elementwise_abs(as<s64x2>(a))); }
inline V128 eval(Op<i8x16_neg>, V128 a) { return of(-as<u8x16>(a)); }
inline V128 eval(Op<i16x8_neg>, V128 a) { return of(-as<u16x8>(a)); }
inline V128 eval(Op<i32x4_neg>, V128 a) { return of(-as<u32x4>(a)); }
inline V128 eval(Op<i64x2_neg>, V128 a) { return of(-as<u64x2>(a)); }
inline V128 eval(Op<i8x16_popcnt>, V128 a) {
  u8x16 x = as<u8x16>(a);
  x = x - (x >> 1 & 0x55);
  x = (x & 0x33) + (x >> 2 & 0x33);
  return of((x + (x >> 4)) & 0x0f);
}
inline u32 eval(Op<i8x16_all_true>, V128 a) { return all_true<u8x16>(a); }
inline u32 eval(Op<i16x8_all_true>, V128 a) { return all_true<u16x8>(a); }
inline u32 eval(Op<i32x4_all_true>, V128 a) { return all_true<u32x4>(a); }
inline u32 eval(Op<i64x2_all_true>, V128 a) { return all_true<u64x2>(a); }
inline u32 eval(Op<i8x16_bitmask>, V128 a) { return bitmask(as<s8x16>(a)); }
inline u32 eval(Op<i16x8_bitmask>, V128 a) { return bitmask(as<s16x8>(a)); }
inline u32 eval(Op<i32x4_bitmask>, V128 a) { return bitmask(as<s32x4>(a)); }
inline u32 eval(Op<i64x2_bitmask>, V128 a) { return bitmask(as<s64x2>(a)); }

// --- shifts: the count is taken modulo the width of a lane ---
inline V128 eval(Op<i8x16_shl>, V128 a, u32 n) { return of(as<u8x16>(a) << splat<u8x16>(static_cast<ElementOf<u8x16>>(n & 7))); }
inline V128 eval(Op<i8x16_shr_s>, V128 a, u32 n) { return of(as<s8x16>(a) >> splat<s8x16>(static_cast<ElementOf<s8x16>>(n & 7))); }
inline V128 eval(Op<i8x16_shr_u>, V128 a, u32 n) { return of(as<u8x16>(a) >> splat<u8x16>(static_cast<ElementOf<u8x16>>(n & 7))); }
inline V128 eval(Op<i16x8_shl>, V128 a, u32 n) { return of(as<u16x8>(a) << splat<u16x8>(static_cast<ElementOf<u16x8>>(n & 15))); }
inline V128 eval(Op<i16x8_shr_s>, V128 a, u32 n) { return of(as<s16x8>(a) >> splat<s16x8>(static_cast<ElementOf<s16x8>>(n & 15))); }
inline V128 eval(Op<i16x8_shr_u>, V128 a, u32 n) { return of(as<u16x8>(a) >> splat<u16x8>(static_cast<ElementOf<u16x8>>(n & 15))); }
inline V128 eval(Op<i32x4_shl>, V128 a, u32 n) { return of(as<u32x4>(a) << splat<u32x4>(static_cast<ElementOf<u32x4>>(n & 31))); }
inline V128 eval(Op<i32x4_shr_s>, V128 a, u32 n) { return of(as<s32x4>(a) >> splat<s32x4>(static_cast<ElementOf<s32x4>>(n & 31))); }
inline V128 eval(Op<i32x4_shr_u>, V128 a, u32 n) { return of(as<u32x4>(a) >> splat<u32x4>(static_cast<ElementOf<u32x4>>(n & 31))); }
inline V128 eval(Op<i64x2_shl>, V128 a, u32 n) { return of(as<u64x2>(a) << splat<u64x2>(static_cast<ElementOf<u64x2>>(n & 63))); }
inline V128 eval(Op<i64x2_shr_s>, V128 a, u32 n) { return of(as<s64x2>(a) >> splat<s64x2>(static_cast<ElementOf<s64x2>>(n & 63))); }
inline V128 eval(Op<i64x2_shr_u>, V128 a, u32 n) { return of(as<u64x2>(a) >> splat<u64x2>(static_cast<ElementOf<u64x2>>(n & 63))); }

// --- two operands ---
inline V128 eval(Op<i8x16_add>, V128 a, V128 b) { return of(as<u8x16>(a) + as<u8x16>(b)); }
inline V128 eval(Op<i8x16_sub>, V128 a, V128 b) { return of(as<u8x16>(a) - as<u8x16>(b)); }
inline V128 eval(Op<i16x8_add>, V128 a, V128 b) { return of(as<u16x8>(a) + as<u16x8>(b)); }
inline V128 eval(Op<i16x8_sub>, V128 a, V128 b) { return of(as<u16x8>(a) - as<u16x8>(b)); }
inline V128 eval(Op<i16x8_mul>, V128 a, V128 b) { return of(as<u16x8>(a) * as<u16x8>(b)); }
inline V128 eval(Op<i32x4_add>, V128 a, V128 b) { return of(as<u32x4>(a) + as<u32x4>(b)); }
inline V128 eval(Op<i32x4_sub>, V128 a, V128 b) { return of(as<u32x4>(a) - as<u32x4>(b)); }
inline V128 eval(Op<i32x4_mul>, V128 a, V128 b) { return of(as<u32x4>(a) * as<u32x4>(b)); }
inline V128 eval(Op<i64x2_add>, V128 a, V128 b) { return of(as<u64x2>(a) + as<u64x2>(b)); }
inline V128 eval(Op<i64x2_sub>, V128 a, V128 b) { return of(as<u64x2>(a) - as<u64x2>(b)); }
inline V128 eval(Op<i64x2_mul>, V128 a, V128 b) { return of(as<u64x2>(a) * as<u64x2>(b)); }
inline V128 eval(Op<i8x16_add_sat_s>, V128 a, V128 b) { return of(__builtin_elementwise_add_sat(as<s8x16>(a), as<s8x16>(b))); }
inline V128 eval(Op<i8x16_add_sat_u>, V128 a, V128 b) { return of(__builtin_elementwise_add_sat(as<u8x16>(a), as<u8x16>(b))); }
inline V128 eval(Op<i8x16_sub_sat_s>, V128 a, V128 b) { return of(__builtin_elementwise_sub_sat(as<s8x16>(a), as<s8x16>(b))); }
inline V128 eval(Op<i8x16_sub_sat_u>, V128 a, V128 b) { return of(__builtin_elementwise_sub_sat(as<u8x16>(a), as<u8x16>(b))); }
inline V128 eval(Op<i16x8_add_sat_s>, V128 a, V128 b) { return of(__builtin_elementwise_add_sat(as<s16x8>(a), as<s16x8>(b))); }
inline V128 eval(Op<i16x8_add_sat_u>, V128 a, V128 b) { return of(__builtin_elementwise_add_sat(as<u16x8>(a), as<u16x8>(b))); }
inline V128 eval(Op<i16x8_sub_sat_s>, V128 a, V128 b) { return of(__builtin_elementwise_sub_sat(as<s16x8>(a), as<s16x8>(b))); }
inline V128 eval(Op<i16x8_sub_sat_u>, V128 a, V128 b) { return of(__builtin_elementwise_sub_sat(as<u16x8>(a), as<u16x8>(b))); }
inline V128 eval(Op<i8x16_min_s>, V128 a, V128 b) { return of(__builtin_elementwise_min(as<s8x16>(a), as<s8x16>(b))); }
inline V128 eval(Op<i8x16_min_u>, V128 a, V128 b) { return of(__builtin_elementwise_min(as<u8x16>(a), as<u8x16>(b))); }
inline V128 eval(Op<i8x16_max_s>, V128 a, V128 b) { return of(__builtin_elementwise_max(as<s8x16>(a), as<s8x16>(b))); }
inline V128 eval(Op<i8x16_max_u>, V128 a, V128 b) { return of(__builtin_elementwise_max(as<u8x16>(a), as<u8x16>(b))); }
inline V128 eval(Op<i16x8_min_s>, V128 a, V128 b) { return of(__builtin_elementwise_min(as<s16x8>(a), as<s16x8>(b))); }
inline V128 eval(Op<i16x8_min_u>, V128 a, V128 b) { return of(__builtin_elementwise_min(as<u16x8>(a), as<u16x8>(b))); }
inline V128 eval(Op<i16x8_max_s>, V128 a, V128 b) { return of(__builtin_elementwise_max(as<s16x8>(a), as<s16x8>(b))); }
inline V128 eval(Op<i16x8_max_u>, V128 a, V128 b) { return of(__builtin_elementwise_max(as<u16x8>(a), as<u16x8>(b))); }
inline V128 eval(Op<i32x4_min_s>, V128 a, V128 b) { return of(__builtin_elementwise_min(as<s32x4>(a), as<s32x4>(b))); }
inline V128 eval(Op<i32x4_min_u>, V128 a, V128 b) { return of(__builtin_elementwise_min(as<u32x4>(a), as<u32x4>(b))); }
inline V128 eval(Op<i32x4_max_s>, V128 a, V128 b) { return of(__builtin_elementwise_max(as<s32x4>(a), as<s32x4>(b))); }
inline V128 eval(Op<i32x4_max_u>, V128 a, V128 b) { return of(__builtin_elementwise_max(as<u32x4>(a), as<u32x4>(b))); }
/// (a + b + 1) / 2, rounded down, of lanes that W has room for.
template <class W, class L>
[[gnu::always_inline]] inline L average(L a, L b) {
  const W low = (extend_low<W>(a) + extend_low<W>(b) + 1) >> 1, high = (extend_high<W>(a) + extend_high<W>(b) + 1) >> 1;
  using Half = decltype(low_half(a));
  return join(__builtin_convertvector(low, Half), __builtin_convertvector(high, Half));
}
inline V128 eval(Op<i8x16_avgr_u>, V128 a, V128 b) { return of(average<u16x8>(as<u8x16>(a), as<u8x16>(b))); }
inline V128 eval(Op<i16x8_avgr_u>, V128 a, V128 b) { return of(average<u32x4>(as<u16x8>(a), as<u16x8>(b))); }
/// Lanes as fixed-point numbers with 15 bits behind the point; only -1 times -1 does not fit.
inline V128 eval(Op<i16x8_q15mulr_sat_s>, V128 a, V128 b) {
  const s16x8 x = as<s16x8>(a), y = as<s16x8>(b);
  const s32x4 low = (extend_low<s32x4>(x) * extend_low<s32x4>(y) + 0x4000) >> 15, high = (extend_high<s32x4>(x) * extend_high<s32x4>(y) + 0x4000) >> 15;
  using Half = decltype(low_half(x));
  const s32x4 most = splat<s32x4>(0x7fff);
  return of(join(__builtin_convertvector(__builtin_elementwise_min(low, most), Half), __builtin_convertvector(__builtin_elementwise_min(high, most), Half)));
}

// --- widths ---
/// Lanes of L made narrower, to those of N, the nearest value that it has; W is what N's lanes come from, signed.
template <class N, class L>
[[gnu::always_inline]] inline V128 narrow(V128 a, V128 b) {
  using Narrow = std::numeric_limits<ElementOf<N>>;
  const L least = splat<L>(Narrow::min()), most = splat<L>(Narrow::max());
  using Half = decltype(low_half(N{}));
  auto half = [&](L v) { return __builtin_convertvector(__builtin_elementwise_min(__builtin_elementwise_max(v, least), most), Half); };
  return of(join(half(as<L>(a)), half(as<L>(b))));
}
inline V128 eval(Op<i8x16_narrow_i16x8_s>, V128 a, V128 b) { return narrow<s8x16, s16x8>(a, b); }
inline V128 eval(Op<i8x16_narrow_i16x8_u>, V128 a, V128 b) { return narrow<u8x16, s16x8>(a, b); }
inline V128 eval(Op<i16x8_narrow_i32x4_s>, V128 a, V128 b) { return narrow<s16x8, s32x4>(a, b); }
inline V128 eval(Op<i16x8_narrow_i32x4_u>, V128 a, V128 b) { return narrow<u16x8, s32x4>(a, b); }
inline V128 eval(Op<i16x8_extend_low_i8x16_s>, V128 a) { return of(extend_low<s16x8>(as<s8x16>(a))); }
inline V128 eval(Op<i16x8_extend_high_i8x16_s>, V128 a) { return of(extend_high<s16x8>(as<s8x16>(a))); }
inline V128 eval(Op<i16x8_extend_low_i8x16_u>, V128 a) { return of(extend_low<u16x8>(as<u8x16>(a))); }
inline V128 eval(Op<i16x8_extend_high_i8x16_u>, V128 a) { return of(extend_high<u16x8>(as<u8x16>(a))); }
inline V128 eval(Op<i32x4_extend_low_i16x8_s>, V128 a) { return of(extend_low<s32x4>(as<s16x8>(a))); }
inline V128 eval(Op<i32x4_extend_high_i16x8_s>, V128 a) { return of(extend_high<s32x4>(as<s16x8>(a))); }
inline V128 eval(Op<i32x4_extend_low_i16x8_u>, V128 a) { return of(extend_low<u32x4>(as<u16x8>(a))); }
inline V128 eval(Op<i32x4_extend_high_i16x8_u>, V128 a) { return of(extend_high<u32x4>(as<u16x8>(a))); }
inline V128 eval(Op<i64x2_extend_low_i32x4_s>, V128 a) { return of(extend_low<s64x2>(as<s32x4>(a))); }
inline V128 eval(Op<i64x2_extend_high_i32x4_s>, V128 a) { return of(extend_high<s64x2>(as<s32x4>(a))); }
inline V128 eval(Op<i64x2_extend_low_i32x4_u>, V128 a) { return of(extend_low<u64x2>(as<u32x4>(a))); }
inline V128 eval(Op<i64x2_extend_high_i32x4_u>, V128 a) { return of(extend_high<u64x2>(as<u32x4>(a))); }
template <class W, class L>
[[gnu::always_inline]] inline V128 extmul_low(V128 a, V128 b) {
  return of(extend_low<W>(as<L>(a)) * extend_low<W>(as<L>(b)));
}
template <class W, class L>
[[gnu::always_inline]] inline V128 extmul_high(V128 a, V128 b) {
  return of(extend_high<W>(as<L>(a)) * extend_high<W>(as<L>(b)));
}
inline V128 eval(Op<i16x8_extmul_low_i8x16_s>, V128 a, V128 b) { return extmul_low<s16x8, s8x16>(a, b); }
inline V128 eval(Op<i16x8_extmul_high_i8x16_s>, V128 a, V128 b) { return extmul_high<s16x8, s8x16>(a, b); }
inline V128 eval(Op<i16x8_extmul_low_i8x16_u>, V128 a, V128 b) { return extmul_low<u16x8, u8x16>(a, b); }
inline V128 eval(Op<i16x8_extmul_high_i8x16_u>, V128 a, V128 b) { return extmul_high<u16x8, u8x16>(a, b); }
inline V128 eval(Op<i32x4_extmul_low_i16x8_s>, V128 a, V128 b) { return extmul_low<s32x4, s16x8>(a, b); }
inline V128 eval(Op<i32x4_extmul_high_i16x8_s>, V128 a, V128 b) { return extmul_high<s32x4, s16x8>(a, b); }
inline V128 eval(Op<i32x4_extmul_low_i16x8_u>, V128 a, V128 b) { return extmul_low<u32x4, u16x8>(a, b); }
inline V128 eval(Op<i32x4_extmul_high_i16x8_u>, V128 a, V128 b) { return extmul_high<u32x4, u16x8>(a, b); }
inline V128 eval(Op<i64x2_extmul_low_i32x4_s>, V128 a, V128 b) { return extmul_low<s64x2, s32x4>(a, b); }
inline V128 eval(Op<i64x2_extmul_high_i32x4_s>, V128 a, V128 b) { return extmul_high<s64x2, s32x4>(a, b); }
inline V128 eval(Op<i64x2_extmul_low_i32x4_u>, V128 a, V128 b) { return extmul_low<u64x2, u32x4>(a, b); }
inline V128 eval(Op<i64x2_extmul_high_i32x4_u>, V128 a, V128 b) { return extmul_high<u64x2, u32x4>(a, b); }
/// Each lane of the result is made of two neighbours.
template <class W, class L>
[[gnu::always_inline]] inline V128 extadd_pairwise(V128 a) {
  return of(__builtin_convertvector(even_lanes(as<L>(a)), W) + __builtin_convertvector(odd_lanes(as<L>(a)), W));
}
inline V128 eval(Op<i16x8_extadd_pairwise_i8x16_s>, V128 a) { return extadd_pairwise<s16x8, s8x16>(a); }
inline V128 eval(Op<i16x8_extadd_pairwise_i8x16_u>, V128 a) { return extadd_pairwise<u16x8, u8x16>(a); }
inline V128 eval(Op<i32x4_extadd_pairwise_i16x8_s>, V128 a) { return extadd_pairwise<s32x4, s16x8>(a); }
inline V128 eval(Op<i32x4_extadd_pairwise_i16x8_u>, V128 a) { return extadd_pairwise<u32x4, u16x8>(a); }
/// Sums may be 2^31, which wraps.
inline V128 eval(Op<i32x4_dot_i16x8_s>, V128 a, V128 b) {
  const s16x8 x = as<s16x8>(a), y = as<s16x8>(b);
  const s32x4 even = __builtin_convertvector(even_lanes(x), s32x4) * __builtin_convertvector(even_lanes(y), s32x4);
  const s32x4 odd = __builtin_convertvector(odd_lanes(x), s32x4) * __builtin_convertvector(odd_lanes(y), s32x4);
  return of(std::bit_cast<u32x4>(even) + std::bit_cast<u32x4>(odd));
}

// --- relaxed ---
inline V128 eval(Op<i8x16_relaxed_swizzle>, V128 a, V128 b) { return eval(Op<i8x16_swizzle>{}, a, b); }
inline V128 eval(Op<i8x16_relaxed_laneselect>, V128 a, V128 b, V128 c) { return eval(Op<v128_bitselect>{}, a, b, c); }
inline V128 eval(Op<i16x8_relaxed_laneselect>, V128 a, V128 b, V128 c) { return eval(Op<v128_bitselect>{}, a, b, c); }
inline V128 eval(Op<i32x4_relaxed_laneselect>, V128 a, V128 b, V128 c) { return eval(Op<v128_bitselect>{}, a, b, c); }
inline V128 eval(Op<i64x2_relaxed_laneselect>, V128 a, V128 b, V128 c) { return eval(Op<v128_bitselect>{}, a, b, c); }
inline V128 eval(Op<i16x8_relaxed_q15mulr_s>, V128 a, V128 b) { return eval(Op<i16x8_q15mulr_sat_s>{}, a, b); }
/// Both operands signed; sums saturate.
inline V128 eval(Op<i16x8_relaxed_dot_i8x16_i7x16_s>, V128 a, V128 b) {
  const s8x16 x = as<s8x16>(a), y = as<s8x16>(b);
  const s16x8 even = __builtin_convertvector(even_lanes(x), s16x8) * __builtin_convertvector(even_lanes(y), s16x8);
  const s16x8 odd = __builtin_convertvector(odd_lanes(x), s16x8) * __builtin_convertvector(odd_lanes(y), s16x8);
  return of(__builtin_elementwise_add_sat(even, odd));
}
inline V128 eval(Op<i32x4_relaxed_dot_i8x16_i7x16_add_s>, V128 a, V128 b, V128 c) {
  const V128 pairs = eval(Op<i16x8_relaxed_dot_i8x16_i7x16_s>{}, a, b);
  return eval(Op<i32x4_add>{}, extadd_pairwise<s32x4, s16x8>(pairs), c);
}

}  // namespace wcomp::core::numeric
