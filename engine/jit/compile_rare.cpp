// Vectors, and what helpers do.
#include <algorithm>
#include <array>

#include "core/nan.h"
#include "engine/jit/function_compiler.h"

namespace wcomp::engine::jit {

namespace {

using core::Opcode;

/// Rows of which the operands may change places, NaNs included.
bool vectors_commute(Opcode o) {
  switch (o) {
    using enum Opcode;
    case v128_and: case v128_or: case v128_xor: case i8x16_eq: case i8x16_ne: case i16x8_eq: case i16x8_ne: case i32x4_eq: case i32x4_ne: case i64x2_eq:
    case i64x2_ne: case i8x16_add: case i8x16_add_sat_s: case i8x16_add_sat_u: case i8x16_min_s: case i8x16_min_u: case i8x16_max_s: case i8x16_max_u:
    case i8x16_avgr_u: case i16x8_add: case i16x8_add_sat_s: case i16x8_add_sat_u: case i16x8_mul: case i16x8_min_s: case i16x8_min_u: case i16x8_max_s:
    case i16x8_max_u: case i16x8_avgr_u: case i16x8_q15mulr_sat_s: case i32x4_add: case i32x4_mul: case i32x4_min_s: case i32x4_min_u: case i32x4_max_s:
    case i32x4_max_u: case i32x4_dot_i16x8_s: case i64x2_add: case i64x2_mul: return true;
    default: return false;
  }
}
/// Bits of a lane, of rows that shift lanes.
std::uint64_t lane_bits(Opcode o) { return o <= Opcode::i16x8_shr_u ? 16 : o <= Opcode::i32x4_shr_u ? 32 : 64; }

}  // namespace

bool FunctionCompiler::vector(const RegOp& o) {
  const OpFacts& facts = facts_of(o.op);
  if (!facts.has_vector) return false;
  const bool has_lane = facts.immediate == core::Immediate::lane;
  const Kind to = kind_of(facts.out);
  if (has_lane && !wants_float(to)) {
    const int a = use(o.a, Kind::wide);
    release(o.a);
    const int d = define(o.dst, to, -1, -1);
    emit(find_stencil(o.op, static_cast<Form>(static_cast<u8>(Form::lane) + o.lane)), regs(d, a));
    finish(o.dst, d, to);
  } else if (!has_lane && find_stencil(o.op, Form::apart) != nullptr) {
    unary(o);
  } else {
    VectorChange change{.stencil = find_stencil(o.op, has_lane ? static_cast<Form>(static_cast<u8>(Form::lane) + o.lane) : Form::into_a), .changed = o.a};
    if (facts.operands > 1) change.other = o.b, change.other_kind = kind_of(facts.in[1]);
    if (facts.operands > 2) change.third = o.c;
    if (change.stencil == nullptr) {
      change.stencil = find_stencil(o.op, Form::into_b);
      change.is_second = true;
      std::swap(change.changed, change.other);
    }
    Holes h;
    if (const Stencil* by_count = find_stencil(o.op, Form::constant_into_a); by_count != nullptr && is_known(o.b)) {
      h.reg[4] = static_cast<u8>(constants_[o.b] & (lane_bits(o.op) - 1));
      release(o.b);
      change.stencil = by_count;
      change.other = no_slot;
    }
    change_vector(o, change, h);
  }
  if (is_made_canonical(o.op)) make_canonical(o);
  return true;
}

void FunctionCompiler::change_vector(const RegOp& o, VectorChange x, Holes h) {
  const Kind to = kind_of(facts_of(o.op).out);
  const int pinned = is_in_register(o.dst) && regs_[register_of(o.dst)].is_pinned ? register_of(o.dst) : -1;
  const bool is_access = x.other_kind != Kind::wide && x.is_second;
  if (vectors_commute(o.op) && x.changed != o.dst && (x.other == o.dst || (!is_operand(x.changed) && is_operand(x.other)))) std::swap(x.changed, x.other);
  const int from = use(x.changed, Kind::wide);
  int other = -1;
  if (x.other != no_slot) other = is_access ? use_address(x.other, x.other_kind == Kind::i64) : use(x.other, x.other_kind);
  release(x.changed);
  if (x.other != no_slot) release(x.other);
  // An operand is read once; a local may be read twice, or later.
  const bool is_shared = x.changed == x.other || x.changed == x.third;
  int r = from;
  if (is_shared || (from != pinned && !is_operand(x.changed))) {
    r = pinned != -1 && o.dst != x.changed && o.dst != x.other && o.dst != x.third ? pinned : allocate(true);
    regs_[r].is_locked = true;
    move(r, from, false);
    if (from != other) regs_[from].is_locked = false;
  }
  int third = -1;
  if (x.third != no_slot) {
    third = use(x.third, Kind::wide);
    release(x.third);
  }
  const Holes places = x.is_second ? regs(-1, other, r, third) : regs(-1, r, other, third);
  std::copy_n(places.reg.begin(), 4, h.reg.begin());
  if (is_access) mark_place(o.offset);
  emit(x.stencil, h);
  if (pinned != -1) {
    if (r != pinned) move(pinned, r, false);
    return finish(o.dst, pinned, to);
  }
  forget_for(o.dst, to);
  finish(o.dst, r, to);
}

/// A constant, or a shuffle: what has 16 bytes of its own.
void FunctionCompiler::shuffle(const RegOp& o) {
  const auto& bytes = in_->vectors[o.imm];
  Holes h;
  if (o.op == Opcode::v128_const) {
    const int d = define(o.dst, Kind::wide, -1, -1);
    h = regs(d);
    if (std::ranges::all_of(bytes, [](u8 b) { return b == 0; })) {
      emit(Pseudo::zero_float, Form::apart, h);
    } else {
      h.vectors[0] = add_data(bytes.data(), 16, 16);
      emit(Pseudo::constant_wide, Form::apart, h);
    }
    return finish(o.dst, d, Kind::wide);
  }
  // Which bytes of either operand go where; what has the highest bit gives zero.
  constexpr u8 none = 0x80;
  std::array<u8, 16> first{}, second{};
  bool wants_first = false, wants_second = false;
  for (std::size_t i = 0; i < 16; ++i) {
    const bool is_first = bytes[i] < 16;
    first[i] = is_first ? bytes[i] : none;
    second[i] = is_first ? none : static_cast<u8>(bytes[i] - 16);
    (is_first ? wants_first : wants_second) = true;
  }
  if (wants_first && wants_second) {
    h.vectors = {add_data(first.data(), 16, 16), add_data(second.data(), 16, 16)};
    return change_vector(o, {.stencil = find_stencil(o.op, Form::into_a), .changed = o.a, .other = o.b}, h);
  }
  const u32 unread = wants_first ? o.b : o.a;
  release(unread);
  h.vectors[0] = add_data((wants_first ? first : second).data(), 16, 16);
  change_vector(o, {.stencil = find_stencil(o.op, Form::constant_into_a), .changed = wants_first ? o.a : o.b}, h);
}

void FunctionCompiler::helper(const RegOp& o) {
  if (o.op == Opcode::memory_size) {
    const int d = define(o.dst, is_64(o.c) ? Kind::i64 : Kind::i32, -1, -1);
    Holes h = regs(d);
    h.constant = build_.memory_cell(o.c);
    emit(Pseudo::memory_size, Form::apart, h);
    finish(o.dst, d, is_64(o.c) ? Kind::i64 : Kind::i32);
    return;
  }
  spill_all();
  Record r{.op = static_cast<std::uint16_t>(o.op), .lane = o.lane, .dst = o.dst, .a = o.a, .b = o.b, .c = o.c, .imm = o.imm};
  mark_place(o.offset);
  call_helper(r);
  if (o.dst != no_slot) written(o.dst, Kind::i64);
  if (o.op == Opcode::throw_ || o.op == Opcode::throw_ref) after_jump();
}

}  // namespace wcomp::engine::jit
