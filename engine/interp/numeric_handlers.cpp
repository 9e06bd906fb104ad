// Handlers of numeric instructions: one template over core::eval for each form.
#include "engine/interp/bodies.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;

template <class T>
inline constexpr bool can_trap = false;
template <class T>
inline constexpr bool can_trap<core::OrTrap<T>> = true;

template <Opcode O, From First, From Second, bool KeptOut>
WCOMP_HANDLER void trapping(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state, std::uint64_t acc, double facc) {
  Machine m{fp, pc, mem, state, acc, facc};
  const auto r = evaluate<O, First, Second>(m, pc->b, First == From::constant ? pc->b : pc->c);
  if (r.traps) [[unlikely]] {
    if (r.code == TrapCode::integer_divide_by_zero) [[clang::musttail]] return trap<TrapCode::integer_divide_by_zero>(fp, pc, mem, state, acc, facc);
    if (r.code == TrapCode::integer_overflow) [[clang::musttail]] return trap<TrapCode::integer_overflow>(fp, pc, mem, state, acc, facc);
    [[clang::musttail]] return trap<TrapCode::invalid_conversion_to_integer>(fp, pc, mem, state, acc, facc);
  }
  result<KeptOut>(m, r.value);
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, m.acc, m.facc);
}

template <Opcode O, From First, From Second, bool KeptOut>
constexpr Handler numeric() {
  if constexpr (can_trap<decltype(evaluate<O, First, Second>(std::declval<Machine>(), 0, 0))>) return &trapping<O, First, Second, KeptOut>;
  else return &sequence<Numeric<O, First, Second, KeptOut>>;
}

template <Opcode O, bool KeptOut>
Handler select(From first, From second) {
  if constexpr (IsUnary<O>) {
    if (second != From::slot) return nullptr;
    if (first == From::slot) return numeric<O, From::slot, From::slot, KeptOut>();
    if (first == From::acc) return numeric<O, From::acc, From::slot, KeptOut>();
  } else if constexpr (IsBinary<O>) {
    if (first == From::slot && second == From::slot) return numeric<O, From::slot, From::slot, KeptOut>();
    if (first == From::acc && second == From::slot) return numeric<O, From::acc, From::slot, KeptOut>();
    if (first == From::slot && second == From::acc) return numeric<O, From::slot, From::acc, KeptOut>();
    if constexpr (IsIntegerBinary<O>) {
      if (first == From::slot && second == From::constant) return numeric<O, From::slot, From::constant, KeptOut>();
      if (first == From::acc && second == From::constant) return numeric<O, From::acc, From::constant, KeptOut>();
      if (first == From::constant && second == From::slot) return numeric<O, From::constant, From::slot, KeptOut>();
      if (first == From::constant && second == From::acc) return numeric<O, From::constant, From::acc, KeptOut>();
    }
  }
  return nullptr;
}

}  // namespace

Handler numeric_handler(Opcode op, NumericForm form) {
  switch (op) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case Opcode::name: return form.is_kept_out ? select<Opcode::name, true>(form.first, form.second) : select<Opcode::name, false>(form.first, form.second);
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return nullptr;
}

}  // namespace wcomp::engine::interp
