#include "engine/interp/translate.h"

#include <algorithm>
#include <limits>

#include "engine/interp/control_handlers.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;
using u16 = std::uint16_t;
using u32 = std::uint32_t;

/// Instructions of which `op const, x` is `op x, const`.
bool is_commutative(Opcode op) {
  switch (op) {
    case Opcode::i32_add: case Opcode::i32_mul: case Opcode::i32_and: case Opcode::i32_or: case Opcode::i32_xor: case Opcode::i32_eq: case Opcode::i32_ne:
    case Opcode::i64_add: case Opcode::i64_mul: case Opcode::i64_and: case Opcode::i64_or: case Opcode::i64_xor: case Opcode::i64_eq: case Opcode::i64_ne:
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
bool is_const(Opcode op) {
  return op == Opcode::i32_const || op == Opcode::i64_const || op == Opcode::f32_const || op == Opcode::f64_const || op == Opcode::ref_null;
}

class Translator {
 public:
  Translator(const FuncInst& f, const RegisterCode& in, bool is_metered)
      : func_(f), inst_(*f.instance), in_(in), is_metered_(is_metered), first_operand_(in.header + header_slots) {}

  Code translate() {
    out_.insts.reserve(in_.ops.size() + in_.ops.size() / 2 + 4);
    positions_.resize(in_.ops.size() + 1);
    out_.table = std::make_unique<std::int32_t[]>(in_.table.size());
    Inst& enter_inst = emit(&enter);
    enter_inst.a = slot(in_.params);
    enter_inst.b = slot(in_.locals);
    enter_inst.c = in_.frame;
    if (is_metered_) emit(&use_fuel).c = static_cast<u32>(std::min<std::uint64_t>(in_.cost, 0xffff'ffff));
    for (at_ = 0; at_ < in_.ops.size();) {
      positions_[at_] = here();
      offset_ = in_.ops[at_].offset;
      u32 first = at_;
      at_ += operation();
      for (u32 i = first + 1; i < at_; ++i) positions_[i] = here();
    }
    resolve();
    return std::move(out_);
  }

 private:
  enum class Reach : std::uint8_t { b, c, unit };  ///< where the distance goes
  struct Fixup {
    u32 inst;
    u32 target;
    Reach reach;
  };

  [[nodiscard]] u32 here() const { return static_cast<u32>(out_.insts.size()); }
  static u16 slot(u32 s) { return static_cast<u16>(s); }
  Inst& emit(Handler h) {
    WCOMP_CHECK(h != nullptr);
    out_.offsets.push_back(offset_);
    Inst& i = out_.insts.emplace_back();
    i.handler = h;
    return i;
  }
  Inst& emit(Handler h, u32 a, u32 b, u32 c) {
    Inst& i = emit(h);
    i.a = slot(a);
    i.b = slot(b);
    i.c = c;
    return i;
  }
  Inst& emit_unit() {
    out_.offsets.push_back(offset_);
    return out_.insts.emplace_back();
  }
  void emit_pointer(const void* p) { emit_unit().pointer = p; }

  // --- looking ahead ---
  [[nodiscard]] const RegOp& op(u32 ahead = 0) const { return in_.ops[at_ + ahead]; }
  /// The operation `ahead` exists, and no branch comes to it.
  [[nodiscard]] bool can_fuse(u32 ahead) const { return at_ + ahead < in_.ops.size() && !op(ahead).is_target; }
  /// A place of the operand stack, whose value is gone once it has been read.
  [[nodiscard]] bool is_operand(u32 s) const { return s != no_slot && s >= first_operand_; }
  /// The constant as 32 bits that `Form::ri` widens to it again.
  static bool fits_32(const RegOp& k) {
    if (k.op == Opcode::i32_const) return true;
    auto v = static_cast<std::int64_t>(k.imm);
    return k.op == Opcode::i64_const && v == static_cast<std::int32_t>(v);
  }
  [[nodiscard]] bool has_mem0() const { return func_.mem0 != nullptr; }

  /// Emits what `at_` and perhaps some operations after it do; how many they are.
  u32 operation() {
    const RegOp& o = op();
    if (is_const(o.op)) {
      if (u32 n = fuse_const()) return n;
      emit_const(o);
      return 1;
    }
    if (branch_handler(o.op, Form::br_rr) != nullptr) {
      if (u32 n = fuse_branch(o, 0, Form::br_rr, 0)) return n;
    }
    if (o.op == Opcode::i32_add) {
      if (u32 n = fuse_address(o)) return n;
    }
    if (Handler h = numeric_handler(o.op, Form::rr)) {
      emit(h, o.dst, o.a, o.b == no_slot ? 0 : o.b);
      return 1;
    }
    if (memory_handler(o.op, Form::any_mem) != nullptr) {
      access(o);
      return 1;
    }
    if (Handler h = helper_handler(o.op)) {
      helper(o, h);
      return 1;
    }
    return control(o);
  }

  void emit_const(const RegOp& o) {
    auto v = static_cast<std::int64_t>(o.imm);
    if (o.imm <= 0xffff'ffff) {
      emit(&const32, o.dst, 0, static_cast<u32>(o.imm));
    } else if (v == static_cast<std::int32_t>(v)) {
      emit(&const32, o.dst, 1, static_cast<u32>(o.imm));
    } else {
      emit(&const64, o.dst, 0, 0);
      emit_unit().word = o.imm;
    }
  }

  /// A constant and the operation that takes it; 0 if that has no such form.
  u32 fuse_const() {
    const RegOp& k = op();
    if (!is_operand(k.dst) || !can_fuse(1)) return 0;
    const RegOp& o = op(1);
    offset_ = o.offset;
    if (numeric_handler(o.op, Form::ri) != nullptr) {
      if (!fits_32(k)) return 0;
      bool is_second = o.b == k.dst && o.a != k.dst;
      bool is_first = o.a == k.dst && o.b != k.dst;
      if (!is_second && !(is_first && is_commutative(o.op))) {
        if (!is_first) return 0;
        emit(numeric_handler(o.op, Form::ir), o.dst, o.b, static_cast<u32>(k.imm));
        return 2;
      }
      RegOp fused = o;
      if (is_first) fused.a = o.b;
      if (branch_handler(o.op, Form::br_ri) != nullptr) {
        if (u32 n = fuse_branch(fused, 1, Form::br_ri, static_cast<u32>(k.imm))) return n + 1;
      }
      if (o.op == Opcode::i32_add) {
        if (u32 n = fuse_step(fused, static_cast<u32>(k.imm))) return n;
        if (u32 n = fuse_address(fused, static_cast<u32>(k.imm))) return n;
      }
      emit(numeric_handler(o.op, Form::ri), fused.dst, fused.a, static_cast<u32>(k.imm));
      return 2;
    }
    if (memory_handler(o.op, Form::any_mem) == nullptr || o.c != 0 || !has_mem0()) return 0;
    if (o.a == k.dst && o.b != k.dst && k.imm + o.imm <= 0xffff'ffff) {
      emit(memory_handler(o.op, Form::mem0_k), o.dst == no_slot ? 0 : o.dst, o.b == no_slot ? 0 : o.b, static_cast<u32>(k.imm + o.imm));
      return 2;
    }
    auto v = k.op == Opcode::i32_const ? std::int64_t{static_cast<std::int32_t>(k.imm)} : static_cast<std::int64_t>(k.imm);
    Handler with_constant = memory_handler(o.op, Form::mem0_i);
    if (with_constant != nullptr && o.b == k.dst && o.a != k.dst && v == static_cast<std::int16_t>(v) && o.imm <= 0xffff'ffff) {
      emit(with_constant, o.a, static_cast<u16>(v), static_cast<u32>(o.imm));
      return 2;
    }
    return 0;
  }

  /// A constant and an addition at 0 and 1, then the load or store at the sum.
  u32 fuse_address(const RegOp& sum, u32 constant) {
    if (!is_operand(sum.dst) || !can_fuse(2) || !has_mem0()) return 0;
    const RegOp& o = op(2);
    if (memory_handler(o.op, Form::mem0_add) == nullptr || o.a != sum.dst || o.b == sum.dst || o.c != 0 || o.imm != 0) return 0;
    offset_ = o.offset;
    bool is_load = o.dst != no_slot;
    emit(memory_handler(o.op, Form::mem0_add), is_load ? o.dst : sum.a, is_load ? sum.a : o.b, constant);
    return 3;
  }
  /// An addition of two slots, then the load at the sum.
  u32 fuse_address(const RegOp& sum) {
    if (!is_operand(sum.dst) || !can_fuse(1) || !has_mem0()) return 0;
    const RegOp& o = op(1);
    if (memory_handler(o.op, Form::mem0_add2) == nullptr || o.a != sum.dst || o.c != 0 || o.imm > 0xffff) return 0;
    offset_ = o.offset;
    emit(memory_handler(o.op, Form::mem0_add2), o.dst, sum.a, sum.b | static_cast<u32>(o.imm) << 16);
    return 2;
  }
  /// A constant and its addition to a local at 0 and 1, then a comparison of the local and the branch on it.
  u32 fuse_step(const RegOp& sum, u32 constant) {
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
    emit(branch_handler(test, has_constant ? Form::step_ri : Form::step_rr), counter, other, constant);
    fixups_.push_back({here() - 1, static_cast<u32>(branch.imm), Reach::unit});
    emit_unit().word = other_constant << 32;
    return next + 1;
  }

  /// A comparison at `ahead`, any number of i32.eqz on it, and the branch on that; 0 if there is none. The count starts at `ahead`.
  u32 fuse_branch(const RegOp& test, u32 ahead, Form form, u32 constant) {
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
    if (form == Form::br_ri) {
      // No operation takes more than four units, so that this many of them are within reach of 16 bits.
      if (std::max(target, at_) - std::min(target, at_) > 8000) return 0;
      emit(branch_handler(test.op, on_zero ? Form::brz_ri : Form::br_ri), test.a, 0, constant);
      fixups_.push_back({here() - 1, target, Reach::b});
    } else {
      emit(branch_handler(test.op, on_zero ? Form::brz_rr : Form::br_rr), test.a, test.b == no_slot ? 0 : test.b, 0);
      fixups_.push_back({here() - 1, target, Reach::c});
    }
    return next - ahead + 1;
  }

  void access(const RegOp& o) {
    if (o.imm > 0xffff'ffff) {
      // Beyond any 32-bit memory.
      emit(&trap<TrapCode::out_of_bounds_memory_access>);
      return;
    }
    bool is_load = o.dst != no_slot;
    bool is_mem0 = o.c == 0 && has_mem0();
    Handler h = memory_handler(o.op, is_mem0 ? Form::mem0 : Form::any_mem);
    if (is_load) {
      emit(h, o.dst, o.a, static_cast<u32>(o.imm));
    } else {
      emit(h, o.a, o.b, static_cast<u32>(o.imm));
    }
    if (!is_mem0) emit_pointer(inst_.mems[o.c]);
  }

  void helper(const RegOp& o, Handler h) {
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

  u32 control(const RegOp& o) {
    switch (o.op) {
      case Opcode::unreachable: emit(&trap<TrapCode::unreachable>); return 1;
      case Opcode::loop:
        if (is_metered_) emit(&use_fuel).c = static_cast<u32>(std::min<std::uint64_t>(o.imm, 0xffff'ffff));
        return 1;
      case Opcode::local_get:
        if (can_fuse(1) && op(1).op == Opcode::local_get) {
          emit(&move2, o.dst, o.a, op(1).dst | op(1).a << 16);
          return 2;
        }
        emit(&move, o.dst, o.a, 0);
        return 1;
      case Opcode::global_get:
        emit(&global_get, o.dst, 0, 0);
        emit_pointer(&inst_.globals[o.imm]->bits);
        return 1;
      case Opcode::global_set:
        emit(&global_set, o.a, 0, 0);
        emit_pointer(&inst_.globals[o.imm]->bits);
        return 1;
      case Opcode::select: emit(&interp::select, o.dst, o.a, o.b | o.c << 16); return 1;
      case Opcode::ref_is_null: emit(&ref_is_null, o.dst, o.a, 0); return 1;
      case Opcode::ref_func: {
        RegOp k = o;
        k.imm = Ref{inst_.func_addrs[o.imm].value} + 1;
        emit_const(k);
        return 1;
      }
      case Opcode::br: return jump_to(o.imm <= at_ ? &jump_back : &jump, 0, o.imm);
      case Opcode::br_if: return jump_to(&jump_if, o.a, o.imm);
      case Opcode::if_: return jump_to(&jump_if_zero, o.a, o.imm);
      case Opcode::br_table:
        emit(&jump_table, o.a, 0, o.b);
        tables_.push_back({here() - 1, at_, Reach::unit});
        emit_pointer(&out_.table[o.imm]);
        return 1;
      case Opcode::return_:
        emit(in_.results == 0 ? &return_none : in_.results == 1 ? &return_one : &return_many, o.a == no_slot ? 0 : o.a, in_.results, in_.header);
        return 1;
      case Opcode::call: {
        const FuncInst* callee = inst_.funcs[o.imm];
        bool is_foreign = callee->instance != &inst_;
        emit(is_foreign ? &call_foreign : &interp::call, o.a, callee->header, 0);
        emit_pointer(callee);
        if (is_foreign) emit_set_mem0();
        return 1;
      }
      case Opcode::call_indirect: {
        emit(&interp::call_indirect, o.a, o.b, 0);
        Inst& unit = emit_unit();
        unit.pointer = inst_.tables[o.c];
        unit.word2 = type_id(static_cast<u32>(o.imm));
        emit_pointer(&inst_);
        emit_set_mem0();
        return 1;
      }
      default: check_failed("an operation of register code", __FILE__, __LINE__);
    }
  }
  u32 jump_to(Handler h, u32 a, std::uint64_t target) {
    emit(h, a, 0, 0);
    fixups_.push_back({here() - 1, static_cast<u32>(target), Reach::c});
    return 1;
  }
  void emit_set_mem0() { emit(&set_mem0).pointer2 = func_.mem0; }
  [[nodiscard]] std::uint64_t type_id(u32 type) const { return inst_.type_ids[type]; }

  void resolve() {
    positions_[in_.ops.size()] = here();
    for (const Fixup& f : fixups_) {
      auto distance = static_cast<std::int32_t>(positions_[f.target]) - static_cast<std::int32_t>(f.inst);
      switch (f.reach) {
        case Reach::b:
          WCOMP_CHECK(distance == static_cast<std::int16_t>(distance));
          out_.insts[f.inst].b = static_cast<u16>(distance);
          break;
        case Reach::c: out_.insts[f.inst].c = static_cast<u32>(distance); break;
        case Reach::unit: out_.insts[f.inst + 1].word |= static_cast<u32>(distance); break;
      }
    }
    for (const Fixup& t : tables_) {
      const RegOp& o = in_.ops[t.target];
      for (u32 i = 0; i < o.b; ++i) {
        out_.table[o.imm + i] = static_cast<std::int32_t>(positions_[in_.table[o.imm + i]]) - static_cast<std::int32_t>(t.inst);
      }
    }
  }

  const FuncInst& func_;
  ModuleInst& inst_;
  const RegisterCode& in_;
  bool is_metered_;
  u32 first_operand_;
  u32 at_ = 0;
  u32 offset_ = 0;
  Code out_;
  std::vector<u32> positions_;  ///< by operation: its first instruction
  std::vector<Fixup> fixups_;
  std::vector<Fixup> tables_;   ///< `target` is the br_table's operation
};

}  // namespace

Code translate(const FuncInst& f, const RegisterCode& code, bool is_metered) { return Translator(f, code, is_metered).translate(); }

}  // namespace wcomp::engine::interp
