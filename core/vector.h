// What every vector instruction computes: one `eval` for each row of opcodes.def on v128, beside those of core/numeric.h.
//
// A V128 is 16 bytes; `as<i16x8-like>` gives its lanes, `of` makes one of them. Functions work on all lanes at once, with the compiler's
// vector types, which become the instructions of whatever machine it is; nothing asks for more than its baseline. Lane 0 is in the lowest
// byte, as the specification has it, so hosts are little-endian. A lane immediate is the last argument. Memory rows: `load` makes a vector of
// the bytes read (`vector_memory.h`). Relaxed rows have one outcome each, that of the deterministic profile.
// https://webassembly.github.io/spec/core/exec/numerics.html#vector-operations
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/numeric.h"

namespace wcomp::core {

static_assert(std::endian::native == std::endian::little);

namespace lanes {
using s8x16 = std::int8_t __attribute__((vector_size(16)));
using u8x16 = std::uint8_t __attribute__((vector_size(16)));
using s16x8 = std::int16_t __attribute__((vector_size(16)));
using u16x8 = std::uint16_t __attribute__((vector_size(16)));
using s32x4 = std::int32_t __attribute__((vector_size(16)));
using u32x4 = std::uint32_t __attribute__((vector_size(16)));
using s64x2 = std::int64_t __attribute__((vector_size(16)));
using u64x2 = std::uint64_t __attribute__((vector_size(16)));
using f32x4 = float __attribute__((vector_size(16)));
using f64x2 = double __attribute__((vector_size(16)));
}  // namespace lanes

struct V128 {
  lanes::u64x2 bits{};
};
static_assert(sizeof(V128) == 16);

/// The lanes of a vector, and a vector of lanes.
template <class L>
[[gnu::always_inline]] inline L as(V128 v) {
  return std::bit_cast<L>(v.bits);
}
template <class L>
[[gnu::always_inline]] inline V128 of(L lanes) {
  return {std::bit_cast<lanes::u64x2>(lanes)};
}
[[gnu::always_inline]] inline V128 of_bytes(const std::array<std::uint8_t, 16>& bytes) { return {std::bit_cast<lanes::u64x2>(bytes)}; }
[[gnu::always_inline]] inline std::array<std::uint8_t, 16> to_bytes(V128 v) { return std::bit_cast<std::array<std::uint8_t, 16>>(v.bits); }

namespace numeric {

using namespace lanes;

template <class L>
using ElementOf = std::remove_cvref_t<decltype(std::declval<L&>()[0])>;
template <class L>
inline constexpr int lane_count = sizeof(L) / sizeof(ElementOf<L>);

template <class L>
[[gnu::always_inline]] inline L splat(ElementOf<L> x) {
  return L{} + x;
}
template <class L>
[[gnu::always_inline]] inline V128 with_lane(V128 v, unsigned lane, ElementOf<L> x) {
  std::array<ElementOf<L>, lane_count<L>> all = std::bit_cast<std::array<ElementOf<L>, lane_count<L>>>(v.bits);
  all[lane] = x;
  return of(std::bit_cast<L>(all));
}
template <class L>
[[gnu::always_inline]] inline ElementOf<L> lane_of(V128 v, unsigned lane) {
  return std::bit_cast<std::array<ElementOf<L>, lane_count<L>>>(v.bits)[lane];
}

/// Half of the lanes, and two halves put together.
template <class L>
[[gnu::always_inline]] inline auto low_half(L v) {
  if constexpr (lane_count<L> == 16) return __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7);
  else if constexpr (lane_count<L> == 8) return __builtin_shufflevector(v, v, 0, 1, 2, 3);
  else return __builtin_shufflevector(v, v, 0, 1);
}
template <class L>
[[gnu::always_inline]] inline auto high_half(L v) {
  if constexpr (lane_count<L> == 16) return __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  else if constexpr (lane_count<L> == 8) return __builtin_shufflevector(v, v, 4, 5, 6, 7);
  else return __builtin_shufflevector(v, v, 2, 3);
}
template <class H>
[[gnu::always_inline]] inline auto join(H low, H high) {
  if constexpr (lane_count<H> == 8) return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  else if constexpr (lane_count<H> == 4) return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
  else return __builtin_shufflevector(low, high, 0, 1, 2, 3);
}
/// Lanes 0, 2, 4.. and 1, 3, 5..
template <class L>
[[gnu::always_inline]] inline auto even_lanes(L v) {
  if constexpr (lane_count<L> == 16) return __builtin_shufflevector(v, v, 0, 2, 4, 6, 8, 10, 12, 14);
  else return __builtin_shufflevector(v, v, 0, 2, 4, 6);
}
template <class L>
[[gnu::always_inline]] inline auto odd_lanes(L v) {
  if constexpr (lane_count<L> == 16) return __builtin_shufflevector(v, v, 1, 3, 5, 7, 9, 11, 13, 15);
  else return __builtin_shufflevector(v, v, 1, 3, 5, 7);
}
/// Lanes made as wide as those of W.
template <class W, class L>
[[gnu::always_inline]] inline W extend_low(L v) {
  return __builtin_convertvector(low_half(v), W);
}
template <class W, class L>
[[gnu::always_inline]] inline W extend_high(L v) {
  return __builtin_convertvector(high_half(v), W);
}

// --- all 128 bits ---
inline V128 eval(Op<v128_not>, V128 a) { return {~a.bits}; }
inline V128 eval(Op<v128_and>, V128 a, V128 b) { return {a.bits & b.bits}; }
inline V128 eval(Op<v128_andnot>, V128 a, V128 b) { return {a.bits & ~b.bits}; }
inline V128 eval(Op<v128_or>, V128 a, V128 b) { return {a.bits | b.bits}; }
inline V128 eval(Op<v128_xor>, V128 a, V128 b) { return {a.bits ^ b.bits}; }
inline V128 eval(Op<v128_bitselect>, V128 a, V128 b, V128 c) { return {(a.bits & c.bits) | (b.bits & ~c.bits)}; }
inline u32 eval(Op<v128_any_true>, V128 a) { return (a.bits[0] | a.bits[1]) != 0; }

// --- lanes moved ---
/// `lanes` is the immediate: each below 32.
inline V128 eval(Op<i8x16_shuffle>, V128 a, V128 b, V128 lanes) {
  std::array<std::uint8_t, 32> from;
  std::memcpy(from.data(), &a, 16);
  std::memcpy(from.data() + 16, &b, 16);
  const auto at = to_bytes(lanes);
  std::array<std::uint8_t, 16> out;
  for (unsigned i = 0; i < 16; ++i) out[i] = from[at[i] & 31];
  return of_bytes(out);
}
inline V128 eval(Op<i8x16_swizzle>, V128 a, V128 b) {
  const auto from = to_bytes(a), at = to_bytes(b);
  std::array<std::uint8_t, 16> out;
  for (unsigned i = 0; i < 16; ++i) out[i] = from[at[i] & 15];
  return of(std::bit_cast<u8x16>(out) & std::bit_cast<u8x16>(as<u8x16>(b) < 16));
}
inline V128 eval(Op<i8x16_splat>, u32 a) { return of(splat<u8x16>(static_cast<std::uint8_t>(a))); }
inline V128 eval(Op<i16x8_splat>, u32 a) { return of(splat<u16x8>(static_cast<std::uint16_t>(a))); }
inline V128 eval(Op<i32x4_splat>, u32 a) { return of(splat<u32x4>(a)); }
inline V128 eval(Op<i64x2_splat>, u64 a) { return of(splat<u64x2>(a)); }
inline V128 eval(Op<f32x4_splat>, f32 a) { return of(splat<u32x4>(std::bit_cast<u32>(a))); }
inline V128 eval(Op<f64x2_splat>, f64 a) { return of(splat<u64x2>(std::bit_cast<u64>(a))); }
inline u32 eval(Op<i8x16_extract_lane_s>, V128 a, unsigned lane) { return static_cast<u32>(s32{lane_of<s8x16>(a, lane)}); }
inline u32 eval(Op<i8x16_extract_lane_u>, V128 a, unsigned lane) { return lane_of<u8x16>(a, lane); }
inline u32 eval(Op<i16x8_extract_lane_s>, V128 a, unsigned lane) { return static_cast<u32>(s32{lane_of<s16x8>(a, lane)}); }
inline u32 eval(Op<i16x8_extract_lane_u>, V128 a, unsigned lane) { return lane_of<u16x8>(a, lane); }
inline u32 eval(Op<i32x4_extract_lane>, V128 a, unsigned lane) { return lane_of<u32x4>(a, lane); }
inline u64 eval(Op<i64x2_extract_lane>, V128 a, unsigned lane) { return lane_of<u64x2>(a, lane); }
inline f32 eval(Op<f32x4_extract_lane>, V128 a, unsigned lane) { return lane_of<f32x4>(a, lane); }
inline f64 eval(Op<f64x2_extract_lane>, V128 a, unsigned lane) { return lane_of<f64x2>(a, lane); }
inline V128 eval(Op<i8x16_replace_lane>, V128 a, u32 x, unsigned lane) { return with_lane<u8x16>(a, lane, static_cast<std::uint8_t>(x)); }
inline V128 eval(Op<i16x8_replace_lane>, V128 a, u32 x, unsigned lane) { return with_lane<u16x8>(a, lane, static_cast<std::uint16_t>(x)); }
inline V128 eval(Op<i32x4_replace_lane>, V128 a, u32 x, unsigned lane) { return with_lane<u32x4>(a, lane, x); }
inline V128 eval(Op<i64x2_replace_lane>, V128 a, u64 x, unsigned lane) { return with_lane<u64x2>(a, lane, x); }
inline V128 eval(Op<f32x4_replace_lane>, V128 a, f32 x, unsigned lane) { return with_lane<f32x4>(a, lane, x); }
inline V128 eval(Op<f64x2_replace_lane>, V128 a, f64 x, unsigned lane) { return with_lane<f64x2>(a, lane, x); }

}  // namespace numeric
}  // namespace wcomp::core

#include "core/vector_float.h"
#include "core/vector_int.h"
#include "core/vector_memory.h"

namespace wcomp::core {
using numeric::eval;
}  // namespace wcomp::core
