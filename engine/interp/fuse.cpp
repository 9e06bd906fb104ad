// Operations that become one instruction.
#include <algorithm>

#include "engine/interp/translator.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;

/// Instructions of which `op y, x` is `op x, y`. (Which of two NaNs a float operation gives on is not determined.)
bool is_commutative(Opcode op) {
  switch (op) {
    case Opcode::i32_add: case Opcode::i32_mul: case Opcode::i32_and: case Opcode::i32_or: case Opcode::i32_xor: case Opcode::i32_eq: case Opcode::i32_ne:
    case Opcode::i64_add: case Opcode::i64_mul: case Opcode::i64_and: case Opcode::i64_or: case Opcode::i64_xor: case Opcode::i64_eq: case Opcode::i64_ne:
    case Opcode::f32_add: case Opcode::f32_mul: case Opcode::f64_add: case Opcode::f64_mul:
      return true;
    default: return false;
  }
}
/// The comparison of i32 that holds where `op` does not.
Opcode inverse(Opcode op) {
  switch (op) {
    case Opcode::i32_eq: return Opcode::i32_ne;
    case Opcode::i32_ne: return Opcode::i32_eq;
    case Opcode::i32_lt_s: return Opcode::i32_ge_s;
    case Opcode::i32_lt_u: return Opcode::i32_ge_u;
    case Opcode::i32_gt_s: return Opcode::i32_le_s;
    case Opcode::i32_gt_u: return Opcode::i32_le_u;
    case Opcode::i32_le_s: return Opcode::i32_gt_s;
    case Opcode::i32_le_u: return Opcode::i32_gt_u;
    case Opcode::i32_ge_s: return Opcode::i32_lt_s;
    default: return Opcode::i32_lt_u;
  }
}
/// The comparison of i32 that says of (b, a) what `op` says of (a, b).
Opcode swapped(Opcode op) {
  switch (op) {
    case Opcode::i32_lt_s: return Opcode::i32_gt_s;
    case Opcode::i32_lt_u: return Opcode::i32_gt_u;
    case Opcode::i32_gt_s: return Opcode::i32_lt_s;
    case Opcode::i32_gt_u: return Opcode::i32_lt_u;
    case Opcode::i32_le_s: return Opcode::i32_ge_s;
    case Opcode::i32_le_u: return Opcode::i32_ge_u;
    case Opcode::i32_ge_s: return Opcode::i32_le_s;
    case Opcode::i32_ge_u: return Opcode::i32_le_u;
    default: return op;
  }
}
bool is_i32_comparison(Opcode op) { return op >= Opcode::i32_eq && op <= Opcode::i32_ge_u; }

}  // namespace

