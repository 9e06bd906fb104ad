// How `translate` (see translate.h) is built: one class. What an operation becomes: translate.cpp, translate_calls.cpp, translate_vector.cpp;
// what becomes one instruction: fuse.cpp, fuse_vector.cpp; instructions and who takes what from the accumulators: emit.cpp.
#pragma once

#include <string_view>

#include "core/nan.h"
#include "engine/interp/control_handlers.h"
#include "engine/interp/translate.h"

namespace wcomp::engine::interp {

class Translator {
 public:
  Translator(const FuncInst& f, const RegisterCode& in, bool is_metered, bool is_deterministic)
      : func_(f), inst_(*f.instance), in_(in), is_metered_(is_metered), is_deterministic_(is_deterministic), first_operand_(in.header + header_slots) {}

  Code translate();

 private:
  using Opcode = core::Opcode;
  using u16 = std::uint16_t;
  using u32 = std::uint32_t;

  enum class Reach : std::uint8_t { b, c, unit };  ///< where the distance goes
  struct Fixup {
    u32 inst;
    u32 target;
    Reach reach;
  };

  // --- instructions ---
  [[nodiscard]] u32 here() const { return static_cast<u32>(out_.insts.size()); }
  static u16 slot(u32 s) { return static_cast<u16>(s); }
  Inst& emit(Handler h) {
    WCOMP_CHECK(h != nullptr);
    out_.offsets.push_back(offset_);
    is_head_.push_back(true);
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
    is_head_.push_back(false);
    return out_.insts.emplace_back();
  }
  void emit_pointer(const void* p) { emit_unit().pointer = p; }

  // --- the accumulators ---
  /// What the accumulators hold when the next instruction runs.
  struct Held {
    u32 slot = no_slot;      ///< the slot whose value it is
    bool is_float = false;
    u32 inst = 0;            ///< what made it
    Handler kept_out = nullptr;  ///< its handler that leaves the slot alone, if it has one
  };
  /// The instruction just emitted, which makes the value of `slot`.
  void hold(u32 slot, bool is_float, Handler kept_out = nullptr) {
    held_ = {slot, is_float, here() - 1, kept_out};
    is_kept_ = true;
  }
  /// The instruction just emitted leaves the accumulators and the slot alone. (Not for branches: a place of the operand stack may be read both
  /// where a branch is taken and where it is not.)
  void keep() { is_kept_ = true; }
  void keep_local() { is_kept_ = !is_operand(held_.slot); }
  [[nodiscard]] bool is_held(u32 s, bool is_float = false) const { return s != no_slot && held_.slot == s && held_.is_float == is_float; }
  /// The next instruction takes the value from the accumulator. Nobody else reads a place of the operand stack: it need not go there.
  void take_held();
  void emit_numeric(Opcode op, u32 dst, u32 a, u32 b) { emit_numeric(op, dst, a, b, From::slot, From::slot); }
  /// An operand that is a constant is given as such.
  void emit_numeric(Opcode op, u32 dst, u32 a, u32 b, From first, From second);
  void emit_load(Opcode op, u32 dst, Address address, u32 slot, u32 c);
  /// A constant value is in `value`; the value's slot otherwise. Leaves the accumulators as they are.
  void emit_store(Opcode op, Address address, u32 slot, From from, u32 value, u32 c);
  void emit_branch(Opcode test, u32 a, u32 b, From second, bool on_zero);
  /// `with_slot`, or `with_acc` if that has the operand; what else is in the instruction is for the caller to fill in.
  Inst& emit_with(u32 operand, Handler with_slot, Handler with_acc);
  static std::string_view signature(Opcode op) { return core::find_opcode(static_cast<u16>(op))->signature; }
  static bool is_float(char letter) { return letter == 'f' || letter == 'F'; }
  static bool takes_float(Opcode op, std::size_t operand) { return is_float(signature(op)[operand]); }
  static bool gives_float(Opcode op) { return is_float(signature(op).back()); }

  // --- looking ahead ---
  [[nodiscard]] const RegOp& op(u32 ahead = 0) const { return in_.ops[at_ + ahead]; }
  /// The operation `ahead` exists, no branch comes to it and nothing comes between it and the one before.
  [[nodiscard]] bool can_fuse(u32 ahead) const { return at_ + ahead < in_.ops.size() && !op(ahead).is_target && !is_made_canonical(op(ahead - 1).op); }
  /// What an operation gives has to be made canonical before anyone sees it.
  [[nodiscard]] bool is_made_canonical(Opcode o) const { return is_deterministic_ && core::nan_lanes(o) != core::NanLanes::none; }
  void make_canonical(const RegOp& o);
  /// A place of the operand stack, whose value is gone once it has been read.
  [[nodiscard]] bool is_operand(u32 s) const { return s != no_slot && s >= first_operand_; }
  /// The constant as 32 bits, which widening gives back.
  static bool fits_32(const RegOp& k) {
    if (k.op == Opcode::i32_const) return true;
    auto v = static_cast<std::int64_t>(k.imm);
    return k.op == Opcode::i64_const && v == static_cast<std::int32_t>(v);
  }
  [[nodiscard]] bool has_mem0() const { return func_.mem0 != nullptr; }

