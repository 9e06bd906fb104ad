// What stencils for aarch64 need of their own: which registers hold what, and instructions that can be patched.
//
// The address of a symbol would be loaded from a table, so numbers are moves of 16 bits each, offsets are the 12 bits that an addition or a load has
// room for. Those that need fewer moves or more bits get them when the stencil is put into code (emit_aarch64.cpp), where x15 is free:
// no stencil uses it.
#pragma once

// x20 to x22 and x28 (the code's stack) stay what they are; x0, x1, x3 to x7 and v0 to v7 hold values; everything else holds anything.
#define STENCIL_ARGS                                                                                                                             \
  u64 *fp, u8 *mem, Context *cx, [[maybe_unused]] u64 free0, [[maybe_unused]] u64 free1, [[maybe_unused]] u64 free2, [[maybe_unused]] u64 free3,  \
      [[maybe_unused]] u64 free4, u64 stack, u64 r4, u64 r5, [[maybe_unused]] u64 free5, u64 r6, u64 r0, u64 r1, u64 r2, u64 r3, f32x4 x0, f32x4 x1, \
      f32x4 x2, f32x4 x3, f32x4 x4, f32x4 x5, f32x4 x6, f32x4 x7
#define MACHINE_STATE u64 stack;
/// Instructions have a register for the result.
constexpr bool has_three_operands = true;
#define ENTER_STENCIL Machine m{{r0, r1, r2, r3, r4, r5, r6}, {x0, x1, x2, x3, x4, x5, x6, x7}, fp, mem, cx, stack}
#define GO_ON(to)                                                                                                                               \
  do {                                                                                                                                          \
    register u64 any0_ asm("x23");                                                                                                              \
    register u64 any1_ asm("x24");                                                                                                              \
    register u64 any2_ asm("x25");                                                                                                              \
    register u64 any3_ asm("x26");                                                                                                              \
    register u64 any4_ asm("x27");                                                                                                              \
    register u64 any5_ asm("x2");                                                                                                               \
    asm("" : "=r"(any0_), "=r"(any1_), "=r"(any2_), "=r"(any3_), "=r"(any4_), "=r"(any5_));                                                     \
    [[clang::musttail]] return to(m.fp, m.mem, m.cx, any0_, any1_, any2_, any3_, any4_, m.stack, m.r[4], m.r[5], any5_, m.r[6], m.r[0], m.r[1], \
                                  m.r[2], m.r[3], m.x[0], m.x[1], m.x[2], m.x[3], m.x[4], m.x[5], m.x[6], m.x[7]);                              \
  } while (false)

/// A constant of 32 bits, sign-extended.
#define SIGNED_NUMBER(hole, out) asm("movz %0, #:abs_g0_s:" hole "\n movk %0, #:abs_g1_nc:" hole : "=r"(out))
/// .. whose upper half is zero.
#define UNSIGNED_NUMBER(hole, out) asm("movz %w0, #:abs_g0_nc:" hole "\n movk %w0, #:abs_g1_nc:" hole : "=r"(out))
#define WIDE_NUMBER(hole, out)                                                                                                                     \
  asm("movz %0, #:abs_g0_nc:" hole "\n movk %0, #:abs_g1_nc:" hole "\n movk %0, #:abs_g2_nc:" hole "\n movk %0, #:abs_g3:" hole : "=r"(out))

#define COPY_VECTOR(n, from) const f32x4 copy##n = from
