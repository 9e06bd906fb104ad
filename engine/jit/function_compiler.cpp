// What operations on single values become.
#include "engine/jit/function_compiler.h"

#include <algorithm>

#include "core/nan.h"

namespace wcomp::engine::jit {
namespace {

using core::Opcode;

bool is_const(Opcode op) {
  return op == Opcode::i32_const || op == Opcode::i64_const || op == Opcode::f32_const || op == Opcode::f64_const || op == Opcode::ref_null;
}
bool is_shift(Opcode o) {
  return (o >= Opcode::i32_shl && o <= Opcode::i32_rotr) || (o >= Opcode::i64_shl && o <= Opcode::i64_rotr);
}
/// Operations that have a form which branches.
bool is_test(Opcode o) { return (o >= Opcode::i32_eqz && o <= Opcode::f64_ge) || o == Opcode::i32_and; }
bool commutes(Opcode o) {
  switch (o) {
    using enum Opcode;
    case i32_eq: case i32_ne: case i32_add: case i32_mul: case i32_and: case i32_or: case i32_xor:
    case i64_eq: case i64_ne: case i64_add: case i64_mul: case i64_and: case i64_or: case i64_xor: return true;
    default: return false;
  }
}

}  // namespace

void FunctionCompiler::compile(core::FuncIdx f) {
  const auto code = out_.code.size(), funcs = out_.funcs.size(), places = out_.places.size(), handlers = out_.handlers.size(), calls = build_.calls.size();
  is_data_inline_ = false;
  compile_body(f, true);
  // Too large a function for what its instructions can name: once more with its data among the code, then without.
  for (const bool can_be_compiled : {true, false}) {
    if (!as_.take_out_of_reach()) return;
    out_.code.resize(code), out_.funcs.resize(funcs), out_.places.resize(places), out_.handlers.resize(handlers), build_.calls.resize(calls);
    is_data_inline_ = can_be_compiled;
    compile_body(f, can_be_compiled);
  }
}

void FunctionCompiler::compile_body(core::FuncIdx f, bool can_be_compiled) {
  const auto made = builder_.build(f);
  CodeFunc& func = out_.funcs.emplace_back();
  func.entry = func_begin_ = as_.here();
  func.places = static_cast<u32>(out_.places.size());
  func.handlers = static_cast<u32>(out_.handlers.size());
  for (Register& r : regs_) r = {};
  next_victim_ = {0, int_registers};
  constant_slots_.clear();
  jumps_.clear(), cold_.clear(), data_fixups_.clear(), data_.clear(), data_bytes_.clear(), tables_.clear(), places_.clear();
  trap_records_.fill(no_slot);
  literals_.assign(table_.literals.size(), no_slot);
  as_.begin_function();
  if (!made || !can_be_compiled) {
    static const RegisterCode nothing;
    in_ = &nothing;
    mark_place(0);
    call_helper({.op = static_cast<std::uint16_t>(HelperOp::too_large), .imm = f.value});
    finish_code();
  } else {
    find_forward(builder_.code());
    in_ = &builder_.code();
    func.header = in_->header;
    func.frame = in_->frame;
    first_operand_ = in_->header + header_slots;
    where_.assign(in_->frame, in_memory);
    constants_.resize(std::max<std::size_t>(constants_.size(), in_->frame));
    positions_.assign(in_->ops.size() + 1, 0);
    choose_pinned(f);
    at_ = 0;
    offset_ = 0;
    enter();
    while (at_ < in_->ops.size()) {
      if (op().is_target) begin_label();
      const u32 first = at_;
      offset_ = op().offset;
      positions_[at_] = as_.here();
      const u32 count = operation();
      unlock_all();
      at_ += count;
      for (u32 i = first + 1; i < at_; ++i) positions_[i] = as_.here();
    }
    positions_[in_->ops.size()] = as_.here();
    finish_code();
  }
  func.end = as_.here();
  write_places(places_, out_.places);
}

void FunctionCompiler::enter() {
  const bool has_forward = forward_call_ != no_slot;
  is_foreign_caller_ = !has_forward && std::ranges::any_of(in_->ops, [&](const RegOp& o) {
    return o.op == Opcode::call_indirect || o.op == Opcode::call_ref || (o.op == Opcode::call && o.imm < build_.module.imported_funcs);
  });
  mark_place(0);
  Holes h;
  if (has_forward) {
    // Its frame is as good as its caller's, but for little that it may write behind that (WasmStack::slack_slots).
    cold_.push_back({as_.check_forward(), 0, add_record({.op = static_cast<std::uint16_t>(HelperOp::forward_limit)}), no_slot});
  } else {
    h.constant = u64{in_->frame} * 8;
    emit(Pseudo::enter, Form::slots, h);
  }
  if (is_foreign_caller_) as_.save_context(in_->header);
  // Locals begin as zero. What lies in a slot otherwise might be taken for a reference to an exception, which would be kept (engine/exceptions.h).
  const bool has_exceptions = !build_.module.tag_types.empty();
  constexpr u32 few = 16;
  if (in_->locals - in_->params > few) {
    as_.zero(in_->params, in_->locals - in_->params);
  } else {
    for (u32 s = in_->params; s < in_->locals; ++s) {
      if (has_exceptions || !is_in_register(s)) store_constant(s, 0);
    }
  }
  if (has_exceptions) {
    for (u32 s = in_->header + (is_foreign_caller_ ? 1 : 0); s < first_operand_; ++s) store_constant(s, 0);
  }
  for (int r = 0; r < registers; ++r) {
    Register& x = regs_[r];
    if (!x.is_pinned) continue;
    if (x.slot < in_->params) {
      load_pinned(r);
    } else {
      load_constant(r, 0);
      x.is_valid = true;
      x.is_dirty = true;
      x.is_narrow = kinds_[x.slot] == Kind::i32 || kinds_[x.slot] == Kind::f32;
    }
  }
  if (out_.options.is_metered) {
    h.constant = std::min<u64>(in_->cost, 0x7fff'ffff);
    emit(Pseudo::use_fuel, Form::slots, h);
  }
}

bool FunctionCompiler::is_made_canonical(Opcode o) const {
  return out_.options.is_deterministic && core::nan_lanes(o) != core::NanLanes::none;
}

void FunctionCompiler::make_canonical(const RegOp& o) {
  const core::NanLanes lanes = core::nan_lanes(o.op);
  if (lanes == core::NanLanes::f32x4 || lanes == core::NanLanes::f64x2) {
    const int r = use(o.dst, Kind::wide);
    emit(lanes == core::NanLanes::f32x4 ? Pseudo::canonical_f32x4 : Pseudo::canonical_f64x2, Form::into_a, regs(-1, r));
    return finish(o.dst, r, Kind::wide);
  }
  const Kind kind = lanes == core::NanLanes::f32 ? Kind::f32 : Kind::f64;
  const int r = use(o.dst, kind);
  emit(kind == Kind::f32 ? Pseudo::canonical_f32 : Pseudo::canonical_f64, Form::into_a, regs(-1, r));
  finish(o.dst, r, kind);
}

std::uint32_t FunctionCompiler::operation() {
  if (at_ == forward_begin_) return forward();
  const RegOp& o = op();
  if (is_const(o.op)) {
    const Kind kind = o.op == Opcode::i32_const ? Kind::i32 : o.op == Opcode::f32_const ? Kind::f32 : o.op == Opcode::f64_const ? Kind::f64 : Kind::i64;
    constant(o.dst, kind == Kind::i32 || kind == Kind::f32 ? static_cast<u32>(o.imm) : o.imm, kind);
    return 1;
  }
  const std::uint32_t count = numeric(o);
  if (count != 0) return count;
  const auto immediate = facts_of(o.op).immediate;
  if (immediate == core::Immediate::mem_arg || immediate == core::Immediate::mem_arg_lane) {
    access(o);
    return 1;
  }
  return control(o);
}

std::uint32_t FunctionCompiler::numeric(const RegOp& o) {
  if (o.is_wide) return 0;
  if (is_test(o.op)) {
    if (const u32 n = fuse_branch(o)) return n;
  } else if (o.op == Opcode::i32_shl) {
    if (const u32 n = fuse_shift(o)) return n;
  }
  const OpFacts& facts = facts_of(o.op);
  if (!facts.has_signature || facts.has_vector || facts.immediate != core::Immediate::none) return 0;
  if (find_stencil(o.op, Form::into_a) == nullptr && find_stencil(o.op, Form::apart) == nullptr && o.op != Opcode::ref_is_null) {
    if (find_stencil(o.op, Form::slots) == nullptr) return 0;
    by_slots(o, Form::slots);
  } else if (facts.operands == 1) {
    unary(o);
  } else {
    binary(o);
  }
  if (is_made_canonical(o.op)) make_canonical(o);
  return 1;
}

void FunctionCompiler::unary(const RegOp& o) {
  const Kind from = kind_of(facts_of(o.op).in[0]), to = kind_of(facts_of(o.op).out);
  const int a = use(o.a, from);
  release(o.a);
  const int d = define(o.dst, to, a, -1);
  emit(find_stencil(o.op, a == d ? Form::into_a : Form::apart), regs(d, a));
  finish(o.dst, d, to);
}

void FunctionCompiler::binary(const RegOp& o) {
  const Kind from = kind_of(facts_of(o.op).in[0]), to = kind_of(facts_of(o.op).out);
  u32 left = o.a, right = o.b;
  if (commutes(o.op) && is_known(left) && !is_known(right)) std::swap(left, right);
  const Stencil* with_constant = find_stencil(o.op, Form::constant_into_a);
  Opcode op = o.op;
  if (is_known(right) && !is_float(from)) {
    u64 k = constants_[right];
    if (is_shift(op)) {
      const u32 bits = from == Kind::i32 ? 32 : 64;
      k &= bits - 1;
      if (op == Opcode::i32_rotr || op == Opcode::i64_rotr) {
        op = op == Opcode::i32_rotr ? Opcode::i32_rotl : Opcode::i64_rotl;
        k = (bits - k) & (bits - 1);
      }
      with_constant = find_stencil(op, Form::constant_into_a);
    }
    if (with_constant != nullptr && (from == Kind::i32 || is_shift(op) || takes(*with_constant, k))) {
      const int a = use(left, from);
      release(left), release(right);
      const int d = define(o.dst, to, a, -1);
      const Stencil* apart = find_stencil(op, Form::constant);
      if (a != d && (apart == nullptr || !(from == Kind::i32 || is_shift(op) || takes(*apart, k)))) {
        move(d, a, from == Kind::i32);
        apart = nullptr;
      }
      Holes h = regs(d, a == d || apart != nullptr ? a : d);
      h.reg[4] = static_cast<u8>(k);
      h.constant = k;
      emit(a == d || apart == nullptr ? with_constant : apart, h);
      finish(o.dst, d, to);
      return;
    }
  }
  const int a = use(left, from);
  const int b = use(right, from);
  release(left), release(right);
  const Stencil* apart = find_stencil(op, Form::apart);
  const Stencil* into_a = find_stencil(op, Form::into_a);
  const Stencil* into_b = find_stencil(op, Form::into_b);
  const bool is_alike = is_float(from) == is_float(to);
  // What is read twice must not be written before both are read: only rows of one instruction may.
  const bool may_reuse = is_alike && (a != b || apart == nullptr);
  int d = define(o.dst, to, may_reuse ? a : -1, may_reuse && into_b != nullptr ? b : -1);
  const int wanted = d;
  const bool is_elsewhere = is_alike && ((d == a && d == b && apart != nullptr) || (d == b && d != a && into_b == nullptr));
  if (is_elsewhere) d = allocate(is_float(to));
  if (is_alike && d == a) {
    emit(into_a, regs(d, a, b));
  } else if (is_alike && d == b) {
    emit(into_b, regs(d, a, b));
  } else if (apart != nullptr) {
    emit(apart, regs(d, a, b));
  } else {
    move(d, a, from == Kind::i32);
    emit(into_a, regs(d, d, b));
  }
  if (is_elsewhere) {
    move(wanted, d, to == Kind::i32);
    regs_[d].is_locked = false;
  }
  finish(o.dst, wanted, to);
}

void FunctionCompiler::by_slots(const RegOp& o, Form form) {
  Holes h;
  h.slots = {o.dst == no_slot ? 0 : o.dst, o.a, o.b == no_slot ? 0 : o.b, o.c == no_slot ? 0 : o.c};
  for (const u32 slot : {o.a, o.b, o.c}) {
    if (slot != no_slot) to_memory(slot);
  }
  emit(find_stencil(o.op, form), h);
  for (const u32 slot : {o.a, o.b, o.c}) {
    if (slot != no_slot) release(slot);
  }
  written(o.dst, kind_of(facts_of(o.op).out));
}

/// A shift by one, two or three whose result is added to something: one instruction.
std::uint32_t FunctionCompiler::fuse_shift(const RegOp& o) {
  if (!is_known(o.b) || !is_operand(o.dst) || !can_fuse(1)) return 0;
  const u64 by = constants_[o.b] & 31;
  const RegOp& sum = op(1);
  if (by < 1 || by > 3 || sum.op != Opcode::i32_add || (sum.a == o.dst) == (sum.b == o.dst)) return 0;
  const u32 other = sum.a == o.dst ? sum.b : sum.a;
  if (is_known(other)) return 0;
  const int a = use(other, Kind::i32);
  const int b = use(o.a, Kind::i32);
  release(other), release(o.a), release(o.b);
  const int d = define(sum.dst, Kind::i32, a, b);
  const Pseudo p = by == 1 ? Pseudo::add_shifted1 : by == 2 ? Pseudo::add_shifted2 : Pseudo::add_shifted3;
  emit(p, d == a ? Form::into_a : d == b ? Form::into_b : Form::apart, regs(d, a, b));
  finish(sum.dst, d, Kind::i32);
  return 2;
}

/// A comparison, any number of i32.eqz on it, and the branch on that.
std::uint32_t FunctionCompiler::fuse_branch(const RegOp& o) {
  u32 result = o.dst;
  bool on_true = true;
  u32 n = 1;
  for (; is_operand(result) && can_fuse(n) && op(n).op == Opcode::i32_eqz && op(n).a == result; ++n) {
    result = op(n).dst;
    on_true = !on_true;
  }
  if (!is_operand(result) || !can_fuse(n)) return 0;
  const RegOp& jump = op(n);
  if ((jump.op != Opcode::br_if && jump.op != Opcode::if_) || jump.a != result) return 0;
  if (jump.op == Opcode::if_) on_true = !on_true;
  const bool is_unary = facts_of(o.op).operands == 1;
  // Without a form for two registers, the second operand has to be a constant that fits.
  if (!is_unary && find_stencil(o.op, Form::if_true) == nullptr && !is_known(o.b)) return 0;
  branch(o.op, on_true ? Form::if_true : Form::if_false, o.a, is_unary ? no_slot : o.b, static_cast<u32>(jump.imm));
  return n + 1;
}

void FunctionCompiler::branch(Opcode test, Form form, u32 a, u32 b, u32 target) {
  const Kind kind = kind_of(facts_of(test).in[0]);
  const Stencil* s = find_stencil(test, form);
  Holes h;
  if (b != no_slot && is_known(b) && !is_float(kind)) {
    const Stencil* with_constant = find_stencil(test, form == Form::if_true ? Form::if_true_constant : Form::if_false_constant);
    if (with_constant != nullptr && (kind == Kind::i32 || takes(*with_constant, constants_[b]))) {
      s = with_constant;
      h.constant = constants_[b];
      release(b);
      b = no_slot;
    }
  }
  const int x = use(a, kind);
  const int y = b == no_slot ? -1 : use(b, kind);
  release(a);
  if (b != no_slot) release(b);
  settle();
  const u64 constant = h.constant;
  h = regs(-1, x, y);
  h.constant = constant;
  h.target = target;
  emit(s, h);
}

void FunctionCompiler::constant(u32 dst, u64 bits, Kind kind) {
  if (is_operand(dst)) {
    forget_for(dst, kind);
    kinds_[dst] = kind;
    where_[dst] = is_constant;
    constants_[dst] = bits;
    constant_slots_.push_back(dst);
    return;
  }
  if (is_in_register(dst) && regs_[register_of(dst)].is_pinned) {
    const int r = register_of(dst);
    regs_[r].is_locked = true;
    load_constant(r, bits);
    finish(dst, r, kinds_[dst]);
    return;
  }
  forget(dst);
  store_constant(dst, bits);
}

void FunctionCompiler::copy(const RegOp& o) {
  if (o.is_wide) {
    const int a = use(o.a, Kind::wide);
    release(o.a);
    const int d = define(o.dst, Kind::wide, a, -1);
    move(d, a, false);
    return finish(o.dst, d, Kind::wide);
  }
  if (is_known(o.a)) {
    const u64 bits = constants_[o.a];
    const Kind kind = kinds_[o.a];
    release(o.a);
    return constant(o.dst, bits, kind);
  }
  const bool is_pinned = is_in_register(o.dst) && regs_[register_of(o.dst)].is_pinned;
  // The kind of what is copied, as far as it matters: which registers, and all of its bits.
  const bool wants_float = is_pinned ? is_float_register(register_of(o.dst))
                           : is_in_register(o.a) ? is_float_register(register_of(o.a)) : is_float(kinds_[o.a]);
  const Kind source = kinds_[o.a];
  const int a = use(o.a, is_pinned ? kinds_[o.dst] : wants_float ? Kind::f64 : Kind::i64);
  const bool is_narrow = regs_[a].is_narrow;
  release(o.a);
  if (is_pinned) {
    const int d = define(o.dst, kinds_[o.dst], -1, -1);
    move(d, a, kinds_[o.dst] == Kind::i32);
    finish(o.dst, d, kinds_[o.dst]);
    return;
  }
  const int d = define(o.dst, wants_float ? Kind::f64 : Kind::i64, a, -1);
  move(d, a, false);
  finish(o.dst, d, is_narrow ? (wants_float ? Kind::f32 : Kind::i32) : wants_float ? Kind::f64 : Kind::i64);
  if (!is_narrow) kinds_[o.dst] = source == Kind::wide ? Kind::i64 : source;
}

void FunctionCompiler::select(const RegOp& o) {
  const bool is_pinned = is_in_register(o.dst) && regs_[register_of(o.dst)].is_pinned;
  auto is_float_value = [&](u32 slot) { return is_in_register(slot) ? is_float_register(register_of(slot)) : is_float(kinds_[slot]); };
  const bool wants_float = o.is_wide || (is_pinned ? is_float_register(register_of(o.dst)) : is_float_value(o.a));
  const Kind kind = o.is_wide ? Kind::wide : is_pinned ? kinds_[o.dst] : wants_float ? Kind::f64 : Kind::i64;
  const int c = use(o.c, Kind::i32);
  const int a = use(o.a, kind);
  const int b = use(o.b, kind);
  // Floats: a narrow one says that both are f32, for an f64 never is.
  const bool is_narrow = wants_float ? regs_[a].is_narrow || regs_[b].is_narrow : regs_[a].is_narrow && regs_[b].is_narrow;
  release(o.a), release(o.b);
  regs_[c].is_locked = true;
  // A register may be read after it was written if it is more than one of the operands.
  const bool may_reuse = a != b && a != c && b != c;
  const int wanted = define(o.dst, kind, may_reuse ? a : -1, may_reuse ? b : -1);
  int d = wanted;
  const bool is_elsewhere = d == c || ((d == a || d == b) && !may_reuse);
  if (is_elsewhere) d = allocate(wants_float);
  const Form form = d == a ? Form::into_a : d == b ? Form::into_b : Form::apart;
  if (wants_float) emit(Pseudo::select_float, form, regs(d, a, b, c));
  else emit(find_stencil(Opcode::select, form), regs(d, a, b, c));
  if (is_elsewhere) {
    move(wanted, d, false);
    regs_[d].is_locked = false;
  }
  release(o.c);
  const Kind was = kinds_[o.a];
  if (o.is_wide) return finish(o.dst, wanted, kind);
  if (is_pinned) {
    if (kinds_[o.dst] == Kind::i32 && !is_narrow) emit(Pseudo::move32, Form::into_a, regs(-1, wanted));
    return finish(o.dst, wanted, kinds_[o.dst]);
  }
  finish(o.dst, wanted, is_narrow ? (wants_float ? Kind::f32 : Kind::i32) : kind);
  if (!is_narrow) kinds_[o.dst] = was == Kind::wide ? Kind::i64 : was;
}

void FunctionCompiler::access(const RegOp& o) {
  const OpFacts& facts = facts_of(o.op);
  const bool has_lane = facts.immediate == core::Immediate::mem_arg_lane;
  const bool is_store = o.dst == no_slot;
  const bool is_wide_address = is_64(o.c);
  const bool is_guarded = o.c == 0 && out_.options.is_guarded && !is_wide_address && o.imm <= 0x7fff'ffff;
  const Kind kind = kind_of(is_store ? facts.in[1] : facts.out);
  Holes h;
  auto fill = [&](Holes& holes) {
    holes.constant = is_guarded ? o.imm : build_.memory_cell(o.c);
    holes.constant2 = o.imm;
  };
  if (!is_wide_address && o.imm > 0xffff'ffff) {
    // Beyond any 32-bit memory.
    mark_place(o.offset);
    return call_helper({.op = static_cast<std::uint16_t>(HelperOp::trap), .imm = static_cast<u64>(TrapCode::out_of_bounds_memory_access)});
  }
  const Form plain = has_lane ? static_cast<Form>(static_cast<u8>(is_guarded ? Form::lane_guarded : Form::lane_checked) + o.lane)
                              : is_guarded ? Form::guarded : Form::checked;
  if (is_store) {
    const Stencil* with_constant = is_guarded && is_known(o.b) ? find_stencil(o.op, Form::guarded_constant) : nullptr;
    if (with_constant != nullptr && o.op == Opcode::i64_store) {
      const auto k = static_cast<std::int64_t>(constants_[o.b]);
      if (k != static_cast<std::int32_t>(k)) with_constant = nullptr;
    }
    const int a = use_address(o.a, is_wide_address);
    const int b = with_constant != nullptr ? -1 : use(o.b, kind);
    h = regs(-1, a, b);
    fill(h);
    if (with_constant != nullptr) h.constant2 = constants_[o.b];
    release(o.a), release(o.b);
    mark_place(o.offset);
    emit(with_constant != nullptr ? with_constant : find_stencil(o.op, plain), h);
    return;
  }
  if (has_lane) {
    fill(h);
    return change_vector(o, {.stencil = find_stencil(o.op, plain), .changed = o.b, .other = o.a, .other_kind = is_wide_address ? Kind::i64 : Kind::i32, .is_second = true}, h);
  }
  const int a = use_address(o.a, is_wide_address);
  release(o.a);
  const int d = define(o.dst, kind, a, -1);
  h = regs(d, a);
  fill(h);
  const Form form = is_guarded ? (d == a ? Form::guarded_into_a : Form::guarded) : (d == a ? Form::checked_into_a : Form::checked);
  mark_place(o.offset);
  emit(find_stencil(o.op, form), h);
  finish(o.dst, d, kind);
}

void FunctionCompiler::global(const RegOp& o) {
  const Kind kind = kind_of(build_.module.global_types[o.imm].type);
  Holes h;
  if (kind == Kind::wide) {
    const bool is_get = o.op == Opcode::global_get;
    const int r = is_get ? define(o.dst, kind, -1, -1) : use(o.a, kind);
    h = is_get ? regs(r) : regs(-1, r);
    h.constant = build_.global_cell(o.imm);
    emit(is_get ? Pseudo::global_get_wide : Pseudo::global_set_wide, Form::apart, h);
    return is_get ? finish(o.dst, r, kind) : release(o.a);
  }
  if (o.op == Opcode::global_get) {
    const int d = define(o.dst, kind, -1, -1);
    h = regs(d);
    h.constant = build_.global_cell(o.imm);
    emit(is_float(kind) ? Pseudo::global_get_float : Pseudo::global_get, Form::apart, h);
    // Its upper half is what the host made it.
    if (kind == Kind::i32) emit(Pseudo::move32, Form::into_a, regs(-1, d));
    finish(o.dst, d, kind);
  } else {
    int a = use(o.a, kind);
    release(o.a);
    if (kind == Kind::i32 && !regs_[a].is_narrow) emit(Pseudo::move32, Form::into_a, regs(-1, a));
    if (kind == Kind::f32) {
      const int bits = allocate(false);
      move(bits, a, true);
      a = bits;
    }
    h = regs(-1, a);
    h.constant = build_.global_cell(o.imm);
    emit(kind == Kind::f64 ? Pseudo::global_set_float : Pseudo::global_set, Form::apart, h);
  }
}

}  // namespace wcomp::engine::jit
