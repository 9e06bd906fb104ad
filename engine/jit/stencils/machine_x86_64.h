// What stencils for x86-64 need of their own: which registers hold what, and how constants get into instructions. Part of stencil.h.
#pragma once

#define STENCIL_ARGS                                                                                                                            \
  u64 r0, u64 r1, u64 r2, u64 r3, u64 *fp, u8 *mem, Context *cx, [[maybe_unused]] u64 free0, u64 r4, u64 r5, u64 r6, f32x4 x0, f32x4 x1, f32x4 x2, \
      f32x4 x3, f32x4 x4, f32x4 x5, f32x4 x6, f32x4 x7
#define MACHINE_STATE
/// Instructions have a register for the result.
constexpr bool has_three_operands = false;
#define ENTER_STENCIL Machine m{{r0, r1, r2, r3, r4, r5, r6}, {x0, x1, x2, x3, x4, x5, x6, x7}, fp, mem, cx}
// The register between the context and the fourth value is free: it holds anything.
#define GO_ON(to)                                                                                                                              \
  do {                                                                                                                                         \
    u64 any_;                                                                                                                                  \
    asm("" : "=c"(any_));                                                                                                                      \
    [[clang::musttail]] return to(m.r[0], m.r[1], m.r[2], m.r[3], m.fp, m.mem, m.cx, any_, m.r[4], m.r[5], m.r[6], m.x[0], m.x[1], m.x[2],      \
                                  m.x[3], m.x[4], m.x[5], m.x[6], m.x[7]);                                                                     \
  } while (false)

/// A constant in a register: 32 bits, the upper half zero; 32 bits, sign-extended; 64 bits.
#define UNSIGNED_NUMBER(hole, out) asm("movl $" hole ", %k0" : "=r"(out))
#define SIGNED_NUMBER(hole, out) asm("movq $" hole ", %0" : "=r"(out))
#define WIDE_NUMBER(hole, out) asm("movabsq $" hole ", %0" : "=r"(out))

/// A copy in a register that holds no values between stencils, for what clang would make something else of for each choice of registers.
#define COPY_VECTOR(n, from)           \
  register f32x4 copy##n asm("xmm" #n); \
  asm volatile("movaps %1, %0" : "=x"(copy##n) : "x"(from))
