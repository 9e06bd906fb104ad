// Where values are: which locals are pinned, what is in the other registers, and what it takes to have a value where it is wanted.
#include <algorithm>

#include "engine/jit/function_compiler.h"

namespace wcomp::engine::jit {
namespace {

constexpr int max_pinned_ints = int_registers - 3;  // what is left has to do for the operands of any operation
constexpr int max_pinned_floats = float_registers - 3;
constexpr std::uint32_t max_weighed_depth = 6;

bool is_call(core::Opcode o) {
  using enum core::Opcode;
  return o == call || o == call_indirect || o == call_ref || o == memory_grow || o == memory_copy || o == memory_fill;
}

/// The fields that are slots of single values.
template <class F>
void each_slot(const RegOp& o, F f) {
  using enum core::Opcode;
  switch (o.op) {
    case call: case call_indirect: case call_ref: case return_call: case return_call_indirect: case return_call_ref: return f(o.b);
    case throw_: return;
    case br_table: return f(o.a);
    case memory_size: case memory_grow: f(o.dst); return f(o.a);
    default: break;
  }
  const auto immediate = facts_of(o.op).immediate;
  const bool is_access = immediate == core::Immediate::mem_arg || immediate == core::Immediate::mem_arg_lane;
  f(o.dst), f(o.a), f(o.b);
  if (!is_access) f(o.c);
}

}  // namespace

Pseudo FunctionCompiler::load_of(Kind kind) {
  switch (kind) {
    case Kind::i32: return Pseudo::load_slot32;
    case Kind::i64: return Pseudo::load_slot;
    case Kind::wide: return Pseudo::load_slot_wide;
    default: return Pseudo::load_slot_float;
  }
}

FunctionCompiler::Kind FunctionCompiler::kind_of(core::ValType t) {
  switch (t) {
    case core::ValType::i32: return Kind::i32;
    case core::ValType::f32: return Kind::f32;
    case core::ValType::f64: return Kind::f64;
    case core::ValType::v128: return Kind::wide;
    default: return Kind::i64;
  }
}
FunctionCompiler::Kind FunctionCompiler::kind_of(char letter) {
  switch (letter) {
    case 'i': return Kind::i32;
    case 'f': return Kind::f32;
    case 'F': return Kind::f64;
    case 'V': return Kind::wide;
    default: return Kind::i64;
  }
}

void FunctionCompiler::choose_pinned(core::FuncIdx f) {
  const core::Module& module = build_.module;
  kinds_.assign(in_->frame, Kind::i64);
  u32 slot = 0;
  auto add = [&](core::ValType t) {
    const Kind kind = kind_of(t);
    kinds_[slot++] = kind;
    if (kind == Kind::wide) kinds_[slot++] = kind;
  };
  for (const core::ValType t : module.func_type(f).params) add(t);
  for (const core::Locals& l : module.funcs[f.value - module.imported_funcs].locals) {
    for (u32 i = 0; i < l.count; ++i) add(l.type);
  }
  if (forward_call_ != no_slot) {
    first_kind_ = kinds_[0];
    return;
  }
  // How deep in loops each operation is: a loop reaches as far as the last branch back to it.
  const auto& ops = in_->ops;
  auto& change = depth_changes_;
  auto& ends = loop_ends_;
  change.assign(ops.size() + 1, 0);
  ends.assign(ops.size(), 0);
  auto back = [&](u32 from, u64 to) {
    if (to <= from) ends[to] = std::max(ends[to], from + 1);
  };
  for (u32 i = 0; i < ops.size(); ++i) {
    using enum core::Opcode;
    const RegOp& o = ops[i];
    if (o.op == br || o.op == br_if || o.op == if_ || o.op == br_on_null || o.op == br_on_non_null) back(i, o.imm);
    if (o.op == br_table) {
      for (u32 n = 0; n < o.b; ++n) back(i, in_->table[o.imm + n]);
    }
  }
  for (u32 i = 0; i < ops.size(); ++i) {
    if (ends[i] == 0) continue;
    ++change[i];
    --change[ends[i]];
  }
  auto& weights = weights_;
  auto& is_written = is_written_;
  weights.assign(in_->locals, 0);
  is_written.assign(in_->locals, false);
  u64 calls = 0;
  std::int32_t depth = 0;
  for (u32 i = 0; i < ops.size(); ++i) {
    depth += change[i];
    const u64 weight = u64{1} << 3 * std::min<u32>(static_cast<u32>(depth), max_weighed_depth);
    if (is_call(ops[i].op)) calls += weight;
    each_slot(ops[i], [&](u32 s) {
      if (s < in_->locals) weights[s] += weight;
    });
    if (ops[i].dst < in_->locals) is_written[ops[i].dst] = true;
  }
  auto& order = order_;
  order.clear();
  for (u32 s = 0; s < in_->locals; ++s) {
    if (weights[s] > calls + 2) order.push_back(s);
  }
  std::ranges::sort(order, [&](u32 a, u32 b) { return weights[a] != weights[b] ? weights[a] > weights[b] : a < b; });
  int ints = 0, floats = 0;
  for (const u32 s : order) {
    const bool in_float_register = wants_float(kinds_[s]);
    int& n = in_float_register ? floats : ints;
    if (n == (in_float_register ? max_pinned_floats : max_pinned_ints)) continue;
    const int r = in_float_register ? int_registers + n : n;
    ++n;
    regs_[r] = {.slot = s, .is_pinned = true, .is_wide = kinds_[s] == Kind::wide};
    is_ever_written_[r] = is_written[s] || s >= in_->params;
    where_[s] = static_cast<u8>(in_int + r);
  }
}

int FunctionCompiler::allocate(bool in_float_register) {
  const int begin = in_float_register ? int_registers : 0, end = in_float_register ? registers : int_registers;
  int clean = -1, dirty = -1;
  int& next = next_victim_[in_float_register ? 1 : 0];
  int r = next;
  for (int i = begin; i < end; ++i, r = r + 1 == end ? begin : r + 1) {
    const Register& x = regs_[r];
    if (x.is_pinned || x.is_locked) continue;
    if (x.slot == no_slot) {
      regs_[r] = {.is_locked = true};
      return r;
    }
    int& found = x.is_dirty ? dirty : clean;
    if (found == -1) found = r;
  }
  r = clean != -1 ? clean : dirty;
  WCOMP_CHECK(r != -1);
  next = r + 1 == end ? begin : r + 1;
  if (regs_[r].is_dirty) write_back(r);
  where_[regs_[r].slot] = in_memory;
  regs_[r] = {.is_locked = true};
  return r;
}

void FunctionCompiler::unlock_all() {
  for (Register& r : regs_) r.is_locked = false;
}

void FunctionCompiler::forget(u32 slot) {
  if (is_in_register(slot)) {
    Register& r = regs_[register_of(slot)];
    if (r.is_pinned) return;
    r.slot = no_slot;
    r.is_dirty = false;
  }
  where_[slot] = in_memory;
}

void FunctionCompiler::forget_for(u32 slot, Kind kind) {
  forget(slot);
  if (!is_operand(slot)) return;
  // What was dropped without being read must not be written to its slots any more, which are somebody else's now.
  if (kind == Kind::wide) forget(slot + 1);
  if (is_operand(slot - 1) && is_in_register(slot - 1) && regs_[register_of(slot - 1)].is_wide) forget(slot - 1);
}

void FunctionCompiler::release(u32 slot) {
  if (is_operand(slot)) forget(slot);
}

void FunctionCompiler::write_back(int r) {
  Register& x = regs_[r];
  Holes h = regs(-1, r);
  h.slots[0] = x.slot;
  if (x.is_wide) emit(Pseudo::store_slot_wide, Form::apart, h);
  else emit(!is_float_register(r) ? Pseudo::store_slot : x.is_narrow ? Pseudo::store_slot_float32 : Pseudo::store_slot_float, Form::apart, h);
  x.is_dirty = false;
}

void FunctionCompiler::load_pinned(int r) {
  Register& x = regs_[r];
  const Kind kind = kinds_[x.slot];
  Holes h = regs(r);
  h.slots[0] = x.slot;
  emit(load_of(kind), Form::apart, h);
  x.is_valid = true;
  x.is_dirty = false;
  x.is_narrow = kind == Kind::i32 || kind == Kind::f32;
}

void FunctionCompiler::load_constant(int r, u64 bits) {
  const auto s = static_cast<std::int64_t>(bits);
  if (is_float_register(r)) {
    if (bits == 0) return emit(Pseudo::zero_float, Form::apart, regs(r));
    const int temporary = allocate(false);
    load_constant(temporary, bits);
    emit(Pseudo::to_float, Form::apart, regs(r, temporary));
    regs_[temporary].is_locked = false;
    return;
  }
  Holes h = regs(r);
  h.constant = bits;
  const bool is_short = bits <= 0xffff'ffff;
  emit(is_short ? Pseudo::constant32 : s == static_cast<std::int32_t>(s) ? Pseudo::constant_signed : Pseudo::constant64, Form::apart, h);
  regs_[r].is_narrow = is_short;
}

void FunctionCompiler::store_constant(u32 slot, u64 bits) {
  Holes h;
  h.slots[0] = slot;
  h.constant = bits;
  const Stencil* s = find_stencil(Pseudo::store_slot_constant, Form::slots);
  if (takes(*s, bits)) return emit(s, h);
  const int r = allocate(false);
  load_constant(r, bits);
  h = regs(-1, r);
  h.slots[0] = slot;
  emit(Pseudo::store_slot, Form::apart, h);
  regs_[r].is_locked = false;
}

void FunctionCompiler::move(int to, int from, bool is_narrow) {
  if (is_float_register(to) != is_float_register(from)) {
    emit(is_float_register(to) ? Pseudo::to_float : is_narrow ? Pseudo::from_float32 : Pseudo::from_float, Form::apart, regs(to, from));
  } else if (is_float_register(to)) {
    if (to != from) emit(Pseudo::move_float, Form::apart, regs(to, from));
  } else if (to != from) {
    emit(is_narrow ? Pseudo::move32 : Pseudo::move, Form::apart, regs(to, from));
  }
}

int FunctionCompiler::use(u32 slot, Kind kind) {
  const bool in_float_register = wants_float(kind);
  if (is_known(slot)) {
    const int r = allocate(in_float_register);
    load_constant(r, constants_[slot]);
    return r;
  }
  if (is_in_register(slot)) {
    const int r = register_of(slot);
    if (regs_[r].is_pinned && !regs_[r].is_valid) load_pinned(r);
    regs_[r].is_locked = true;
    if (is_float_register(r) == in_float_register) return r;
    const int other = allocate(in_float_register);
    // Above an f32 in a register of floats lies anything.
    const bool is_narrow = kind == Kind::i32 || kind == Kind::f32 || (!in_float_register && regs_[r].is_narrow);
    move(other, r, is_narrow);
    regs_[other].is_narrow = is_narrow;
    return other;
  }
  const int r = allocate(in_float_register);
  Holes h = regs(r);
  h.slots[0] = slot;
  emit(load_of(kind), Form::apart, h);
  regs_[r] = {.slot = slot, .is_locked = true, .is_narrow = kind == Kind::i32 || kind == Kind::f32, .is_wide = kind == Kind::wide};
  where_[slot] = static_cast<u8>(in_int + r);
  return r;
}

int FunctionCompiler::use_address(u32 slot, bool is_64) {
  const int r = use(slot, is_64 ? Kind::i64 : Kind::i32);
  if (!is_64 && !regs_[r].is_narrow) {
    // It is an i32: the upper half means nothing.
    emit(Pseudo::move32, Form::into_a, regs(-1, r));
    regs_[r].is_narrow = true;
  }
  return r;
}

int FunctionCompiler::define(u32 slot, Kind kind, int preferred_a, int preferred_b) {
  if (is_in_register(slot) && regs_[register_of(slot)].is_pinned) {
    const int r = register_of(slot);
    WCOMP_CHECK(is_float_register(r) == wants_float(kind));
    regs_[r].is_locked = true;
    return r;
  }
  forget_for(slot, kind);
  for (const int r : {preferred_a, preferred_b}) {
    if (r == -1 || is_float_register(r) != wants_float(kind) || regs_[r].is_pinned || regs_[r].slot != no_slot) continue;
    regs_[r].is_locked = true;
    return r;
  }
  if (preferred_a != -1) regs_[preferred_a].is_locked = false;
  if (preferred_b != -1) regs_[preferred_b].is_locked = false;
  return allocate(wants_float(kind));
}

void FunctionCompiler::finish(u32 slot, int r, Kind kind) {
  Register& x = regs_[r];
  kinds_[slot] = x.is_pinned ? kinds_[slot] : kind;
  x.is_narrow = kind == Kind::i32 || kind == Kind::f32;
  x.is_wide = kind == Kind::wide;
  x.is_dirty = true;
  if (x.is_pinned) {
    x.is_valid = true;
    return;
  }
  x.slot = slot;
  where_[slot] = static_cast<u8>(in_int + r);
  if (!is_operand(slot)) write_back(r);
}

void FunctionCompiler::to_memory(u32 slot) {
  if (is_known(slot)) {
    where_[slot] = in_memory;
    store_constant(slot, constants_[slot]);
  } else if (is_in_register(slot) && regs_[register_of(slot)].is_dirty) {
    write_back(register_of(slot));
  }
}

void FunctionCompiler::written(u32 slot, Kind kind) {
  if (is_in_register(slot) && regs_[register_of(slot)].is_pinned) {
    Register& r = regs_[register_of(slot)];
    r.is_valid = false;
    r.is_dirty = false;
    return;
  }
  forget_for(slot, kind);
  kinds_[slot] = kind;
}

void FunctionCompiler::settle() {
  for (const u32 slot : constant_slots_) {
    if (is_known(slot)) to_memory(slot);
  }
  constant_slots_.clear();
  for (int r = 0; r < registers; ++r) {
    Register& x = regs_[r];
    if (x.slot == no_slot) continue;
    if (x.is_pinned) {
      if (!x.is_valid) load_pinned(r);
    } else if (x.is_dirty) {
      write_back(r);
    }
  }
}

void FunctionCompiler::drop_cached() {
  for (const u32 slot : constant_slots_) {
    if (is_known(slot)) where_[slot] = in_memory;
  }
  constant_slots_.clear();
  for (Register& x : regs_) {
    if (x.is_pinned || x.slot == no_slot) continue;
    where_[x.slot] = in_memory;
    x = {};
  }
}

void FunctionCompiler::begin_label() {
  settle();
  drop_cached();
  for (int r = 0; r < registers; ++r) {
    if (regs_[r].is_pinned) regs_[r].is_dirty = is_ever_written_[r];
  }
}

void FunctionCompiler::after_jump() {
  drop_cached();
  for (Register& x : regs_) {
    if (x.is_pinned) x.is_valid = true;
  }
}

void FunctionCompiler::spill_all() {
  for (const u32 slot : constant_slots_) {
    if (is_known(slot)) to_memory(slot);
  }
  for (int r = 0; r < registers; ++r) {
    Register& x = regs_[r];
    if (x.slot == no_slot) continue;
    if (x.is_dirty) write_back(r);
    if (x.is_pinned) x.is_valid = false;
  }
  drop_cached();
}

}  // namespace wcomp::engine::jit
