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

template <Opcode O, From First, From Second, bool OnZero>
WCOMP_HANDLER void branch(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state, std::uint64_t acc, double facc) {
  using X = Operand<O, 0>;
  X x;
  if constexpr (First == From::acc) x = from_acc<X>(acc, facc);
  else x = slot_as<X>(fp[pc->a]);
  const std::uint32_t r = [&] {
    if constexpr (IsUnary<O>) {
      return core::eval(core::Op<O>{}, x);
    } else {
      using Y = Operand<O, 1>;
      Y y;
      if constexpr (Second == From::acc) y = from_acc<Y>(acc, facc);
      else if constexpr (Second == From::slot) y = slot_as<Y>(fp[pc->b]);
      else y = constant<Y>(pc->c);
      return core::eval(core::Op<O>{}, x, y);
    }
  }();
  if ((r == 0) == OnZero) {
    if (state->is_interrupted.load(std::memory_order_relaxed) != 0) [[unlikely]] {
      [[clang::musttail]] return trap<TrapCode::interrupted>(fp, pc, mem, state, acc, facc);
    }
    const Inst* to = pc + (Second == From::constant ? static_cast<std::int16_t>(pc->b) : static_cast<std::int32_t>(pc->c));
    [[clang::musttail]] return to->handler(fp, to, mem, state, acc, facc);
  }
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}

/// The end of a counting loop.
template <Opcode O, bool HasConstant>
WCOMP_HANDLER void step(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state, std::uint64_t acc, double facc) {
  std::uint32_t counter = static_cast<std::uint32_t>(fp[pc->a]) + pc->c;
  std::uint32_t other = HasConstant ? static_cast<std::uint32_t>(pc[1].word >> 32) : static_cast<std::uint32_t>(fp[pc->b]);
  fp[pc->a] = counter;
  if (core::eval(core::Op<O>{}, counter, other) != 0) {
    if (state->is_interrupted.load(std::memory_order_relaxed) != 0) [[unlikely]] {
      [[clang::musttail]] return trap<TrapCode::interrupted>(fp, pc, mem, state, acc, facc);
    }
    const Inst* to = pc + static_cast<std::int32_t>(pc[1].word);
    [[clang::musttail]] return to->handler(fp, to, mem, state, acc, facc);
  }
  [[clang::musttail]] return pc[2].handler(fp, pc + 2, mem, state, acc, facc);
}

template <Opcode O, bool OnZero>
Handler select(From first, From second) {
  if constexpr (IsUnary<O>) {
    if (second != From::slot) return nullptr;
    if (first == From::slot) return &branch<O, From::slot, From::slot, OnZero>;
    if (first == From::acc) return &branch<O, From::acc, From::slot, OnZero>;
  } else {
    if (first == From::slot && second == From::slot) return &branch<O, From::slot, From::slot, OnZero>;
    if (first == From::acc && second == From::slot) return &branch<O, From::acc, From::slot, OnZero>;
    if (first == From::slot && second == From::acc) return &branch<O, From::slot, From::acc, OnZero>;
    if constexpr (IsIntegerBinary<O>) {
      if (first == From::slot && second == From::constant) return &branch<O, From::slot, From::constant, OnZero>;
      if (first == From::acc && second == From::constant) return &branch<O, From::acc, From::constant, OnZero>;
    }
  }
  return nullptr;
}

template <Opcode O>
Handler select(BranchForm form) {
  if constexpr (is_comparison(O) || O == Opcode::i32_and) {
    return form.on_zero ? select<O, true>(form.first, form.second) : select<O, false>(form.first, form.second);
  }
  return nullptr;
}

template <Opcode O>
Handler select(StepForm form) {
  if constexpr (O >= Opcode::i32_eq && O <= Opcode::i32_ge_u) return form.has_constant ? &step<O, true> : &step<O, false>;
  return nullptr;
}

template <class Form>
Handler find(Opcode op, Form form) {
  switch (op) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case Opcode::name: return select<Opcode::name>(form);
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return nullptr;
}

}  // namespace

Handler branch_handler(Opcode op, BranchForm form) { return find(op, form); }
Handler step_handler(Opcode op, StepForm form) { return find(op, form); }

}  // namespace wcomp::engine::interp
