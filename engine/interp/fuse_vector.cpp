// Operations on vectors that become one instruction.
#include "engine/interp/translator.h"
#include "engine/interp/vector_handlers.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;

/// Instructions on vectors of which `op y, x` is `op x, y`.
bool is_commutative(Opcode op) {
  switch (op) {
    case Opcode::f32x4_add: case Opcode::f64x2_add: case Opcode::i8x16_add: case Opcode::i16x8_add: case Opcode::i32x4_add: case Opcode::i64x2_add:
    case Opcode::f32x4_mul: case Opcode::f64x2_mul: case Opcode::i16x8_mul: case Opcode::i32x4_mul:
    case Opcode::i8x16_eq: case Opcode::v128_and: case Opcode::v128_or: case Opcode::v128_xor: return true;
    default: return false;
  }
}

bool is_product(Opcode op) {
  return op == Opcode::f32x4_mul || op == Opcode::f64x2_mul || op == Opcode::i16x8_mul || op == Opcode::i32x4_mul || op == Opcode::i32x4_dot_i16x8_s;
}

}  // namespace

std::uint32_t Translator::fuse_mul_add(u32 ahead, MulAddForm form, u32 x, u32 other) {
  const RegOp& mul = op(ahead);
  if (!is_operand(mul.dst) || !can_fuse(ahead + 1)) return 0;
  const RegOp& add = op(ahead + 1);
  Handler h = mul_add_handler(mul.op, add.op, form);
  if (h == nullptr || (add.a == mul.dst) == (add.b == mul.dst)) return 0;
  const u32 sum = add.a == mul.dst ? add.b : add.a;
  if (form.loads && sum != add.dst) return 0;
  emit(h, add.dst, x, form.loads ? other : other | sum << 16);
  return ahead + 2;
}

std::uint32_t Translator::fuse_dot(u32 ahead, u32 address, u32 offset, bool wraps) {
  const u32 x = op(ahead).dst;
  u32 at = ahead + 1;
  // The other load's address may be a sum as well.
  bool other_wraps = false;
  if (op(at).op == Opcode::i32_const && can_fuse(at + 2) && can_fuse(at + 1) && op(at + 1).op == Opcode::i32_add) {
    const RegOp &k = op(at), &sum = op(at + 1);
    if (!is_operand(k.dst) || !is_operand(sum.dst) || sum.b != k.dst || sum.a == k.dst || op(at + 2).a != sum.dst || op(at + 2).imm != 0) return 0;
    other_wraps = true;
    at += 2;
  }
  const RegOp& load = op(at);
  const std::uint64_t other_offset = other_wraps ? op(at - 2).imm : load.imm;
  const u32 other_address = other_wraps ? op(at - 1).a : load.a;
  if (load.op != Opcode::v128_load || load.c != 0 || other_offset > 0xffff || !is_operand(load.dst) || !can_fuse(at + 2) || !can_fuse(at + 1)) return 0;
  const RegOp &mul = op(at + 1), &add = op(at + 2);
  Handler h = mul_add_loads_handler(mul.op, add.op);
  const bool takes_both = (mul.a == x && mul.b == load.dst) || (mul.b == x && mul.a == load.dst);
  if (h == nullptr || !takes_both || !is_operand(mul.dst) || (add.a == mul.dst) == (add.b == mul.dst)) return 0;
  if ((add.a == mul.dst ? add.b : add.a) != add.dst) return 0;
  emit(h, add.dst, address, offset | static_cast<u32>(other_offset) << 16);
  Inst& unit = emit_unit();
  unit.a = slot(other_address);
  unit.c = (wraps ? 1u : 0u) | (other_wraps ? 2u : 0u);
  return at + 3;
}

std::uint32_t Translator::fuse_vector_operand(u32 ahead, u32 address, u32 offset, bool wraps) {
  const RegOp& load = op(ahead);
  if (load.op != Opcode::v128_load || !is_operand(load.dst) || offset > 0xffff || !can_fuse(ahead + 1)) return 0;
  offset_ = load.offset;
  if (u32 n = fuse_dot(ahead, address, offset, wraps)) return n;
  const RegOp& o = op(ahead + 1);
  if ((o.a == load.dst) == (o.b == load.dst)) return 0;
  const u32 first = o.a == load.dst ? o.b : o.a;
  const u32 operand = address | offset << 16;
  if (u32 n = fuse_mul_add(ahead + 1, {.loads = true, .wraps = wraps}, first, operand)) return n;
  Handler h = vector_load_handler(o.op, wraps);
  if (h == nullptr || (o.a == load.dst && !is_commutative(o.op))) return 0;
  emit(h, o.dst, first, operand);
  return ahead + 2;
}

std::uint32_t Translator::fuse_vector_address(const RegOp& sum, u32 constant) {
  const RegOp& o = op(2);
  Handler h = vector_access_handler(o.op, VectorMemory::sum);
  if (h == nullptr || o.a != sum.dst || o.b == sum.dst || o.c != 0 || o.imm != 0) return 0;
  if (u32 n = fuse_vector_operand(2, sum.a, constant, true)) return n;
  offset_ = o.offset;
  emit_vector_access(o, h, sum.a, constant);
  return 3;
}

std::uint32_t Translator::fuse_vector(const RegOp& o) {
  if (o.op == Opcode::v128_load) {
    if (o.c != 0 || !has_mem0() || o.imm > 0xffff) return 0;
    return fuse_vector_operand(0, o.a, static_cast<u32>(o.imm), false);
  }
  return is_product(o.op) ? fuse_mul_add(0, {}, o.a, o.b) : 0;
}

}  // namespace wcomp::engine::interp
