// Instructions of the interpreter, and what they take from the accumulators instead of a slot.
#include <utility>

#include "engine/interp/translator.h"

namespace wcomp::engine::interp {

void Translator::take_held() {
  if (!is_operand(held_.slot)) return;
  if (held_.kept_out != nullptr) out_.insts[held_.inst].handler = held_.kept_out;
  held_ = {};
}

void Translator::emit_numeric(Opcode op, u32 dst, u32 a, u32 b, From first, From second) {
  NumericForm form{first, second};
  if (first == From::slot && is_held(a, takes_float(op, 0))) {
    form.first = From::acc;
  } else if (second == From::slot && b != no_slot && is_held(b, takes_float(op, 1))) {
    form.second = From::acc;
  }
  if (form.first == From::acc || form.second == From::acc) take_held();
  if (second == From::slot && b == no_slot) b = 0;  // unary
  // The slot beside a first constant is in b.
  if (first == From::constant) std::swap(a, b);
  emit(numeric_handler(op, form), dst, a, b);
  form.is_kept_out = true;
  hold(dst, gives_float(op), numeric_handler(op, form));
}

void Translator::emit_load(Opcode op, u32 dst, Address address, u32 slot, u32 c) {
  LoadForm form{address};
  if (is_held(slot)) {
    if (address == Address::slot) form.address = Address::acc;
    if (address == Address::add) form.address = Address::acc_add;
  }
  if (address == Address::two && is_held(slot)) {
    form.address = Address::acc_two;
    slot = c & 0xffff;
  } else if (address == Address::two && is_held(c & 0xffff)) {
    form.address = Address::acc_two;
  }
  if (address == Address::scaled && is_held(c & 0xffff)) form.address = Address::acc_scaled;
  if (form.address != address) take_held();
  emit(load_handler(op, form), dst, slot, c);
  form.is_kept_out = true;
  hold(dst, gives_float(op), load_handler(op, form));
}

void Translator::emit_store(Opcode op, Address address, u32 slot, From from, u32 value, u32 c) {
  StoreForm form{address, from};
  const bool value_is_held = from == From::slot && is_held(value, takes_float(op, 1));
  if (value_is_held && store_handler(op, {address, From::acc}) != nullptr) form.value = From::acc;
  else if (address == Address::slot && is_held(slot)) form.address = Address::acc;
  if (form.value != from || form.address != address) take_held();
  emit(store_handler(op, form), slot, value, c);
  keep();
}

void Translator::emit_branch(Opcode test, u32 a, u32 b, From second, bool on_zero) {
  BranchForm form{From::slot, second, on_zero};
  if (is_held(a, takes_float(test, 0))) {
    form.first = From::acc;
  } else if (second == From::slot && b != no_slot && is_held(b, takes_float(test, 1))) {
    form.second = From::acc;
  }
  if (form.first == From::acc || form.second == From::acc) take_held();
  emit(branch_handler(test, form), a, second == From::constant || b == no_slot ? 0 : b, second == From::constant ? b : 0);
  keep_local();
}

Inst& Translator::emit_with(u32 operand, Handler with_slot, Handler with_acc) {
  const bool is_taken = is_held(operand);
  if (is_taken) take_held();
  return emit(is_taken ? with_acc : with_slot);
}

void Translator::emit_const(const RegOp& o) {
  auto v = static_cast<std::int64_t>(o.imm);
  const bool is_float = o.op == Opcode::f32_const || o.op == Opcode::f64_const;
  if (o.imm <= 0xffff'ffff || v == static_cast<std::int32_t>(v)) {
    emit(&const32, o.dst, o.imm <= 0xffff'ffff ? 0 : 1, static_cast<u32>(o.imm));
    hold(o.dst, is_float, &const32_acc);
  } else {
    emit(&const64, o.dst, 0, 0);
    hold(o.dst, is_float, &const64_acc);
    emit_unit().word = o.imm;
  }
}

}  // namespace wcomp::engine::interp
