// Rows on vectors that clang has to be told about for aarch64: those that it takes the operands of in either order, by the registers that they
// happen to be in. Part of vector_stencils.cpp; see vector_x86_64.h.
#pragma once

namespace wcomp::engine::jit {

consteval bool is_reversed(Opcode) { return false; }
consteval bool works_on_copies(Opcode) { return false; }
#define COPY_VECTOR(n, from) const f32x4 copy##n = from
template <int>
void replace(Machine& m, f32x4 v);

#define THREE_VECTORS(instruction, to, from) \
  asm(instruction " %0." to ", %1." from ", %2." from : "=w"(r) : "w"(x), "w"(y))
/// Products of lanes that get twice as wide, from the low or the high half.
#define PRODUCTS(instruction, to, low, high, is_high)          \
  do {                                                         \
    if constexpr (is_high) THREE_VECTORS(instruction "2", to, high); \
    else THREE_VECTORS(instruction, to, low);                  \
  } while (false)
template <int n>
[[gnu::always_inline]] inline u64 lane64(f32x4 from) {
  u64 v;
  asm("umov %0, %1.d[%2]" : "=r"(v) : "w"(from), "i"(n));
  return v;
}

/// False if clang does it well.
template <Opcode O, int V>
[[gnu::always_inline]] inline bool by_instruction(const Machine& m, V128& result) {
  using enum Opcode;
  const f32x4 x = m.x[float_holes[A][V]], y = m.x[float_holes[B][V]], z = m.x[float_holes[C][V]];
  f32x4 r{}, t, u;
  if constexpr (O == v128_and) THREE_VECTORS("and", "16b", "16b");
  else if constexpr (O == v128_or) THREE_VECTORS("orr", "16b", "16b");
  else if constexpr (O == v128_xor) THREE_VECTORS("eor", "16b", "16b");
  else if constexpr (O == i8x16_add) THREE_VECTORS("add", "16b", "16b");
  else if constexpr (O == i16x8_add) THREE_VECTORS("add", "8h", "8h");
  else if constexpr (O == i32x4_add) THREE_VECTORS("add", "4s", "4s");
  else if constexpr (O == i64x2_add) THREE_VECTORS("add", "2d", "2d");
  else if constexpr (O == i16x8_mul) THREE_VECTORS("mul", "8h", "8h");
  else if constexpr (O == i32x4_mul) THREE_VECTORS("mul", "4s", "4s");
  else if constexpr (O == i64x2_mul) {
    using Words = u64 __attribute__((vector_size(16)));
    r = std::bit_cast<f32x4>(Words{lane64<0>(x) * lane64<0>(y), lane64<1>(x) * lane64<1>(y)});
  } else if constexpr (O == i8x16_avgr_u) THREE_VECTORS("urhadd", "16b", "16b");
  else if constexpr (O == i16x8_avgr_u) THREE_VECTORS("urhadd", "8h", "8h");
  else if constexpr (O == i16x8_q15mulr_sat_s || O == i16x8_relaxed_q15mulr_s) THREE_VECTORS("sqrdmulh", "8h", "8h");
  else if constexpr (O == i16x8_extmul_low_i8x16_s || O == i16x8_extmul_high_i8x16_s) PRODUCTS("smull", "8h", "8b", "16b", O == i16x8_extmul_high_i8x16_s);
  else if constexpr (O == i16x8_extmul_low_i8x16_u || O == i16x8_extmul_high_i8x16_u) PRODUCTS("umull", "8h", "8b", "16b", O == i16x8_extmul_high_i8x16_u);
  else if constexpr (O == i32x4_extmul_low_i16x8_s || O == i32x4_extmul_high_i16x8_s) PRODUCTS("smull", "4s", "4h", "8h", O == i32x4_extmul_high_i16x8_s);
  else if constexpr (O == i32x4_extmul_low_i16x8_u || O == i32x4_extmul_high_i16x8_u) PRODUCTS("umull", "4s", "4h", "8h", O == i32x4_extmul_high_i16x8_u);
  else if constexpr (O == i64x2_extmul_low_i32x4_s || O == i64x2_extmul_high_i32x4_s) PRODUCTS("smull", "2d", "2s", "4s", O == i64x2_extmul_high_i32x4_s);
  else if constexpr (O == i64x2_extmul_low_i32x4_u || O == i64x2_extmul_high_i32x4_u) PRODUCTS("umull", "2d", "2s", "4s", O == i64x2_extmul_high_i32x4_u);
  else if constexpr (O == i32x4_dot_i16x8_s) {
    asm("smull %1.4s, %2.4h, %3.4h\n smull2 %0.4s, %2.8h, %3.8h\n addp %0.4s, %1.4s, %0.4s" : "=&w"(r), "=&w"(t) : "w"(x), "w"(y));
  } else if constexpr (O == i16x8_relaxed_dot_i8x16_i7x16_s || O == i32x4_relaxed_dot_i8x16_i7x16_add_s) {
    asm("smull %1.8h, %3.8b, %4.8b\n smull2 %2.8h, %3.16b, %4.16b\n uzp1 %0.8h, %1.8h, %2.8h\n uzp2 %1.8h, %1.8h, %2.8h\n sqadd %0.8h, %0.8h, %1.8h"
        : "=&w"(r), "=&w"(t), "=&w"(u)
        : "w"(x), "w"(y));
    if constexpr (O == i32x4_relaxed_dot_i8x16_i7x16_add_s) asm("saddlp %0.4s, %0.8h\n add %0.4s, %0.4s, %1.4s" : "+&w"(r) : "w"(z));
  } else if constexpr (O == f32x4_add) THREE_VECTORS("fadd", "4s", "4s");
  else if constexpr (O == f64x2_add) THREE_VECTORS("fadd", "2d", "2d");
  else if constexpr (O == f32x4_mul) THREE_VECTORS("fmul", "4s", "4s");
  else if constexpr (O == f64x2_mul) THREE_VECTORS("fmul", "2d", "2d");
  else if constexpr (O == f32x4_min || O == f32x4_relaxed_min) THREE_VECTORS("fmin", "4s", "4s");
  else if constexpr (O == f32x4_max || O == f32x4_relaxed_max) THREE_VECTORS("fmax", "4s", "4s");
  else if constexpr (O == f64x2_min || O == f64x2_relaxed_min) THREE_VECTORS("fmin", "2d", "2d");
  else if constexpr (O == f64x2_max || O == f64x2_relaxed_max) THREE_VECTORS("fmax", "2d", "2d");
  else if constexpr (O == f32x4_relaxed_madd) {
    asm("fmul %0.4s, %1.4s, %2.4s\n fadd %0.4s, %0.4s, %3.4s" : "=&w"(r) : "w"(x), "w"(y), "w"(z));
  } else if constexpr (O == f64x2_relaxed_madd) {
    asm("fmul %0.2d, %1.2d, %2.2d\n fadd %0.2d, %0.2d, %3.2d" : "=&w"(r) : "w"(x), "w"(y), "w"(z));
  } else if constexpr (O == f32x4_relaxed_nmadd) {
    asm("fneg %0.4s, %1.4s\n fmul %0.4s, %0.4s, %2.4s\n fadd %0.4s, %0.4s, %3.4s" : "=&w"(r) : "w"(x), "w"(y), "w"(z));
  } else if constexpr (O == f64x2_relaxed_nmadd) {
    asm("fneg %0.2d, %1.2d\n fmul %0.2d, %0.2d, %2.2d\n fadd %0.2d, %0.2d, %3.2d" : "=&w"(r) : "w"(x), "w"(y), "w"(z));
  } else {
    return false;
  }
  result = core::of(r);
  return true;
}
/// A lane of a vector replaced where clang would find another way for the low one.
[[gnu::always_inline]] inline V128 replace_low(V128 v, double lane) {
  f32x4 r = core::as<f32x4>(v);
  asm("mov %0.d[0], %1.d[0]" : "+w"(r) : "w"(lane));
  return core::of(r);
}

template <Opcode O>
inline constexpr bool has_count = false;
template <Opcode O, int V>
STENCIL shift(STENCIL_ARGS);

}  // namespace wcomp::engine::jit
