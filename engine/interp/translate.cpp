#include "engine/interp/translate.h"

#include <algorithm>
#include <utility>

#include "engine/interp/call_handlers.h"
#include "engine/interp/sequences.h"
#include "engine/interp/translator.h"

namespace wcomp::engine::interp {

Code Translator::translate() {
  out_.insts.reserve(in_.ops.size() + in_.ops.size() / 2 + 4);
  positions_.resize(in_.ops.size() + 1);
  out_.table = std::make_unique<const Inst*[]>(in_.table.size());
  Inst& enter_inst = emit(&enter);
  enter_inst.a = slot(in_.params);
  enter_inst.b = slot(in_.locals);
  enter_inst.c = in_.frame;
  if (is_metered_) emit(&use_fuel).c = static_cast<u32>(std::min<std::uint64_t>(in_.cost, 0xffff'ffff));
  for (at_ = 0; at_ < in_.ops.size();) {
    const u32 first = at_;
    positions_[at_] = here();
    if (op().is_target) held_ = {};
    next_operation();
    for (u32 i = first + 1; i < at_; ++i) positions_[i] = here();
  }
  resolve();
  join_sequences(out_.insts, is_head_);
  return std::move(out_);
}

void Translator::next_operation() {
  offset_ = op().offset;
  is_kept_ = false;
  const u32 count = operation();
  at_ += count;
  if (is_made_canonical(in_.ops[at_ - 1].op)) make_canonical(in_.ops[at_ - 1]);
  if (!is_kept_) held_ = {};
}

/// Operations from a target on that end in a jump, few enough to be there twice; 0 if there are none. What a loop with a `switch` begins with
/// is there at the end of every case then: a jump less, and each case has a branch of its own, which processors predict better.
std::uint32_t Translator::short_tail(u32 target) const {
  constexpr u32 most = 8;
  for (u32 n = 0; n < most && target + n < in_.ops.size(); ++n) {
    const Opcode o = in_.ops[target + n].op;
    if (o == Opcode::br_table || o == Opcode::return_) return n + 1;
    // Nothing that can throw: who catches it goes by where it is.
    const bool is_plain = is_const(o) || is_access(o) || numeric_handler(o, {}) != nullptr || o == Opcode::local_get || o == Opcode::loop;
    if (!is_plain) return 0;
  }
  return 0;
}
bool Translator::copy_tail(u32 target) {
  const u32 n = short_tail(target);
  constexpr u32 most_copied = 4000;  // see the reach of branches in fuse_branch
  if (n == 0 || is_in_copy_ || copied_ + n > std::min<std::size_t>(in_.ops.size(), most_copied)) return false;
  copied_ += n;
  is_in_copy_ = true;
  const u32 after = std::exchange(at_, target);
  while (at_ < target + n) next_operation();
  at_ = after;
  is_in_copy_ = false;
  return true;
}

std::uint32_t Translator::operation() {
  const RegOp& o = op();
  if (is_const(o.op)) {
    if (u32 n = fuse_const()) return n;
    emit_const(o);
    return 1;
  }
  if (branch_handler(o.op, {}) != nullptr) {
    if (u32 n = fuse_branch(o, 0, From::slot, 0)) return n;
  }
  if (o.op == Opcode::i32_add) {
    if (u32 n = fuse_address(o)) return n;
  }
  if (numeric_handler(o.op, {}) != nullptr) {
    emit_numeric(o.op, o.dst, o.a, o.b);
    return 1;
  }
  if (load_handler(o.op, {}) != nullptr) {
    if (u32 n = fuse_operand(o)) return n;
  }
  if (is_access(o.op)) {
    access(o);
    return 1;
  }
  if (Handler h = helper_handler(o.op)) {
    helper(o, h);
    return 1;
  }
  return control(o);
}

void Translator::access(const RegOp& o) {
  if (inst_.mems[o.c]->is_64()) {
    if (o.dst != no_slot) emit_load(o.op, o.dst, Address::any64, o.a, 0);
    else emit_store(o.op, Address::any64, o.a, From::slot, o.b, 0);
    Inst& unit = emit_unit();
    unit.pointer = inst_.mems[o.c];
    unit.word2 = o.imm;
    return;
  }
  if (o.imm > 0xffff'ffff) {
    // Beyond any 32-bit memory.
    emit(&trap<TrapCode::out_of_bounds_memory_access>);
    return;
  }
  bool is_mem0 = o.c == 0 && has_mem0();
  const Address address = is_mem0 ? Address::slot : Address::any;
  if (o.dst != no_slot) emit_load(o.op, o.dst, address, o.a, static_cast<u32>(o.imm));
  else emit_store(o.op, address, o.a, From::slot, o.b, static_cast<u32>(o.imm));
  if (!is_mem0) emit_pointer(inst_.mems[o.c]);
}

void Translator::helper(const RegOp& o, Handler h) {
  u32 slots[4] = {o.dst, o.a, o.b, o.c};
  u32 first = o.dst == no_slot ? 1 : 0;
  std::uint64_t imm = o.imm;
  if (o.op == Opcode::memory_size || o.op == Opcode::memory_grow) {
    imm = o.c;
    slots[3] = no_slot;
  }
  auto get = [&](u32 i) { return i < 4 && slots[i] != no_slot ? slots[i] : 0; };
  emit(h, get(first), get(first + 1), get(first + 2));
  Inst& unit = emit_unit();
  unit.pointer = &inst_;
  unit.word2 = imm;
}

std::uint32_t Translator::control(const RegOp& o) {
  switch (o.op) {
    case Opcode::unreachable: emit(&trap<TrapCode::unreachable>); return 1;
    case Opcode::loop:
      if (is_metered_) emit(&use_fuel).c = static_cast<u32>(std::min<std::uint64_t>(o.imm, 0xffff'ffff));
      return 1;
    case Opcode::local_get:
      if (o.is_wide) return wide(o);
      if (can_fuse(1) && op(1).op == Opcode::local_get && !op(1).is_wide && held_.slot != o.a) {
        emit(&move2, o.dst, o.a, op(1).dst | op(1).a << 16);
        return 2;
      }
      copy(o);
      return 1;
    case Opcode::global_get:
      if (o.is_wide) return wide(o);
      emit(&global_get, o.dst, 0, 0);
      hold(o.dst, false);
      emit_pointer(inst_.globals[o.imm]->slots);
      return 1;
    case Opcode::global_set:
      if (o.is_wide) return wide(o);
      emit_with(o.a, &global_set, &global_set_acc).a = slot(o.a);
      keep();
      emit_pointer(inst_.globals[o.imm]->slots);
      return 1;
    case Opcode::select: {
      if (o.is_wide) return wide(o);
      Inst& i = emit_with(o.c, &interp::select, &select_acc);
      i.a = slot(o.dst);
      i.b = slot(o.a);
      i.c = o.b | o.c << 16;
      hold(o.dst, false);
      return 1;
    }
    case Opcode::ref_is_null: emit(&ref_is_null, o.dst, o.a, 0); return 1;
    case Opcode::ref_func: {
      RegOp k = o;
      k.imm = Ref{inst_.func_addrs[o.imm].value} + 1;
      emit_const(k);
      return 1;
    }
    case Opcode::br:
      if (copy_tail(static_cast<u32>(o.imm))) return 1;
      return jump_to(emit(o.imm <= at_ ? &jump_back : &jump), 0, o.imm);
    case Opcode::br_if: return jump_to(emit_with(o.a, &jump_if, &jump_if_acc), o.a, o.imm);
    case Opcode::if_: return jump_to(emit_with(o.a, &jump_if_zero, &jump_if_zero_acc), o.a, o.imm);
    case Opcode::br_table: {
      Inst& i = emit_with(o.a, &jump_table, &jump_table_acc);
      i.a = slot(o.a);
      i.c = o.b;
      emit_pointer(&out_.table[o.imm]);
      return 1;
    }
    case Opcode::return_: {
      Inst& i = in_.results == 1 ? emit_with(o.a, &return_one, &return_acc) : emit(in_.results == 0 ? &return_none : &return_many);
      i.a = slot(o.a == no_slot ? 0 : o.a);
      i.b = slot(in_.results);
      i.c = in_.header;
      return 1;
    }
    case Opcode::call: {
      const FuncInst* callee = inst_.funcs[o.imm];
      bool is_foreign = callee->instance != &inst_;
      emit(is_foreign ? &call_foreign : &interp::call, o.a, callee->header, 0);
      Inst& unit = emit_unit();
      unit.pointer = callee;
      unit.pointer2 = callee->entry;
      if (is_foreign) emit_set_mem0();
      if (callee->results == 1) hold(o.a, false);
      return 1;
    }
    case Opcode::call_indirect: {
      emit(inst_.tables[o.c]->type.limits.is_64 ? &call_indirect64 : &interp::call_indirect, o.a, o.b, 0);
      Inst& unit = emit_unit();
      unit.pointer = inst_.tables[o.c];
      unit.word2 = type_id(static_cast<u32>(o.imm));
      emit_pointer(&inst_);
      emit_set_mem0();
      if (slot_count(inst_.module->types[o.imm].results) == 1) hold(o.a, false);
      return 1;
    }
    default:
      if (u32 n = vector(o)) return n;
      if (u32 n = call_or_throw(o)) return n;
      check_failed("an operation of register code", __FILE__, __LINE__);
  }
}

void Translator::copy(const RegOp& o) {
  const bool is_float = held_.is_float && is_held(o.a, true);
  if (is_float || is_held(o.a)) {
    take_held();
    emit(is_float ? &move_facc : &move_acc, o.dst, 0, 0);
  } else {
    emit(&move, o.dst, o.a, 0);
  }
  hold(o.dst, is_float);
}

std::uint32_t Translator::jump_to(Inst& jump, u32 a, std::uint64_t target) {
  jump.a = slot(a);
  keep_local();
  fixups_.push_back({here() - 1, static_cast<u32>(target), Reach::c});
  return 1;
}

void Translator::resolve() {
  positions_[in_.ops.size()] = here();
  place_handlers();
  for (const Fixup& f : fixups_) {
    auto distance = static_cast<std::int32_t>(positions_[f.target]) - static_cast<std::int32_t>(f.inst);
    const u32 bytes = static_cast<u32>(distance) * sizeof(Inst);
    switch (f.reach) {
      case Reach::b:
        WCOMP_CHECK(distance == static_cast<std::int16_t>(distance));
        out_.insts[f.inst].b = static_cast<u16>(distance);
        break;
      case Reach::c: out_.insts[f.inst].c = bytes; break;
      case Reach::unit: out_.insts[f.inst + 1].word |= bytes; break;
    }
  }
  for (std::size_t i = 0; i < in_.table.size(); ++i) out_.table[i] = &out_.insts[positions_[in_.table[i]]];
}

Code translate(const FuncInst& f, const RegisterCode& code, bool is_metered, bool is_deterministic) {
  return Translator(f, code, is_metered, is_deterministic).translate();
}

}  // namespace wcomp::engine::interp
