// The one handler of vector rows that core::eval computes. The rows are handed out to several sources (vector_handlers_*.cpp), by ranges of
// opcodes, since all of them together take long to compile.
#pragma once

#include <cstring>

#include "engine/interp/vector_handlers.h"
#include "engine/vector_semantics.h"

namespace wcomp::engine::interp {

/// An operand or result in slots.
template <class T>
[[gnu::always_inline]] inline T read_slots(const std::uint64_t* slots) {
  if constexpr (std::is_same_v<T, core::V128>) {
    core::V128 v;
    std::memcpy(&v, slots, sizeof v);
    return v;
  } else {
    return slot_as<T>(*slots);
  }
}

template <core::Opcode O>
concept IsVector = !is_scalar<O> && (immediate_of(O) == core::Immediate::none || immediate_of(O) == core::Immediate::lane || immediate_of(O) == core::Immediate::lanes16);

template <core::Opcode O>
[[gnu::always_inline]] inline auto evaluate_vector(const std::uint64_t* fp, const Inst* pc) {
  constexpr core::Op<O> op;
  constexpr auto n = operand_count<O>;
  const std::uint32_t third = pc->c >> 16;
  const auto x = read_slots<Operand<O, 0>>(fp + pc->b);
  if constexpr (immediate_of(O) == core::Immediate::lanes16) {
    core::V128 lanes;
    std::memcpy(&lanes, pc + 1, sizeof lanes);
    return core::eval(op, x, read_slots<core::V128>(fp + (pc->c & 0xffff)), lanes);
  } else if constexpr (n == 1) {
    if constexpr (immediate_of(O) == core::Immediate::lane) return core::eval(op, x, third);
    else return core::eval(op, x);
  } else {
    const auto y = read_slots<Operand<O, 1>>(fp + (pc->c & 0xffff));
    if constexpr (immediate_of(O) == core::Immediate::lane) return core::eval(op, x, y, third);
    else if constexpr (n == 2) return core::eval(op, x, y);
    else return core::eval(op, x, y, read_slots<Operand<O, 2>>(fp + third));
  }
}

template <core::Opcode O>
WCOMP_HANDLER void vector(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state, std::uint64_t acc, double facc) {
  const auto r = evaluate_vector<O>(fp, pc);
  if constexpr (std::is_same_v<std::remove_const_t<decltype(r)>, core::V128>) {
    std::memcpy(fp + pc->a, &r, sizeof r);
  } else {
    fp[pc->a] = as_slot(r);
    to_acc(r, acc, facc);
  }
  constexpr int units = immediate_of(O) == core::Immediate::lanes16 ? 2 : 1;
  [[clang::musttail]] return pc[units].handler(fp, pc + units, mem, state, acc, facc);
}

/// The handler, of rows in the range [First, Last].
template <core::Opcode First, core::Opcode Last, core::Opcode O>
Handler select_vector() {
  if constexpr (O >= First && O <= Last && IsVector<O>) return &vector<O>;
  return nullptr;
}
template <core::Opcode First, core::Opcode Last>
Handler find_vector(core::Opcode op) {
  switch (op) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case core::Opcode::name: return select_vector<First, Last, core::Opcode::name>();
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return nullptr;
}

/// Better ones than the others', where the processor has them.
Handler find_shuffle_handler(core::Opcode op);
Handler find_lane_handler(core::Opcode op);
Handler find_small_integer_handler(core::Opcode op);
Handler find_large_integer_handler(core::Opcode op);
Handler find_float_handler(core::Opcode op);

}  // namespace wcomp::engine::interp
