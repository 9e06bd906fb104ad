// NaNs that instructions make. Which bits they have is left open by the specification; where results must be the same on every machine, each
// such result is made canonical. https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation
#pragma once

#include "core/vector.h"

namespace wcomp::core {

/// The lanes of an instruction's result that may be NaNs made by it.
enum class NanLanes : std::uint8_t { none, f32, f64, f32x4, f64x2 };

/// Not: what moves bits (abs, neg, copysign, pmin, pmax, reinterpret, lanes, loads) or cannot give a NaN.
[[nodiscard]] constexpr NanLanes nan_lanes(Opcode op) {
  switch (op) {
    using enum Opcode;
    case f32_ceil: case f32_floor: case f32_trunc: case f32_nearest: case f32_sqrt: case f32_add: case f32_sub: case f32_mul: case f32_div: case f32_min:
    case f32_max: case f32_demote_f64:
      return NanLanes::f32;
    case f64_ceil: case f64_floor: case f64_trunc: case f64_nearest: case f64_sqrt: case f64_add: case f64_sub: case f64_mul: case f64_div: case f64_min:
    case f64_max: case f64_promote_f32:
      return NanLanes::f64;
    case f32x4_ceil: case f32x4_floor: case f32x4_trunc: case f32x4_nearest: case f32x4_sqrt: case f32x4_add: case f32x4_sub: case f32x4_mul: case f32x4_div:
    case f32x4_min: case f32x4_max: case f32x4_demote_f64x2_zero: case f32x4_relaxed_madd: case f32x4_relaxed_nmadd: case f32x4_relaxed_min:
    case f32x4_relaxed_max:
      return NanLanes::f32x4;
    case f64x2_ceil: case f64x2_floor: case f64x2_trunc: case f64x2_nearest: case f64x2_sqrt: case f64x2_add: case f64x2_sub: case f64x2_mul: case f64x2_div:
    case f64x2_min: case f64x2_max: case f64x2_promote_low_f32x4: case f64x2_relaxed_madd: case f64x2_relaxed_nmadd: case f64x2_relaxed_min:
    case f64x2_relaxed_max:
      return NanLanes::f64x2;
    default: return NanLanes::none;
  }
}

/// NaNs replaced by the canonical one, everything else as it is.
[[gnu::always_inline]] inline float canonical(float v) { return v == v ? v : std::bit_cast<float>(0x7fc0'0000u); }
[[gnu::always_inline]] inline double canonical(double v) { return v == v ? v : std::bit_cast<double>(std::uint64_t{0x7ff8} << 48); }
[[gnu::always_inline]] inline lanes::f32x4 canonical(lanes::f32x4 v) {
  return v == v ? v : std::bit_cast<lanes::f32x4>(numeric::splat<lanes::u32x4>(0x7fc0'0000u));
}
[[gnu::always_inline]] inline lanes::f64x2 canonical(lanes::f64x2 v) {
  return v == v ? v : std::bit_cast<lanes::f64x2>(numeric::splat<lanes::u64x2>(std::uint64_t{0x7ff8} << 48));
}

}  // namespace wcomp::core
