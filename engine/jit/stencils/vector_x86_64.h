// Rows on vectors that clang has to be told about for x86-64. Part of vector_stencils.cpp.
#pragma once

namespace wcomp::engine::jit {

/// Rows of which the processor has an instruction that changes the second operand: clang would take it, with a copy or without.
consteval bool is_reversed(Opcode o) {
  switch (o) {
    using enum Opcode;
    case i8x16_lt_s: case i16x8_lt_s: case i32x4_lt_s: case i64x2_lt_s: case f32x4_gt: case f32x4_ge: case f64x2_gt: case f64x2_ge: case v128_andnot:
    case f32x4_pmin: case f32x4_pmax: case f64x2_pmin: case f64x2_pmax: return true;
    default: return false;
  }
}
/// Rows that clang makes something else of for each choice of registers: they work on copies, and every value's register is kept.
consteval bool works_on_copies(Opcode o) {
  switch (o) {
    using enum Opcode;
    case i32x4_extmul_low_i16x8_s: case i32x4_extmul_high_i16x8_s: case i64x2_abs: case i64x2_mul: case f32x4_min: case f32x4_max: case f64x2_min:
    case f64x2_max: case f32x4_relaxed_min: case f32x4_relaxed_max: case f64x2_relaxed_min: case f64x2_relaxed_max: return true;
    default: return false;
  }
}
/// Rows that the processor has an instruction for, which clang does not find: false if it is none of them.
template <Opcode O, int V>
[[gnu::always_inline]] inline bool by_instruction(const Machine& m, V128& r) {
  using enum Opcode;
  constexpr int exact = 8;
  const f32x4 x = m.x[float_holes[A][V]];
  if constexpr (O == i16x8_q15mulr_sat_s || O == i16x8_relaxed_q15mulr_s) {
    using Words = short __attribute__((vector_size(16)));
    const Words product = __builtin_ia32_pmulhrsw128(std::bit_cast<Words>(x), core::as<Words>(get<V128, B, V>(m)));
    r = core::of(product ^ (product == core::numeric::splat<Words>(-0x8000)));
  } else if constexpr (O == i32x4_trunc_sat_f32x4_s || O == i32x4_relaxed_trunc_f32x4_s) {
    // A NaN becomes zero; what is too large gives the highest bit alone, which is one too many.
    const f32x4 number = std::bit_cast<f32x4>(std::bit_cast<s32x4>(x) & (x == x));
    r = core::of(__builtin_ia32_cvttps2dq(number) ^ (number >= core::numeric::splat<f32x4>(0x1p31f)));
  } else if constexpr (O == i32x4_trunc_sat_f64x2_s_zero || O == i32x4_relaxed_trunc_f64x2_s_zero) {
    const auto d = std::bit_cast<f64x2>(x);
    const auto number = std::bit_cast<f64x2>(std::bit_cast<core::lanes::s64x2>(d) & (d == d));
    r = core::of(__builtin_ia32_cvttpd2dq(__builtin_ia32_minpd(number, core::numeric::splat<f64x2>(0x1p31 - 1))));
  } else if constexpr (O == i32x4_trunc_sat_f64x2_u_zero || O == i32x4_relaxed_trunc_f64x2_u_zero) {
    // maxpd gives its second operand for a NaN; 2^52 brings the units to the lowest bit.
    const f64x2 number = __builtin_ia32_minpd(__builtin_ia32_maxpd(std::bit_cast<f64x2>(x), f64x2{}), core::numeric::splat<f64x2>(0x1p32 - 1));
    const auto units = std::bit_cast<s32x4>(__builtin_ia32_roundpd(number, exact | 3) + core::numeric::splat<f64x2>(0x1p52));
    r = core::of(__builtin_shufflevector(units, s32x4{}, 0, 2, 4, 5));
  } else if constexpr (O == f32x4_nearest) r = core::of(__builtin_ia32_roundps(x, exact));
  else if constexpr (O == f32x4_floor) r = core::of(__builtin_ia32_roundps(x, exact | 1));
  else if constexpr (O == f32x4_ceil) r = core::of(__builtin_ia32_roundps(x, exact | 2));
  else if constexpr (O == f32x4_trunc) r = core::of(__builtin_ia32_roundps(x, exact | 3));
  else if constexpr (O == f64x2_nearest) r = core::of(__builtin_ia32_roundpd(std::bit_cast<f64x2>(x), exact));
  else if constexpr (O == f64x2_floor) r = core::of(__builtin_ia32_roundpd(std::bit_cast<f64x2>(x), exact | 1));
  else if constexpr (O == f64x2_ceil) r = core::of(__builtin_ia32_roundpd(std::bit_cast<f64x2>(x), exact | 2));
  else if constexpr (O == f64x2_trunc) r = core::of(__builtin_ia32_roundpd(std::bit_cast<f64x2>(x), exact | 3));
  else return false;
  return true;
}

/// Whether there is a form for a count that is known: of bytes and of signed lanes of 64 bits the processor has no shift.
template <Opcode O>
inline constexpr bool has_count = (O >= Opcode::i16x8_shl && O <= Opcode::i16x8_shr_u) || (O >= Opcode::i32x4_shl && O <= Opcode::i32x4_shr_u) ||
                                  O == Opcode::i64x2_shl || O == Opcode::i64x2_shr_u;
template <Opcode O, int V>
STENCIL shift(STENCIL_ARGS) {
  ENTER_STENCIL;
  using enum Opcode;
  f32x4& x = m.x[float_holes[A][V]];
#define SHIFT_BY(row, instruction) \
  if constexpr (O == row) asm(instruction " %1, %0" : "+x"(x) : "i"(counts64[V]))
  SHIFT_BY(i16x8_shl, "psllw");
  SHIFT_BY(i16x8_shr_s, "psraw");
  SHIFT_BY(i16x8_shr_u, "psrlw");
  SHIFT_BY(i32x4_shl, "pslld");
  SHIFT_BY(i32x4_shr_s, "psrad");
  SHIFT_BY(i32x4_shr_u, "psrld");
  SHIFT_BY(i64x2_shl, "psllq");
  SHIFT_BY(i64x2_shr_u, "psrlq");
  GO_ON(hole_next);
}

}  // namespace wcomp::engine::jit