std::uint32_t Translator::fuse_const() {
  const RegOp& k = op();
  if (!is_operand(k.dst) || !can_fuse(1)) return 0;
  const RegOp& o = op(1);
  offset_ = o.offset;
  if (numeric_handler(o.op, {From::slot, From::constant}) != nullptr) {
    if (!fits_32(k)) return 0;
    bool is_second = o.b == k.dst && o.a != k.dst;
    bool is_first = o.a == k.dst && o.b != k.dst;
    if (!is_second && !(is_first && is_commutative(o.op))) {
      if (!is_first) return 0;
      emit_numeric(o.op, o.dst, static_cast<u32>(k.imm), o.b, From::constant, From::slot);
      return 2;
    }
    RegOp fused = o;
    if (is_first) fused.a = o.b;
    if (branch_handler(o.op, {From::slot, From::constant}) != nullptr) {
      if (u32 n = fuse_branch(fused, 1, From::constant, static_cast<u32>(k.imm))) return n + 1;
    }
    if (o.op == Opcode::i32_shl && is_second) {
      if (u32 n = fuse_scaled(o, static_cast<u32>(k.imm) & 31)) return n;
    }
    if (o.op == Opcode::i32_add) {
      if (u32 n = fuse_step(fused, static_cast<u32>(k.imm))) return n;
      if (u32 n = fuse_address(fused, static_cast<u32>(k.imm))) return n;
    }
    emit_numeric(o.op, fused.dst, fused.a, static_cast<u32>(k.imm), From::slot, From::constant);
    return 2;
  }
  if (!is_access(o.op) || o.c != 0 || !has_mem0()) return 0;
  const bool is_store = o.dst == no_slot;
  if (o.a == k.dst && o.b != k.dst && k.imm + o.imm <= 0xffff'ffff) {
    const auto at = static_cast<u32>(k.imm + o.imm);
    if (is_store) emit_store(o.op, Address::constant, 0, From::slot, o.b, at);
    else emit_load(o.op, o.dst, Address::constant, no_slot, at);
    return 2;
  }
  auto v = k.op == Opcode::i32_const ? std::int64_t{static_cast<std::int32_t>(k.imm)} : static_cast<std::int64_t>(k.imm);
  if (is_store && o.b == k.dst && o.a != k.dst && v == static_cast<std::int16_t>(v) && o.imm <= 0xffff'ffff) {
    emit_store(o.op, Address::slot, o.a, From::constant, static_cast<u16>(v), static_cast<u32>(o.imm));
    return 2;
  }
  return 0;
}

std::uint32_t Translator::fuse_address(const RegOp& sum, u32 constant) {
  if (!is_operand(sum.dst) || !can_fuse(2) || !has_mem0()) return 0;
  const RegOp& o = op(2);
  if (u32 n = fuse_vector_address(sum, constant)) return n;
  if (!is_access(o.op) || o.a != sum.dst || o.b == sum.dst || o.c != 0 || o.imm != 0) return 0;
  offset_ = o.offset;
  if (o.dst != no_slot) emit_load(o.op, o.dst, Address::add, sum.a, constant);
  else emit_store(o.op, Address::add, sum.a, From::slot, o.b, constant);
  return 3;
}

std::uint32_t Translator::fuse_address(const RegOp& sum) {
  if (!is_operand(sum.dst) || !can_fuse(1) || !has_mem0()) return 0;
  const RegOp& o = op(1);
  if (load_handler(o.op, {}) == nullptr || o.a != sum.dst || o.c != 0 || o.imm > 0xffff) return 0;
  offset_ = o.offset;
  emit_load(o.op, o.dst, Address::two, sum.a, sum.b | static_cast<u32>(o.imm) << 16);
  return 2;
}

std::uint32_t Translator::fuse_scaled(const RegOp& shift, u32 by) {
  if (!is_operand(shift.dst) || !can_fuse(2)) return 0;
  const RegOp& sum = op(2);
  if (sum.op != Opcode::i32_add || (sum.a == shift.dst) == (sum.b == shift.dst)) return 0;
  const u32 base = sum.a == shift.dst ? sum.b : sum.a;
  const u32 packed = shift.a | by << 16;
  if (can_fuse(3) && has_mem0() && is_operand(sum.dst) && op(3).a == sum.dst && op(3).c == 0 && op(3).imm < 1 << 11 && load_handler(op(3).op, {}) != nullptr) {
    offset_ = op(3).offset;
    emit_load(op(3).op, op(3).dst, Address::scaled, base, packed | static_cast<u32>(op(3).imm) << 21);
    return 4;
  }
  offset_ = sum.offset;
  AddShiftedForm form{.is_acc = is_held(shift.a)};
  if (form.is_acc) take_held();
  emit(add_shifted_handler(form), sum.dst, base, packed);
  form.is_kept_out = true;
  hold(sum.dst, false, add_shifted_handler(form));
  return 3;
}

