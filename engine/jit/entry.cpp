// The steps between C++ and compiled code, in assembly: they change stacks and know in which registers code has what (context.h).
#include "engine/jit/entry.h"

#if defined(__x86_64__)

namespace wcomp::engine::jit {

// Run* in rbp, the host's stack is the current one: back to who entered.
#define LEAVE             \
  "addq $8, %%rsp\n"      \
  "popq %%r15\n"          \
  "popq %%r14\n"          \
  "popq %%r13\n"          \
  "popq %%r12\n"          \
  "popq %%rbx\n"          \
  "popq %%rbp\n"          \
  "ret\n"

// From code to the host's stack, with Run* in rax and rbp, and the code's stack, which holds frame and context, in rbx.
#define TO_HOST                         \
  "movq (%%rdx), %%rax\n"               \
  "movq %c[backend](%%rax), %%rax\n"    \
  "movq %%rsp, %c[guest](%%rax)\n"      \
  "pushq %%rdi\n"                       \
  "pushq %%rdx\n"                       \
  "movq %%rsp, %%rbx\n"                 \
  "movq %%rax, %%rbp\n"                 \
  "movq %c[host](%%rax), %%rsp\n"

// After C++ answered.
#define TO_CODE                                  \
  "testq %%rax, %%rax\n"                         \
  "jne 1f\n"                                     \
  "movq %%rbx, %%rsp\n"                          \
  "popq %%rdx\n"                                 \
  "popq %%rdi\n"                                 \
  "movq %c[mem0](%%rdx), %%rsi\n"                \
  "ret\n"                                        \
  "1:\n"                                         \
  "cmpq $2, %%rax\n"                             \
  "je 2f\n" LEAVE                                \
  "2:\n"                                         \
  "movq %c[land_stack](%%rbp), %%rsp\n"          \
  "movq %c[land_frame](%%rbp), %%rdi\n"          \
  "movq %c[land_context](%%rbp), %%rdx\n"        \
  "movq %c[mem0](%%rdx), %%rsi\n"                \
  "jmpq *%c[land_code](%%rbp)\n"

extern "C" {

NAKED wcomp_jit_enter(const FuncInst*, std::uint64_t*, Run*) {
  asm volatile(
      "pushq %%rbp\n"
      "pushq %%rbx\n"
      "pushq %%r12\n"
      "pushq %%r13\n"
      "pushq %%r14\n"
      "pushq %%r15\n"
      "subq $8, %%rsp\n"
      "movq %%rsp, %c[host](%%rdx)\n"
      "movq %c[guest](%%rdx), %%rsp\n"
      "pushq %%rdx\n"
      "movq %%rdi, %%r11\n"
      "movq %%rsi, %%rdi\n"
      "movq %c[link](%%r11), %%rdx\n"
      "movq %c[mem0](%%rdx), %%rsi\n"
      "callq *%c[entry](%%r11)\n"
      "popq %%rax\n"
      "movq %c[host](%%rax), %%rsp\n" LEAVE
      :
      : OFFSETS);
}

NAKED wcomp_jit_fault() {
  asm volatile("movq %c[host](%%rbp), %%rsp\n" LEAVE : : OFFSETS);
}

NAKED wcomp_jit_helper_entry() {
  asm volatile(TO_HOST
               "movq %%rdi, %%rsi\n"
               "movq %%rdx, %%rdi\n"
               "movq %%rcx, %%rdx\n"
               "movq %%rax, %%rcx\n"
               "callq wcomp_jit_helper\n" TO_CODE
               :
               : OFFSETS);
}

NAKED wcomp_jit_host_entry() {
  asm volatile(TO_HOST
               "movq %%rdi, %%rsi\n"
               "movq %%r11, %%rdi\n"
               "movq %%rax, %%rdx\n"
               "callq wcomp_jit_host\n" TO_CODE
               :
               : OFFSETS);
}

NAKED wcomp_jit_quick_entry() {
  asm volatile(
      "movq (%%rdx), %%rax\n"
      "movq %c[backend](%%rax), %%rax\n"
      "movq %%rsp, %%r12\n"
      "movq %%rdi, %%rbx\n"
      "movq %%r11, %%rbp\n"
      "movq %c[host](%%rax), %%rsp\n"
      "movq %%rdi, %%rsi\n"
      "movq %c[host_context](%%r11), %%rdi\n"
      "callq *%c[quick](%%r11)\n"
      "movq %%r12, %%rsp\n"
      "movq %%rbx, %%rdi\n"
      "testb %%al, %%al\n"
      "je 1f\n"
      "ret\n"
      "1:\n"
      "movq %%rbp, %%r11\n"
      "movq %c[link](%%r11), %%rdx\n"
      "movq %c[mem0](%%rdx), %%rsi\n"
      "jmp wcomp_jit_host_entry\n"
      :
      : OFFSETS, [host_context] "i"(offsetof(FuncInst, context)), [quick] "i"(offsetof(FuncInst, quick)));
}

NAKED wcomp_jit_lazy_entry() {
  asm volatile(TO_HOST
               "movq %%r11, %%r12\n"
               "movq %%rdi, %%rsi\n"
               "movq %%r11, %%rdi\n"
               "movq %%rax, %%rdx\n"
               "callq wcomp_jit_prepare\n"
               "testq %%rax, %%rax\n"
               "jne 1f\n"
               "movq %%rbx, %%rsp\n"
               "popq %%rdx\n"
               "popq %%rdi\n"
               "movq %%r12, %%r11\n"
               "movq %c[link](%%r11), %%rdx\n"
               "movq %c[mem0](%%rdx), %%rsi\n"
               "jmpq *%c[entry](%%r11)\n"
               "1:\n" LEAVE
               :
               : OFFSETS);
}

NAKED wcomp_jit_restore() {
  asm volatile(
      "popq %%rdx\n"
      "movq %c[mem0](%%rdx), %%rsi\n"
      "ret\n"
      :
      : OFFSETS);
}

}  // extern "C"

}  // namespace wcomp::engine::jit

#elif !defined(__aarch64__)

namespace wcomp::engine::jit {
// There is no code for this machine: `can_compile` says so, and nobody comes here.
extern "C" {
void wcomp_jit_enter(const FuncInst*, std::uint64_t*, Run*) { WCOMP_CHECK(false); }
void wcomp_jit_fault() { WCOMP_CHECK(false); }
void wcomp_jit_helper_entry() { WCOMP_CHECK(false); }
void wcomp_jit_host_entry() { WCOMP_CHECK(false); }
void wcomp_jit_quick_entry() { WCOMP_CHECK(false); }
void wcomp_jit_lazy_entry() { WCOMP_CHECK(false); }
void wcomp_jit_restore() { WCOMP_CHECK(false); }
}
}  // namespace wcomp::engine::jit

#endif
