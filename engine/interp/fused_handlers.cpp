// Handlers of pairs that programs are full of: an operation on what was just loaded, an element's address.
#include "engine/interp/inst.h"
#include "engine/semantics.h"

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

template <Opcode O, Opcode L, bool FirstIsAcc, bool KeptOut>
WCOMP_HANDLER void numeric_load(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  using X = Operand<O, 0>;
  typename LoadOf<L>::Stored stored;
  const u64 at = u64{static_cast<u32>(fp[pc->c & 0xffff])} + (pc->c >> 16);
  note_place(state, fp, pc);
  std::memcpy(&stored, mem + at, sizeof stored);
  X x;
  if constexpr (FirstIsAcc) x = from_acc<X>(acc, facc);
  else x = slot_as<X>(fp[pc->b]);
  const X r = core::eval(core::Op<O>{}, x, slot_as<X>(static_cast<typename LoadOf<L>::Value>(stored)));
  if constexpr (!KeptOut) fp[pc->a] = as_slot(r);
  to_acc(r, acc, facc);
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}

template <Opcode O, Opcode L>
Handler select(NumericLoadForm form) {
  if (form.first_is_acc) return form.is_kept_out ? &numeric_load<O, L, true, true> : &numeric_load<O, L, true, false>;
  return form.is_kept_out ? &numeric_load<O, L, false, true> : &numeric_load<O, L, false, false>;
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

template <bool IsAcc, bool KeptOut>
WCOMP_HANDLER void add_shifted(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const u32 x = static_cast<u32>(IsAcc ? acc : fp[pc->c & 0xffff]);
  acc = static_cast<u32>(fp[pc->b]) + (x << (pc->c >> 16 & 31));
  if constexpr (!KeptOut) fp[pc->a] = acc;
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
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
  if (form.is_acc) return form.is_kept_out ? &add_shifted<true, true> : &add_shifted<true, false>;
  return form.is_kept_out ? &add_shifted<false, true> : &add_shifted<false, false>;
}

}  // namespace wcomp::engine::interp
