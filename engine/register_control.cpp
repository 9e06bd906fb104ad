// Blocks, branches and returns.
#include <algorithm>
#include <map>

#include "engine/register_builder.h"

namespace wcomp::engine {

std::span<const core::ValType> RegisterBuilder::params_of(const Control& c) const {
  if (c.type.kind != core::BlockType::Kind::type) return {};
  return module_.types[c.type.type.value].params;
}

std::span<const core::ValType> RegisterBuilder::results_of(const Control& c) const {
  if (c.type.kind == core::BlockType::Kind::value) return {&c.type.value, 1};
  if (c.type.kind != core::BlockType::Kind::type) return {};
  return module_.types[c.type.type.value].results;
}

void RegisterBuilder::block_arity(const core::BlockType& t, Control& c) const {
  c.type = t;
  c.params = slot_count(params_of(c));
  c.results = slot_count(results_of(c));
}

void RegisterBuilder::open(const core::Instr& in) {
  Control c;
  c.kind = in.opcode;
  block_arity(in.block_type, c);
  std::uint32_t condition = no_slot;
  if (in.opcode == Opcode::if_) {
    Operand o = pop();
    std::uint32_t place = height();
    flush_all();
    condition = slot_for(o, place);
  } else {
    flush_all();
  }
  c.height = height() - c.params;
  if (in.opcode == Opcode::try_table) {
    open_try_table(c, in.catches);
  } else if (in.opcode == Opcode::try_) {
    c.region = ++regions_;
    c.body_begin = here();
  } else if (in.opcode == Opcode::loop) {
    mark_label();
    c.start = here();
    emit(Opcode::loop);
  } else if (in.opcode == Opcode::if_) {
    c.else_jump = here();
    emit(Opcode::if_).a = condition;
    mark_label();
  }
  controls_.push_back(std::move(c));
}

void RegisterBuilder::else_branch() {
  Control& c = controls_.back();
  if (!is_dead_) {
    flush_all();
    jump_to(c);
  }
  code_.ops[c.else_jump].imm = here();
  c.else_jump = no_slot;
  mark_label();
  // The parameters are in their slots still: this branch runs only if the other did not.
  pop_to(c.height);
  push(params_of(c));
  flushed_ = height();
  is_dead_ = false;
}

void RegisterBuilder::close() {
  Control& c = controls_.back();
  if (is_function(c)) {
    if (!is_dead_) emit_return();
  } else if (!is_dead_) {
    end_clause(c);
  }
  if (c.kind == Opcode::loop) {
    code_.ops[c.start].imm = c.cost;
  } else if (controls_.size() > 1) {
    controls_[controls_.size() - 2].cost += c.cost;
  } else {
    code_.cost = c.cost;
  }
  if (c.else_jump != no_slot) code_.ops[c.else_jump].imm = here();
  if (c.kind == Opcode::try_table) end_handlers(c);
  for (std::uint32_t i = c.exits; i != no_slot; i = fixups_[i].next) {
    const Fixup& f = fixups_[i];
    switch (f.in) {
      case Fixup::In::op: code_.ops[f.index].imm = here(); break;
      case Fixup::In::table: code_.table[f.index] = here(); break;
      case Fixup::In::handler: code_.handlers[f.index].target = here(); break;
    }
  }
  mark_label();
  pop_to(c.height);
  push(results_of(c));
  flushed_ = height();
  is_dead_ = false;
  controls_.pop_back();
}

void RegisterBuilder::jump_to(Control& c) {
  std::uint32_t at = here();
  emit(Opcode::br).imm = c.start;
  if (c.kind != Opcode::loop) add_exit(c, Fixup::In::op, at);
}

bool RegisterBuilder::is_in_place(const Control& c) const {
  std::uint32_t n = label_arity(c);
  if (n == 0) return true;
  if (height() - n != c.height) return false;
  return std::all_of(stack_.end() - n, stack_.end(), [](const Operand& o) { return o.kind == Operand::Kind::slot || o.kind == Operand::Kind::upper; });
}

void RegisterBuilder::move_to(std::uint32_t to, std::uint32_t n) {
  for (std::uint32_t i = 0; i < n; ++i) {
    std::uint32_t place = height() - n + i;
    const Operand& o = stack_[place];
    if (o.kind == Operand::Kind::upper) continue;
    if (o.kind == Operand::Kind::constant) {
      emit_const(slot_of(to + i), o.const_op, o.bits);
    } else if (std::uint32_t from = o.kind == Operand::Kind::local ? o.local : slot_of(place); from != slot_of(to + i)) {
      emit_copy(slot_of(to + i), from, o.is_wide);
    }
  }
}

void RegisterBuilder::branch(Control& c) {
  if (is_function(c)) return emit_return();
  move_to(c.height, label_arity(c));
  jump_to(c);
}

void RegisterBuilder::emit_return() {
  std::uint32_t n = code_.results;
  std::uint32_t first = no_slot;
  if (has_one_result_) {
    const Operand& o = stack_[height() - n];
    first = o.kind == Operand::Kind::local ? o.local : slot_of(height() - n);
    if (o.kind == Operand::Kind::constant) emit_const(first, o.const_op, o.bits);
  } else if (n != 0) {
    move_to(height() - n, n);
    first = slot_of(height() - n);
  }
  emit(Opcode::return_).a = first;
}

void RegisterBuilder::branch_if(std::uint32_t depth) {
  std::uint32_t condition = pop_slot();
  Control& c = label(depth);
  std::uint32_t at = here();
  if (!is_function(c) && is_in_place(c)) {
    RegOp& r = emit(Opcode::br_if);
    r.a = condition;
    r.imm = c.start;
    if (c.kind != Opcode::loop) add_exit(c, Fixup::In::op, at);
  } else {
    emit(Opcode::if_).a = condition;
    mark_label();
    branch(c);
    code_.ops[at].imm = here();
  }
  mark_label();
}

void RegisterBuilder::branch_table(const std::vector<std::uint32_t>& depths) {
  std::uint32_t index = pop_slot();
  auto first = static_cast<std::uint32_t>(code_.table.size());
  RegOp& r = emit(Opcode::br_table);
  r.a = index;
  r.b = static_cast<std::uint32_t>(depths.size());
  r.imm = first;
  mark_label();
  code_.table.resize(first + depths.size());
  // Labels that need their values moved share a stretch of code that does it; it is made at the first use.
  std::map<std::uint32_t, std::uint32_t> stretches;
  for (std::uint32_t i = 0; i < depths.size() && !is_too_large_; ++i) {
    Control& c = label(depths[i]);
    if (!is_function(c) && is_in_place(c)) {
      code_.table[first + i] = c.start;
      if (c.kind != Opcode::loop) add_exit(c, Fixup::In::table, first + i);
      continue;
    }
    auto [it, is_new] = stretches.try_emplace(depths[i], here());
    if (is_new) {
      mark_label();
      branch(c);
    }
    code_.table[first + i] = it->second;
  }
  mark_label();
  is_dead_ = true;
}

void RegisterBuilder::branch_on(Opcode test, Opcode inverse, std::uint32_t slot, std::uint32_t depth) {
  Control& c = label(depth);
  std::uint32_t at = here();
  const bool is_direct = !is_function(c) && is_in_place(c);
  emit(is_direct ? test : inverse).a = slot;
  if (is_direct) {
    code_.ops[at].imm = c.start;
    if (c.kind != Opcode::loop) add_exit(c, Fixup::In::op, at);
  } else {
    mark_label();
    branch(c);
    code_.ops[at].imm = here();
  }
  mark_label();
}

void RegisterBuilder::branch_on_null(std::uint32_t depth) {
  Operand o = pop();
  std::uint32_t slot = slot_for(o, height());
  branch_on(Opcode::br_on_null, Opcode::br_on_non_null, slot, depth);
  if (o.kind == Operand::Kind::local) {
    push_local(o.local, false);
  } else {
    push();
  }
}

void RegisterBuilder::branch_on_non_null(std::uint32_t depth) {
  const std::uint32_t place = height() - 1;
  if (stack_[place].kind == Operand::Kind::constant) flush(place);
  const std::uint32_t slot = stack_[place].kind == Operand::Kind::local ? stack_[place].local : slot_of(place);
  branch_on(Opcode::br_on_non_null, Opcode::br_on_null, slot, depth);
  pop();
}

}  // namespace wcomp::engine
