// The steps between C++ and compiled code on aarch64, as entry.cpp has them for x86-64.
//
// The stack pointer is the host's all the time: while code runs it is what it was when the run began (Run::host_stack), and the code's stack of return
// addresses has a register of its own, x28, which C++ keeps, as it keeps x20 to x22. So nobody changes stacks.
#include "engine/jit/entry.h"

#if defined(__aarch64__)

namespace wcomp::engine::jit {

// The stack pointer is that of the run: back to who entered.
#define LEAVE                        \
  "ldp d8, d9, [sp, 96]\n"           \
  "ldp d10, d11, [sp, 112]\n"        \
  "ldp d12, d13, [sp, 128]\n"        \
  "ldp d14, d15, [sp, 144]\n"        \
  "ldp x19, x20, [sp, 16]\n"         \
  "ldp x21, x22, [sp, 32]\n"         \
  "ldp x23, x24, [sp, 48]\n"         \
  "ldp x25, x26, [sp, 64]\n"         \
  "ldp x27, x28, [sp, 80]\n"         \
  "ldp x29, x30, [sp], 160\n"        \
  "ret\n"

// Out of code: the return address is pushed; Run* in x3 and x19.
#define TO_HOST                      \
  "str x30, [x28, -8]!\n"            \
  "ldr x19, [x22]\n"                 \
  "ldr x19, [x19, %[backend]]\n"     \
  "str x28, [x19, %[guest]]\n"

// After C++ answered.
#define TO_CODE                      \
  "cbnz x0, 1f\n"                    \
  "ldr x21, [x22, %[mem0]]\n"        \
  "ldr x30, [x28], 8\n"              \
  "ret\n"                            \
  "1: cmp x0, 2\n"                   \
  "b.eq 2f\n" LEAVE                  \
  "2: ldr x28, [x19, %[land_stack]]\n"   \
  "ldr x20, [x19, %[land_frame]]\n"      \
  "ldr x22, [x19, %[land_context]]\n"    \
  "ldr x21, [x22, %[mem0]]\n"            \
  "ldr x16, [x19, %[land_code]]\n"       \
  "br x16\n"

extern "C" {

NAKED wcomp_jit_enter(const FuncInst*, std::uint64_t*, Run*) {
  asm volatile(
      "stp x29, x30, [sp, -160]!\n"
      "mov x29, sp\n"
      "stp x19, x20, [sp, 16]\n"
      "stp x21, x22, [sp, 32]\n"
      "stp x23, x24, [sp, 48]\n"
      "stp x25, x26, [sp, 64]\n"
      "stp x27, x28, [sp, 80]\n"
      "stp d8, d9, [sp, 96]\n"
      "stp d10, d11, [sp, 112]\n"
      "stp d12, d13, [sp, 128]\n"
      "stp d14, d15, [sp, 144]\n"
      "str x29, [x2, %[host]]\n"
      "ldr x28, [x2, %[guest]]\n"
      "mov x3, x0\n"
      "mov x20, x1\n"
      "ldr x22, [x3, %[link]]\n"
      "ldr x21, [x22, %[mem0]]\n"
      "ldr x16, [x3, %[entry]]\n"
      "blr x16\n" LEAVE
      :
      : OFFSETS);
}

NAKED wcomp_jit_fault() {
  asm volatile(
      "ldr x16, [x29, %[host]]\n"
      "mov sp, x16\n" LEAVE
      :
      : OFFSETS);
}

NAKED wcomp_jit_helper_entry() {
  asm volatile(TO_HOST
               "mov x0, x22\n"
               "mov x1, x20\n"
               "mov x2, x16\n"
               "mov x3, x19\n"
               "bl wcomp_jit_helper\n" TO_CODE
               :
               : OFFSETS);
}

NAKED wcomp_jit_host_entry() {
  asm volatile(TO_HOST
               "mov x0, x3\n"
               "mov x1, x20\n"
               "mov x2, x19\n"
               "bl wcomp_jit_host\n" TO_CODE
               :
               : OFFSETS);
}

NAKED wcomp_jit_quick_entry() {
  asm volatile(
      "str x30, [x28, -8]!\n"
      "mov x27, x3\n"
      "ldr x0, [x3, %[host_context]]\n"
      "mov x1, x20\n"
      "ldr x16, [x3, %[quick]]\n"
      "blr x16\n"
      "ldr x30, [x28], 8\n"
      "tbz w0, 0, 1f\n"
      "ret\n"
      "1: mov x3, x27\n"
      "ldr x22, [x3, %[link]]\n"
      "ldr x21, [x22, %[mem0]]\n"
      "b wcomp_jit_host_entry\n"
      :
      : OFFSETS, [host_context] "i"(offsetof(FuncInst, context)), [quick] "i"(offsetof(FuncInst, quick)));
}

NAKED wcomp_jit_lazy_entry() {
  asm volatile(TO_HOST
               "mov x27, x3\n"
               "mov x0, x3\n"
               "mov x1, x20\n"
               "mov x2, x19\n"
               "bl wcomp_jit_prepare\n"
               "cbnz x0, 1f\n"
               "mov x3, x27\n"
               "ldr x30, [x28], 8\n"
               "ldr x22, [x3, %[link]]\n"
               "ldr x21, [x22, %[mem0]]\n"
               "ldr x16, [x3, %[entry]]\n"
               "br x16\n"
               "1:\n" LEAVE
               :
               : OFFSETS);
}

NAKED wcomp_jit_restore() {
  asm volatile(
      "ldr x22, [x28], 8\n"
      "ldr x21, [x22, %[mem0]]\n"
      "ldr x30, [x28], 8\n"
      "ret\n"
      :
      : OFFSETS);
}

}  // extern "C"

}  // namespace wcomp::engine::jit

#endif
