// The interpreter's own form of code, and how it is dispatched.
//
// An instruction is 16 bytes: the address of its handler, two 16-bit slots and 32 bits more; some are followed by units of 16 bytes that hold
// addresses. A handler does its work and calls the next one as a tail call; all have one signature, whose arguments stay in registers
// (`preserve_none` leaves them all to us). So there is no dispatch loop and no native stack is used, however deep the guest's calls are.
//
// Code is made for one instance of a module: globals, tables, memories and callees are addresses in it.
//
// Frame header: the instruction to return to, the caller's frame (null: the call came from the host).
// Rules for handlers: read every operand before writing the result; leave rare paths to functions that are not inlined.
#pragma once

#include <cstdint>

#include "core/opcode.h"
#include "engine/backend.h"

// The attributes of a handler. Without the sanitizers: their bookkeeping does not know functions that never return.
#define WCOMP_HANDLER __attribute__((preserve_none, no_sanitize("address", "undefined", "function")))

namespace wcomp::engine::interp {

struct Inst;
using Handler = __attribute__((preserve_none)) void (*)(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);

struct Inst {
  union {
    Handler handler = nullptr;
    const void* pointer;
    std::uint64_t word;
  };
  union {
    struct {
      std::uint16_t a, b;
      std::uint32_t c;
    };
    std::uint64_t word2 = 0;
    const void* pointer2;
  };
};
static_assert(sizeof(Inst) == 16);

/// How a handler takes its operands; `dst` and sources are slots.
enum class Form : std::uint8_t {
  rr,        ///< a: dst, b, c: operands (unary: b)
  ri,        ///< a: dst, b: first operand, c: second, a constant
  ir,        ///< a: dst, b: second operand, c: first, a constant
  br_rr,     ///< a, b: operands; c: distance to jump if the result is not zero
  br_ri,     ///< a: first operand, c: second; b: distance
  brz_rr,    ///< as br_rr, if the result is zero
  brz_ri,
  step_rr,   ///< a += c, an i32; the comparison of a with b; the distance to jump if it holds is in the low half of a unit
  step_ri,   ///< likewise, comparing with the high half of the unit
  mem0,      ///< loads: a: dst, b: address, c: offset; stores: a: address, b: value, c: offset. Memory 0, guarded
  mem0_k,    ///< the address is a constant, added to the offset in c
  mem0_add,  ///< the address is b (stores: a) + c, wrapped to 32 bits; no offset
  mem0_add2, ///< loads: the address is b + low half of c, wrapped to 32 bits, the offset the high half
  mem0_i,    ///< stores: b is a signed constant
  any_mem,   ///< as mem0; a unit follows with the MemInst. Compares with the memory's size
};

/// The handler of a numeric, load or store row in a form; null where the form makes no sense for it.
[[nodiscard]] Handler numeric_handler(core::Opcode op, Form form);
[[nodiscard]] Handler branch_handler(core::Opcode op, Form form);
[[nodiscard]] Handler memory_handler(core::Opcode op, Form form);

/// What went wrong, until `run` makes a Trap of it.
struct Stop {
  bool is_set = false;
  TrapCode code{};
  std::uint64_t* fp = nullptr;
  const Inst* pc = nullptr;
  std::optional<Trap> trap;  ///< what a host function returned
};

/// Remembers why code stops; the handler that calls it returns right after.
[[gnu::noinline, gnu::cold]] void stop(RunState* state, std::uint64_t* fp, const Inst* pc, TrapCode code);

template <TrapCode C>
WCOMP_HANDLER void trap(std::uint64_t* fp, const Inst* pc, std::uint8_t*, RunState* state) {
  stop(state, fp, pc, C);
}

}  // namespace wcomp::engine::interp
