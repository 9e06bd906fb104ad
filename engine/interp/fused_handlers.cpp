// Handlers of pairs that programs are full of: an operation on what was just loaded, an element's address.
#include "engine/interp/bodies.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// Rows of two operands and a result of one type that do not trap.
template <Opcode O>
consteval bool is_arithmetic() {
  if constexpr (IsBinary<O>) {
    return std::is_same_v<Operand<O, 0>, Operand<O, 1>> && std::is_same_v<decltype(core::eval(core::Op<O>{}, Operand<O, 0>{}, Operand<O, 1>{})), Operand<O, 0>> &&
           !is_comparison(O);
  }
  return false;
}

template <Opcode O, Opcode L>
Handler select(NumericLoadForm form) {
  if (form.first_is_acc) return form.is_kept_out ? &sequence<NumericLoad<O, L, true, true>> : &sequence<NumericLoad<O, L, true, false>>;
  return form.is_kept_out ? &sequence<NumericLoad<O, L, false, true>> : &sequence<NumericLoad<O, L, false, false>>;
}

template <Opcode O>
Handler select(Opcode load, NumericLoadForm form) {
  if constexpr (is_arithmetic<O>()) {
    using X = Operand<O, 0>;
    if constexpr (std::is_same_v<X, u32>) {
      if (load == Opcode::i32_load) return select<O, Opcode::i32_load>(form);
      if (load == Opcode::i32_load8_u) return select<O, Opcode::i32_load8_u>(form);
    } else if constexpr (std::is_same_v<X, u64>) {
      if (load == Opcode::i64_load) return select<O, Opcode::i64_load>(form);
    } else if constexpr (std::is_same_v<X, float>) {
      if (load == Opcode::f32_load) return select<O, Opcode::f32_load>(form);
    } else {
      if (load == Opcode::f64_load) return select<O, Opcode::f64_load>(form);
    }
  }
  return nullptr;
}

}  // namespace

Handler numeric_load_handler(Opcode op, Opcode load, NumericLoadForm form) {
  switch (op) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case Opcode::name: return select<Opcode::name>(load, form);
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return nullptr;
}

Handler add_shifted_handler(AddShiftedForm form) {
  if (form.is_acc) return form.is_kept_out ? &sequence<AddShifted<true, true>> : &sequence<AddShifted<true, false>>;
  return form.is_kept_out ? &sequence<AddShifted<false, true>> : &sequence<AddShifted<false, false>>;
}

}  // namespace wcomp::engine::interp