  // --- operations: how many were translated ---
  /// Emits what `at_` and perhaps some operations after it do; how many they are.
  u32 operation();
  void next_operation();
  [[nodiscard]] u32 short_tail(u32 target) const;
  /// What a jump to a target leads to, here instead of the jump.
  bool copy_tail(u32 target);
  void emit_const(const RegOp& o);
  static bool is_const(Opcode op) {
    return op == Opcode::i32_const || op == Opcode::i64_const || op == Opcode::f32_const || op == Opcode::f64_const || op == Opcode::ref_null;
  }
  static bool is_access(Opcode op) { return load_handler(op, {}) != nullptr || store_handler(op, {}) != nullptr; }
  void access(const RegOp& o);
  void helper(const RegOp& o, Handler h);
  u32 control(const RegOp& o);
  // translate_vector.cpp: moves of vectors, and instructions on them; 0 if it is none.
  u32 wide(const RegOp& o);
  u32 vector(const RegOp& o);
  u32 vector_access(const RegOp& o);
  void emit_vector_access(const RegOp& o, Handler h, u32 address, u32 c);
  // translate_calls.cpp: tail calls, calls and branches by reference, throws; 0 if it is none.
  u32 call_or_throw(const RegOp& o);
  void place_handlers();
  void copy(const RegOp& o);
  u32 jump_to(Inst& jump, u32 a, std::uint64_t target);
  void emit_set_mem0() { emit(&set_mem0).pointer2 = func_.mem0; }
  [[nodiscard]] std::uint64_t type_id(u32 type) const { return inst_.type_ids[type]; }
  void resolve();

  // --- fusion: how many operations it took, or 0 if they are not of this kind ---
  /// A constant and the operation that takes it; 0 if that has no such form.
  u32 fuse_const();
  /// A constant and an addition at 0 and 1, then the load or store at the sum.
  u32 fuse_address(const RegOp& sum, u32 constant);
  /// An addition of two slots, then the load at the sum.
  u32 fuse_address(const RegOp& sum);
  /// fuse_vector.cpp: operations on vectors that begin with this one; a product at `ahead` and the sum that takes it; a load at `ahead` and what
  /// takes it; those behind a constant and an addition.
  u32 fuse_vector(const RegOp& o);
  u32 fuse_mul_add(u32 ahead, struct MulAddForm form, u32 x, u32 other);
  u32 fuse_vector_operand(u32 ahead, u32 address, u32 offset, bool wraps);
  /// The load at `ahead`, another one, their product and its sum.
  u32 fuse_dot(u32 ahead, u32 address, u32 offset, bool wraps);
  u32 fuse_vector_address(const RegOp& sum, u32 constant);
  /// A constant and a shift by it at 0 and 1, then the addition to a slot, and perhaps the load at the sum: an element of an array.
  u32 fuse_scaled(const RegOp& shift, u32 by);
  /// A load and the operation that takes what it loads.
  u32 fuse_operand(const RegOp& load);
  /// A constant and its addition to a local at 0 and 1, then a comparison of the local and the branch on it.
  u32 fuse_step(const RegOp& sum, u32 constant);
  /// A comparison at `ahead`, any number of i32.eqz on it, and the branch on that; 0 if there is none. The count starts at `ahead`.
  u32 fuse_branch(const RegOp& test, u32 ahead, From second, u32 constant);

  const FuncInst& func_;
  ModuleInst& inst_;
  const RegisterCode& in_;
  bool is_metered_;
  bool is_deterministic_;
  u32 first_operand_;
  u32 at_ = 0;
  u32 offset_ = 0;
  Held held_;
  u32 copied_ = 0;          ///< operations by copy_tail
  bool is_in_copy_ = false;
  bool is_kept_ = false;  ///< by the operation just translated
  Code out_;
  std::vector<std::uint8_t> is_head_;  ///< by unit of `out_.insts`: an instruction begins here
  std::vector<u32> positions_;  ///< by operation: its first instruction
  std::vector<Fixup> fixups_;
};

}  // namespace wcomp::engine::interp
