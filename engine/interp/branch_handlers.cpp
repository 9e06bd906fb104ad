// A comparison (or `i32.and`, as a test of bits) and the conditional branch on it, as one instruction.
#include "engine/interp/bodies.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;

template <Opcode O, bool OnZero>
Handler select(From first, From second) {
  if constexpr (IsUnary<O>) {
    if (second != From::slot) return nullptr;
    if (first == From::slot) return &sequence<Branch<O, From::slot, From::slot, OnZero>>;
    if (first == From::acc) return &sequence<Branch<O, From::acc, From::slot, OnZero>>;
  } else {
    if (first == From::slot && second == From::slot) return &sequence<Branch<O, From::slot, From::slot, OnZero>>;
    if (first == From::acc && second == From::slot) return &sequence<Branch<O, From::acc, From::slot, OnZero>>;
    if (first == From::slot && second == From::acc) return &sequence<Branch<O, From::slot, From::acc, OnZero>>;
    if constexpr (IsIntegerBinary<O>) {
      if (first == From::slot && second == From::constant) return &sequence<Branch<O, From::slot, From::constant, OnZero>>;
      if (first == From::acc && second == From::constant) return &sequence<Branch<O, From::acc, From::constant, OnZero>>;
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
  if constexpr (O >= Opcode::i32_eq && O <= Opcode::i32_ge_u) return form.has_constant ? &sequence<Step<O, true>> : &sequence<Step<O, false>>;
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
