// The operand stack: where each of its places has its value, and what it takes to have that where it is wanted.
#include "engine/register_builder.h"

namespace wcomp::engine {

void RegisterBuilder::flush(std::uint32_t place) {
  Operand& o = stack_[place];
  if (o.kind == Operand::Kind::slot || o.kind == Operand::Kind::upper) return;
  if (o.kind == Operand::Kind::local) {
    first_of_local_[o.local] = o.below;
    emit_copy(slot_of(place), o.local, o.is_wide);
  } else {
    emit_const(slot_of(place), o.const_op, o.bits);
  }
  o.kind = Operand::Kind::slot;
}

void RegisterBuilder::flush_all() {
  for (std::uint32_t p = height(); p > flushed_; --p) flush(p - 1);
  flushed_ = height();
}

void RegisterBuilder::flush_top(std::uint32_t n) {
  for (std::uint32_t i = 1; i <= n; ++i) flush(height() - i);
}

std::uint32_t RegisterBuilder::slot_for(const Operand& o, std::uint32_t place) {
  if (o.kind == Operand::Kind::local) return o.local;
  if (o.kind == Operand::Kind::constant) emit_const(slot_of(place), o.const_op, o.bits);
  return slot_of(place);
}

bool RegisterBuilder::pop_slots(std::uint32_t n, std::uint32_t* slots) {
  Operand o[3];
  for (std::uint32_t i = n; i-- > 0;) o[i] = pop();
  std::uint32_t place = height();
  for (std::uint32_t i = 0; i < n; ++i) {
    slots[i] = slot_for(o[i], place);
    place += o[i].is_wide ? 2 : 1;
  }
  return o[0].is_wide;
}

void RegisterBuilder::set_local(std::uint32_t local, bool keeps_value) {
  Operand o = pop();
  std::uint32_t slot = slot_of(height());
  // Places that still mean the local's old value.
  while (first_of_local_[local] != no_slot) flush(first_of_local_[local]);
  if (o.kind == Operand::Kind::constant) {
    emit_const(local, o.const_op, o.bits);
  } else if (o.kind == Operand::Kind::local) {
    if (o.local != local) emit_copy(local, o.local, o.is_wide);
  } else if (here() > last_label_ && !code_.ops.empty() && code_.ops.back().dst == slot) {
    code_.ops.back().dst = local;
  } else {
    emit_copy(local, slot, o.is_wide);
  }
  if (keeps_value) push_local(local, o.is_wide);
}

}  // namespace wcomp::engine
