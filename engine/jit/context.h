// What running compiled code knows: the context of an instance, which is in a register while code of the instance runs.
//
// Registers:
//
//                      x86-64                                        aarch64
//   frame              rdi                                           x20
//   base of memory 0   rsi                                           x21
//   context            rdx                                           x22
//   code's stack       rsp                                           x28 (the host's stays in sp)
//   return address     on the code's stack                           x30; the callee puts it on the code's stack
//   values             r12 to r15, r8, r9, r11; xmm0 to xmm7          x4 to x7, x0, x1, x3; v0 to v7
//   free               the rest, for every stencil                   the rest but x15, x18 and x29
//
// All of them are the callee's in a call, but the frame's, which it gives back as it was, and the code's stack. The last register of integers (r11, x3)
// names the callee in calls that are not to a known place of the same code.
//
// Code runs on a stack of return addresses of its own, which nothing but calls uses: how deep a guest nests is bounded by the stack of
// frames alone, and what the C++ of the engine and of hosts needs is taken from the thread's stack, which every way out of the code
// switches to (on aarch64 it is the stack pointer's all the time). A frame is found from its callee's, because a place of the code knows how far
// above its own frame the callee's begins.
//
// The header of a frame: the context, where the function calls into other instances, for it has to be put back after the call.
//
// A function that hands on to another instance what it was given, and gives back what that returns (an adapter between components of numbers and
// handles), makes that call in its own frame, which is the callee's then: nothing is copied. Its context is on the code's stack meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/instance.h"

namespace wcomp::engine::jit {

struct Record;
struct LoadedCode;

/// Made once per instance; never moves. Followed by `cells`: addresses of the globals' slots, then the tables, then the memories.
struct Context {
  RunState* state = nullptr;
  const void* helper = nullptr;   ///< the way out of code to a helper (see runtime.cpp)
  std::uint8_t* mem0 = nullptr;   ///< if it is guarded
  const void* restore = nullptr;  ///< where a callee returns to whose caller needs its context back
  FuncInst* const* funcs = nullptr;
  const std::uint32_t* type_ids = nullptr;
  ModuleInst* instance = nullptr;  ///< null: of host functions
  const LoadedCode* code = nullptr;

  [[nodiscard]] void** cells() { return reinterpret_cast<void**>(this + 1); }
};
static_assert(sizeof(Context) == 64);

inline constexpr std::uint32_t cell_offset(std::uint32_t n) { return static_cast<std::uint32_t>(sizeof(Context)) + n * 8; }

/// What the compiler keeps in FuncInst::stub.
struct FuncLink {
  Context* context = nullptr;
  const FuncInst* next = nullptr;
};
inline FuncLink& link_of(FuncInst& f) { return *reinterpret_cast<FuncLink*>(f.stub); }
inline const FuncLink& link_of(const FuncInst& f) { return *reinterpret_cast<const FuncLink*>(f.stub); }

/// An operation that a helper does, as it lies among the constants of the code.
struct Record {
  std::uint16_t op = 0;  ///< an opcode, or one of HelperOp
  std::uint8_t lane = 0;
  std::uint8_t pad = 0;
  std::uint32_t dst = 0, a = 0, b = 0, c = 0;
  std::uint32_t pad2 = 0;
  std::uint64_t imm = 0;
};
static_assert(sizeof(Record) == 32);

enum class HelperOp : std::uint16_t {
  trap = 0xf800,   ///< imm: TrapCode
  limit,           ///< the frame of imm bytes does not fit: makes room, or traps
  too_large,       ///< the function cannot run
  forward_limit,   ///< no room for a call in the function's own frame
};

}  // namespace wcomp::engine::jit
