// Handlers of numeric instructions: one template over core::eval for each form.
#include "engine/interp/inst.h"
#include "engine/semantics.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;

template <class T>
inline constexpr bool can_trap = false;
template <class T>
inline constexpr bool can_trap<core::OrTrap<T>> = true;

/// A constant operand: 32 bits, sign-extended for i64.
template <class T>
[[gnu::always_inline]] inline T constant(std::uint32_t c) {
  if constexpr (sizeof(T) == 4) return static_cast<T>(c);
  else return static_cast<T>(static_cast<std::int64_t>(static_cast<std::int32_t>(c)));
}

template <Opcode O, From First, From Second, bool KeptOut>
WCOMP_HANDLER void numeric(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state, std::uint64_t acc, double facc) {
  using X = Operand<O, 0>;
  X x;
  if constexpr (First == From::acc) x = from_acc<X>(acc, facc);
  else if constexpr (First == From::slot) x = slot_as<X>(fp[pc->b]);
  else x = constant<X>(pc->c);
  const auto r = [&] {
    if constexpr (IsUnary<O>) {
      return core::eval(core::Op<O>{}, x);
    } else {
      using Y = Operand<O, 1>;
      Y y;
      if constexpr (Second == From::acc) y = from_acc<Y>(acc, facc);
      else if constexpr (Second == From::slot) y = slot_as<Y>(fp[First == From::constant ? pc->b : pc->c]);
      else y = constant<Y>(pc->c);
      return core::eval(core::Op<O>{}, x, y);
    }
  }();
  if constexpr (can_trap<std::remove_const_t<decltype(r)>>) {
    if (r.traps) [[unlikely]] {
      if (r.code == TrapCode::integer_divide_by_zero) [[clang::musttail]] return trap<TrapCode::integer_divide_by_zero>(fp, pc, mem, state, acc, facc);
      if (r.code == TrapCode::integer_overflow) [[clang::musttail]] return trap<TrapCode::integer_overflow>(fp, pc, mem, state, acc, facc);
      [[clang::musttail]] return trap<TrapCode::invalid_conversion_to_integer>(fp, pc, mem, state, acc, facc);
    }
    if constexpr (!KeptOut) fp[pc->a] = as_slot(r.value);
    to_acc(r.value, acc, facc);
  } else {
    if constexpr (!KeptOut) fp[pc->a] = as_slot(r);
    to_acc(r, acc, facc);
  }
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}

template <Opcode O, bool KeptOut>
Handler select(From first, From second) {
  if constexpr (IsUnary<O>) {
    if (second != From::slot) return nullptr;
    if (first == From::slot) return &numeric<O, From::slot, From::slot, KeptOut>;
    if (first == From::acc) return &numeric<O, From::acc, From::slot, KeptOut>;
  } else if constexpr (IsBinary<O>) {
    if (first == From::slot && second == From::slot) return &numeric<O, From::slot, From::slot, KeptOut>;
    if (first == From::acc && second == From::slot) return &numeric<O, From::acc, From::slot, KeptOut>;
    if (first == From::slot && second == From::acc) return &numeric<O, From::slot, From::acc, KeptOut>;
    if constexpr (IsIntegerBinary<O>) {
      if (first == From::slot && second == From::constant) return &numeric<O, From::slot, From::constant, KeptOut>;
      if (first == From::acc && second == From::constant) return &numeric<O, From::acc, From::constant, KeptOut>;
      if (first == From::constant && second == From::slot) return &numeric<O, From::constant, From::slot, KeptOut>;
      if (first == From::constant && second == From::acc) return &numeric<O, From::constant, From::acc, KeptOut>;
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
