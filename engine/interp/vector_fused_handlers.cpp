// Handlers of vector operations that programs put in a row: a load and what is computed of it, a product added to a sum.
#include "engine/interp/vector_eval.h"

namespace wcomp::engine::interp {
namespace {

using core::Op;
using core::Opcode;
using core::V128;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// The vector in memory 0 at the slot in the low half of c, and what is in the high half.
template <bool Wraps>
[[gnu::always_inline]] inline V128 load_operand(const u64* fp, const Inst* pc, const std::uint8_t* mem, RunState* state) {
  const auto slot = static_cast<u32>(fp[pc->c & 0xffff]);
  const u64 at = Wraps ? u64{slot + (pc->c >> 16)} : u64{slot} + (pc->c >> 16);
  note_place(state, const_cast<u64*>(fp), pc);
  V128 v;
  std::memcpy(&v, mem + at, sizeof v);
  return v;
}

template <Opcode O, bool Wraps>
WCOMP_HANDLER void vector_load(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const V128 y = load_operand<Wraps>(fp, pc, mem, state);
  const V128 r = core::eval(Op<O>{}, read_slots<V128>(fp + pc->b), y);
  std::memcpy(fp + pc->a, &r, sizeof r);
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}
template <Opcode Mul, Opcode Add>
WCOMP_HANDLER void mul_add(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const V128 product = core::eval(Op<Mul>{}, read_slots<V128>(fp + pc->b), read_slots<V128>(fp + (pc->c & 0xffff)));
  const V128 r = core::eval(Op<Add>{}, read_slots<V128>(fp + (pc->c >> 16)), product);
  std::memcpy(fp + pc->a, &r, sizeof r);
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}
template <Opcode Mul, Opcode Add, bool Wraps>
WCOMP_HANDLER void mul_add_load(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const V128 y = load_operand<Wraps>(fp, pc, mem, state);
  const V128 product = core::eval(Op<Mul>{}, read_slots<V128>(fp + pc->b), y);
  const V128 r = core::eval(Op<Add>{}, read_slots<V128>(fp + pc->a), product);
  std::memcpy(fp + pc->a, &r, sizeof r);
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}

/// An address at a slot: the sum wraps, or goes on beyond 32 bits.
[[gnu::always_inline]] inline u64 sum_of(u64 slot, u32 offset, bool wraps) {
  const u64 sum = u64{static_cast<u32>(slot)} + offset;
  return wraps ? u64{static_cast<u32>(sum)} : sum;
}
template <Opcode Mul, Opcode Add>
WCOMP_HANDLER void mul_add_loads(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  V128 x, y;
  note_place(state, fp, pc);
  std::memcpy(&x, mem + sum_of(fp[pc->b], pc->c & 0xffff, (pc[1].c & 1) != 0), sizeof x);
  std::memcpy(&y, mem + sum_of(fp[pc[1].a], pc->c >> 16, (pc[1].c & 2) != 0), sizeof y);
  const V128 r = core::eval(Op<Add>{}, read_slots<V128>(fp + pc->a), core::eval(Op<Mul>{}, x, y));
  std::memcpy(fp + pc->a, &r, sizeof r);
  [[clang::musttail]] return pc[2].handler(fp, pc + 2, mem, state, acc, facc);
}

template <Opcode O>
Handler select_load(bool wraps) {
  return wraps ? &vector_load<O, true> : &vector_load<O, false>;
}
template <Opcode Mul, Opcode Add>
Handler select(MulAddForm form) {
  if (!form.loads) return &mul_add<Mul, Add>;
  return form.wraps ? &mul_add_load<Mul, Add, true> : &mul_add_load<Mul, Add, false>;
}

}  // namespace

Handler vector_load_handler(Opcode op, bool wraps) {
  switch (op) {
    case Opcode::f32x4_add: return select_load<Opcode::f32x4_add>(wraps);
    case Opcode::f32x4_sub: return select_load<Opcode::f32x4_sub>(wraps);
    case Opcode::f32x4_mul: return select_load<Opcode::f32x4_mul>(wraps);
    case Opcode::f64x2_add: return select_load<Opcode::f64x2_add>(wraps);
    case Opcode::f64x2_sub: return select_load<Opcode::f64x2_sub>(wraps);
    case Opcode::f64x2_mul: return select_load<Opcode::f64x2_mul>(wraps);
    case Opcode::i8x16_add: return select_load<Opcode::i8x16_add>(wraps);
    case Opcode::i8x16_sub: return select_load<Opcode::i8x16_sub>(wraps);
    case Opcode::i8x16_eq: return select_load<Opcode::i8x16_eq>(wraps);
    case Opcode::i16x8_add: return select_load<Opcode::i16x8_add>(wraps);
    case Opcode::i16x8_sub: return select_load<Opcode::i16x8_sub>(wraps);
    case Opcode::i16x8_mul: return select_load<Opcode::i16x8_mul>(wraps);
    case Opcode::i32x4_add: return select_load<Opcode::i32x4_add>(wraps);
    case Opcode::i32x4_sub: return select_load<Opcode::i32x4_sub>(wraps);
    case Opcode::i32x4_mul: return select_load<Opcode::i32x4_mul>(wraps);
    case Opcode::i64x2_add: return select_load<Opcode::i64x2_add>(wraps);
    case Opcode::i64x2_sub: return select_load<Opcode::i64x2_sub>(wraps);
    case Opcode::v128_and: return select_load<Opcode::v128_and>(wraps);
    case Opcode::v128_or: return select_load<Opcode::v128_or>(wraps);
    case Opcode::v128_xor: return select_load<Opcode::v128_xor>(wraps);
    default: return nullptr;
  }
}

Handler mul_add_loads_handler(Opcode mul, Opcode add) {
  if (mul == Opcode::f32x4_mul && add == Opcode::f32x4_add) return &mul_add_loads<Opcode::f32x4_mul, Opcode::f32x4_add>;
  if (mul == Opcode::f64x2_mul && add == Opcode::f64x2_add) return &mul_add_loads<Opcode::f64x2_mul, Opcode::f64x2_add>;
  if (mul == Opcode::i16x8_mul && add == Opcode::i16x8_add) return &mul_add_loads<Opcode::i16x8_mul, Opcode::i16x8_add>;
  if (mul == Opcode::i32x4_mul && add == Opcode::i32x4_add) return &mul_add_loads<Opcode::i32x4_mul, Opcode::i32x4_add>;
  if (mul == Opcode::i32x4_dot_i16x8_s && add == Opcode::i32x4_add) return &mul_add_loads<Opcode::i32x4_dot_i16x8_s, Opcode::i32x4_add>;
  return nullptr;
}
Handler mul_add_handler(Opcode mul, Opcode add, MulAddForm form) {
  if (mul == Opcode::f32x4_mul && add == Opcode::f32x4_add) return select<Opcode::f32x4_mul, Opcode::f32x4_add>(form);
  if (mul == Opcode::f64x2_mul && add == Opcode::f64x2_add) return select<Opcode::f64x2_mul, Opcode::f64x2_add>(form);
  if (mul == Opcode::i16x8_mul && add == Opcode::i16x8_add) return select<Opcode::i16x8_mul, Opcode::i16x8_add>(form);
  if (mul == Opcode::i32x4_mul && add == Opcode::i32x4_add) return select<Opcode::i32x4_mul, Opcode::i32x4_add>(form);
  if (mul == Opcode::i32x4_dot_i16x8_s && add == Opcode::i32x4_add) return select<Opcode::i32x4_dot_i16x8_s, Opcode::i32x4_add>(form);
  return nullptr;
}

}  // namespace wcomp::engine::interp
