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

template <Opcode O, Form F>
[[gnu::always_inline]] inline auto compute(const std::uint64_t* fp, const Inst* pc) {
  if constexpr (IsUnary<O>) {
    return core::eval(core::Op<O>{}, slot_as<Operand<O, 0>>(fp[pc->b]));
  } else if constexpr (F == Form::rr) {
    return core::eval(core::Op<O>{}, slot_as<Operand<O, 0>>(fp[pc->b]), slot_as<Operand<O, 1>>(fp[pc->c]));
  } else if constexpr (F == Form::ri) {
    return core::eval(core::Op<O>{}, slot_as<Operand<O, 0>>(fp[pc->b]), constant<Operand<O, 1>>(pc->c));
  } else {
    return core::eval(core::Op<O>{}, constant<Operand<O, 0>>(pc->c), slot_as<Operand<O, 1>>(fp[pc->b]));
  }
}

template <Opcode O, Form F>
WCOMP_HANDLER void numeric(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state) {
  auto r = compute<O, F>(fp, pc);
  if constexpr (can_trap<decltype(r)>) {
    if (r.traps) [[unlikely]] {
      if (r.code == TrapCode::integer_divide_by_zero) [[clang::musttail]] return trap<TrapCode::integer_divide_by_zero>(fp, pc, mem, state);
      if (r.code == TrapCode::integer_overflow) [[clang::musttail]] return trap<TrapCode::integer_overflow>(fp, pc, mem, state);
      [[clang::musttail]] return trap<TrapCode::invalid_conversion_to_integer>(fp, pc, mem, state);
    }
    fp[pc->a] = as_slot(r.value);
  } else {
    fp[pc->a] = as_slot(r);
  }
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state);
}

template <Opcode O>
Handler select(Form form) {
  if constexpr (IsUnary<O> || IsBinary<O>) {
    if (form == Form::rr) return &numeric<O, Form::rr>;
  }
  if constexpr (IsIntegerBinary<O>) {
    if (form == Form::ri) return &numeric<O, Form::ri>;
    if (form == Form::ir) return &numeric<O, Form::ir>;
  }
  return nullptr;
}

}  // namespace

Handler numeric_handler(Opcode op, Form form) {
  switch (op) {
#define WCOMP_OPCODE(name, text, code, immediate, signature) \
  case Opcode::name: return select<Opcode::name>(form);
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return nullptr;
}

}  // namespace wcomp::engine::interp