std::uint32_t Translator::fuse_operand(const RegOp& load) {
  if (!is_operand(load.dst) || !can_fuse(1) || load.c != 0 || !has_mem0() || load.imm > 0xffff || is_held(load.a)) return 0;
  const RegOp& o = op(1);
  if (numeric_load_handler(o.op, load.op, {}) == nullptr || (o.a == load.dst) == (o.b == load.dst)) return 0;
  if (o.a == load.dst && !is_commutative(o.op)) return 0;
  const u32 first = o.a == load.dst ? o.b : o.a;
  offset_ = load.offset;
  NumericLoadForm form{.first_is_acc = is_held(first, takes_float(o.op, 0))};
  if (form.first_is_acc) take_held();
  emit(numeric_load_handler(o.op, load.op, form), o.dst, first, load.a | static_cast<u32>(load.imm) << 16);
  form.is_kept_out = true;
  hold(o.dst, gives_float(o.op), numeric_load_handler(o.op, load.op, form));
  return 2;
}

std::uint32_t Translator::fuse_step(const RegOp& sum, u32 constant) {
  if (sum.dst != sum.a || !can_fuse(2)) return 0;
  u32 counter = sum.dst;
  u32 next = 2;
  bool has_constant = true;
  std::uint64_t other_constant = 0;
  u32 other = 0;
  Opcode test = Opcode::i32_ne;
  u32 condition = counter;  // `br_if` on the counter itself is a comparison with 0
  if (op(2).op == Opcode::i32_const && can_fuse(3) && is_i32_comparison(op(3).op) && op(3).a == counter && op(3).b == op(2).dst &&
      is_operand(op(2).dst)) {
    other_constant = op(2).imm;
    test = op(3).op;
    condition = op(3).dst;
    next = 4;
  } else if (is_i32_comparison(op(2).op) && (op(2).a == counter) != (op(2).b == counter)) {
    has_constant = false;
    other = op(2).a == counter ? op(2).b : op(2).a;
    test = op(2).a == counter ? op(2).op : swapped(op(2).op);
    condition = op(2).dst;
    next = 3;
  } else if (op(2).op == Opcode::i32_eqz && op(2).a == counter) {
    test = Opcode::i32_eq;
    condition = op(2).dst;
    next = 3;
  }
  if (!can_fuse(next) || op(next).a != condition || (condition != counter && !is_operand(condition))) return 0;
  const RegOp& branch = op(next);
  if (branch.op != Opcode::br_if && branch.op != Opcode::if_) return 0;
  if (branch.op == Opcode::if_) test = inverse(test);
  offset_ = branch.offset;
  emit(step_handler(test, {has_constant}), counter, other, constant);
  fixups_.push_back({here() - 1, static_cast<u32>(branch.imm), Reach::unit});
  emit_unit().word = other_constant << 32;
  return next + 1;
}

std::uint32_t Translator::fuse_branch(const RegOp& test, u32 ahead, From second, u32 constant) {
  bool on_zero = false;
  u32 dst = test.dst;
  u32 next = ahead + 1;
  for (; is_operand(dst) && can_fuse(next) && op(next).op == Opcode::i32_eqz && op(next).a == dst; ++next) {
    on_zero = !on_zero;
    dst = op(next).dst;
  }
  if (!is_operand(dst) || !can_fuse(next)) return 0;
  const RegOp& branch = op(next);
  if ((branch.op != Opcode::br_if && branch.op != Opcode::if_) || branch.a != dst) return 0;
  if (branch.op == Opcode::if_) on_zero = !on_zero;
  auto target = static_cast<u32>(branch.imm);
  offset_ = branch.offset;
  // No operation takes more than four units: this many of them, and all the copies there are, lie within reach of 16 bits.
  if (second == From::constant && std::max(target, at_) - std::min(target, at_) > 4000) return 0;
  emit_branch(test.op, test.a, second == From::constant ? constant : test.b, second, on_zero);
  fixups_.push_back({here() - 1, target, second == From::constant ? Reach::b : Reach::c});
  return next - ahead + 1;
}

}  // namespace wcomp::engine::interp
