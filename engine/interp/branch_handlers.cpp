// A comparison (or `i32.and`, as a test of bits) and the conditional branch on it, as one instruction.
#include "engine/interp/inst.h"
#include "engine/semantics.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;

template <class T>
[[gnu::always_inline]] inline T constant(std::uint32_t c) {
  if constexpr (sizeof(T) == 4) return static_cast<T>(c);
  else return static_cast<T>(static_cast<std::int64_t>(static_cast<std::int32_t>(c)));
}

template <Opcode O, Form F>
WCOMP_HANDLER void branch(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state) {
  constexpr bool has_constant = F == Form::br_ri || F == Form::brz_ri;
  constexpr bool on_zero = F == Form::brz_rr || F == Form::brz_ri;
  std::uint32_t r = 0;
  if constexpr (IsUnary<O>) {
    r = core::eval(core::Op<O>{}, slot_as<Operand<O, 0>>(fp[pc->a]));
  } else if constexpr (has_constant) {
    r = core::eval(core::Op<O>{}, slot_as<Operand<O, 0>>(fp[pc->a]), constant<Operand<O, 1>>(pc->c));
  } else {
    r = core::eval(core::Op<O>{}, slot_as<Operand<O, 0>>(fp[pc->a]), slot_as<Operand<O, 1>>(fp[pc->b]));
  }
  if ((r == 0) == on_zero) {
    if (state->is_interrupted.load(std::memory_order_relaxed) != 0) [[unlikely]] {
      [[clang::musttail]] return trap<TrapCode::interrupted>(fp, pc, mem, state);
    }
    const Inst* to = pc + (has_constant ? static_cast<std::int16_t>(pc->b) : static_cast<std::int32_t>(pc->c));
    [[clang::musttail]] return to->handler(fp, to, mem, state);
  }
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state);
}

/// The end of a counting loop.
template <Opcode O, Form F>
WCOMP_HANDLER void step(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state) {
  std::uint32_t counter = static_cast<std::uint32_t>(fp[pc->a]) + pc->c;
  std::uint32_t other = F == Form::step_ri ? static_cast<std::uint32_t>(pc[1].word >> 32) : static_cast<std::uint32_t>(fp[pc->b]);
  fp[pc->a] = counter;
  if (core::eval(core::Op<O>{}, counter, other) != 0) {
    if (state->is_interrupted.load(std::memory_order_relaxed) != 0) [[unlikely]] {
      [[clang::musttail]] return trap<TrapCode::interrupted>(fp, pc, mem, state);
    }
    const Inst* to = pc + static_cast<std::int32_t>(pc[1].word);
    [[clang::musttail]] return to->handler(fp, to, mem, state);
  }
  [[clang::musttail]] return pc[2].handler(fp, pc + 2, mem, state);
}

template <Opcode O>
Handler select(Form form) {
  if constexpr (O >= Opcode::i32_eq && O <= Opcode::i32_ge_u) {
    if (form == Form::step_rr) return &step<O, Form::step_rr>;
    if (form == Form::step_ri) return &step<O, Form::step_ri>;
  }
  if constexpr (is_comparison(O) || O == Opcode::i32_and) {
    if (form == Form::br_rr) return &branch<O, Form::br_rr>;
    if (form == Form::brz_rr) return &branch<O, Form::brz_rr>;
    if constexpr (IsIntegerBinary<O>) {
      if (form == Form::br_ri) return &branch<O, Form::br_ri>;
      if (form == Form::brz_ri) return &branch<O, Form::brz_ri>;
    }
  }
  return nullptr;
}

}  // namespace

Handler branch_handler(Opcode op, Form form) {
  switch (op) {
#define WCOMP_OPCODE(name, text, code, immediate, signature) \
  case Opcode::name: return select<Opcode::name>(form);
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return nullptr;
}

}  // namespace wcomp::engine::interp
