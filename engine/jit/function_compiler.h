// How a function becomes code: one class. What each operation becomes: function_compiler.cpp, control and calls: compile_control.cpp, vectors and
// what helpers do: compile_rare.cpp; where values are: registers.cpp; stencils and what is patched: emit.cpp.
//
// Where values are. Every slot has its place in the frame. The locals that are used most, weighed by how deep in loops, are pinned: each has a
// register of its own in the whole function. Other values are in registers from where they are made to where they are read, or to
// the next label; an operand is written to its slot only if a label, a branch or a call comes in between, or registers run out.
// Constants are nowhere until somebody wants them in a register or slot.
//
// At labels: every pinned local is in its register (and perhaps nowhere else), everything else in its slot.
// At calls: everything is in slots; registers are anything afterwards. A pinned local is read back when it is used, or before the next label.
//
// An i32 in a register whose upper half is known to be zero is `narrow`: only such a register may be an address. A v128 is in one of the registers
// of floats and goes by the first of its two slots; the second is never anywhere by itself.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/jit/assembler.h"
#include "engine/jit/context.h"
#include "engine/jit/jit.h"
#include "engine/jit/places.h"
#include "engine/jit/stencil_table.h"
#include "engine/register_builder.h"

namespace wcomp::engine::jit {

/// What the functions of a module have in common while they are compiled.
struct ModuleBuild {
  const core::Module& module;
  CodeObject& out;
  struct CallFixup {
    std::uint32_t field;
    std::uint32_t func;
  };
  std::vector<CallFixup> calls;

  // Cells of the context.
  [[nodiscard]] std::uint32_t global_cell(std::uint64_t i) const { return cell_offset(static_cast<std::uint32_t>(i)); }
  [[nodiscard]] std::uint32_t table_cell(std::uint32_t i) const { return cell_offset(static_cast<std::uint32_t>(module.global_types.size()) + i); }
  [[nodiscard]] std::uint32_t memory_cell(std::uint32_t i) const {
    return cell_offset(static_cast<std::uint32_t>(module.global_types.size() + module.table_types.size()) + i);
  }
};

class FunctionCompiler {
 public:
  FunctionCompiler(ModuleBuild& build, const StencilTable& table)
      : build_(build), out_(build.out), table_(table), assembler_(make_assembler(table.target, build.out.code)), as_(*assembler_), builder_(build.module) {}

  void compile(core::FuncIdx f);
  /// All calls of functions that were open are. False: one is too far away.
  [[nodiscard]] bool link_calls();

 private:
  using Opcode = core::Opcode;
  using u8 = std::uint8_t;
  using u32 = std::uint32_t;
  using u64 = std::uint64_t;

  enum class Kind : u8 { i32, i64, f32, f64, wide };
  static bool is_float(Kind k) { return k == Kind::f32 || k == Kind::f64; }
  /// Whether its registers are those of floats and vectors.
  static bool wants_float(Kind k) { return k != Kind::i32 && k != Kind::i64; }
  static Kind kind_of(core::ValType t);
  static Kind kind_of(char letter);

  // --- where values are (registers.cpp) ---
  static constexpr u8 in_memory = 0, in_int = 1, in_float = in_int + int_registers, is_constant = in_float + float_registers;
  struct Register {
    u32 slot = no_slot;
    bool is_pinned = false;
    bool is_valid = false;  ///< pinned: it has the value; its slot has it otherwise
    bool is_dirty = false;  ///< the slot has not
    bool is_locked = false; ///< the operation at hand uses it
    bool is_narrow = false; ///< the upper half is zero (floats: the value is an f32)
    bool is_wide = false;   ///< a v128: the slot is the first of its two
  };
  static constexpr int registers = int_registers + float_registers;
  static bool is_float_register(int r) { return r >= int_registers; }
  [[nodiscard]] bool is_operand(u32 slot) const { return slot != no_slot && slot >= first_operand_; }
  [[nodiscard]] bool is_in_register(u32 slot) const { return where_[slot] >= in_int && where_[slot] < is_constant; }
  [[nodiscard]] int register_of(u32 slot) const { return where_[slot] - in_int; }
  [[nodiscard]] bool is_known(u32 slot) const { return where_[slot] == is_constant; }
  void choose_pinned(core::FuncIdx f);
  /// A register that nothing needs any more, locked.
  int allocate(bool in_float_register);
  void unlock_all();
  /// Forgets where the slot's value is, which is worth nothing any more.
  void forget(u32 slot);
  /// Likewise for a slot that gets a value of the kind: also what overlaps it.
  void forget_for(u32 slot, Kind kind);
  /// An operand was read: it is not read again, unless its slot has it.
  void release(u32 slot);
  void write_back(int r);
  static Pseudo load_of(Kind kind);
  void load_pinned(int r);
  /// The register that has the value of the slot, which is loaded if need be; locked.
  int use(u32 slot, Kind kind);
  /// Likewise, narrow.
  int use_address(u32 slot, bool is_64);
  /// Where a result goes; `preferred` (or -1) may be a register that was released. Locked. `finish` has to be called after the code that writes it.
  int define(u32 slot, Kind kind, int preferred_a, int preferred_b);
  void finish(u32 slot, int r, Kind kind);
  /// The slot has its value in memory, and nowhere else than there and in clean registers.
  void to_memory(u32 slot);
  /// Memory got a new value for the slot.
  void written(u32 slot, Kind kind);
  /// Everything but pinned locals is in slots; those are in registers.
  void settle();
  /// Nothing is known of values any more but of pinned locals; what its slot has not is lost.
  void drop_cached();
  /// Before a label: `settle`, and nothing is in registers any more but pinned locals.
  void begin_label();
  /// Before a call.
  void spill_all();
  /// Nothing comes here from the operation before.
  void after_jump();
  void load_constant(int r, u64 bits);
  void store_constant(u32 slot, u64 bits);
  void move(int to, int from, bool is_narrow);

  // --- stencils (emit.cpp) ---
  struct Holes {
    std::array<u8, 7> reg{};  ///< the processor's numbers of D, A, B, C; a count; what comes of the count, see Field
    u64 constant = 0, constant2 = 0;
    std::array<u32, 4> slots{};
    u32 target = 0;           ///< operation
    std::array<u32, 2> vectors{};  ///< indices into data_
  };
  static u8 code_of(int r) { return is_float_register(r) ? static_cast<u8>(r - int_registers) : int_codes[r]; }
  static Holes regs(int d, int a = -1, int b = -1, int c = -1) {
    Holes h;
    if (d != -1) h.reg[0] = code_of(d);
    if (a != -1) h.reg[1] = code_of(a);
    if (b != -1) h.reg[2] = code_of(b);
    if (c != -1) h.reg[3] = code_of(c);
    return h;
  }
  [[nodiscard]] const Stencil* find_stencil(Opcode op, Form form) const { return table_.find(static_cast<std::uint16_t>(op), form); }
  [[nodiscard]] const Stencil* find_stencil(Pseudo op, Form form) const { return table_.find(static_cast<std::uint16_t>(op), form); }
  void emit(const Stencil* s, const Holes& holes);
  void emit_x86_64(const Stencil& s, const Holes& holes);   // x86_64/emit.cpp
  void emit_aarch64(const Stencil& s, const Holes& holes);  // aarch64/emit.cpp
  /// A jump out of a stencil, whose field is open: what the hole says; `end` is where the stencil ends.
  void leave(Hole hole, u32 field, const Holes& holes, u32 end);
  [[nodiscard]] static u64 value_of(Hole hole, const Holes& holes);
  void emit(Pseudo op, Form form, const Holes& holes) { emit(find_stencil(op, form), holes); }
  /// Whether all constants of the stencil have room for it.
  [[nodiscard]] bool takes(const Stencil& s, u64 constant) const;
  u32 add_data(const void* bytes, u32 size, u32 alignment);
  u32 add_record(const Record& r);
  /// A helper does the operation: what it reads and writes is in slots.
  void call_helper(const Record& r);
  /// A constant of a stencil, among the data of the function.
  u32 literal(u8 index);
  /// What `make` appends, which returns the field that it leaves open, names the data.
  template <class F>
  void refer(u32 data, std::int32_t addend, F make) {
    const u32 placed = is_data_inline_ ? put_inline(data) : no_slot;
    const u32 field = make();
    if (is_data_inline_) as_.link(field, placed, addend);
    else data_fixups_.push_back({field, data, addend});
  }
  u32 put_inline(u32 data);
  void refer_helper(u32 record) {
    refer(record, -4, [&] { return as_.call_helper(); });
  }
  void compile_body(core::FuncIdx f, bool can_be_compiled);
  void finish_code();
  void mark_place(u32 offset);

  // --- operations ---
  [[nodiscard]] const RegOp& op(u32 ahead = 0) const { return in_->ops[at_ + ahead]; }
  [[nodiscard]] bool can_fuse(u32 ahead) const { return at_ + ahead < in_->ops.size() && !op(ahead).is_target && !is_made_canonical(op(ahead - 1).op); }
  [[nodiscard]] bool is_made_canonical(Opcode o) const;
  void make_canonical(const RegOp& o);
  void enter();
  /// How many operations were compiled.
  u32 operation();
  u32 numeric(const RegOp& o);
  void unary(const RegOp& o);
  void binary(const RegOp& o);
  void by_slots(const RegOp& o, Form form);
  u32 fuse_shift(const RegOp& o);
  u32 fuse_branch(const RegOp& o);
  void constant(u32 dst, u64 bits, Kind kind);
  void copy(const RegOp& o);
  void select(const RegOp& o);
  void access(const RegOp& o);
  [[nodiscard]] bool is_64(u32 memory) const { return build_.module.mem_types[memory].limits.is_64; }
  void global(const RegOp& o);
  u32 control(const RegOp& o);
  void branch(Opcode test, Form if_true, u32 a, u32 b, u32 target);
  void jump(u32 target);
  void jump_table(const RegOp& o);
  void return_from(const RegOp& o);
  void call(const RegOp& o);
  /// Looks for the call of another instance's function that is made in the function's own frame (context.h): its arguments are the first locals as they
  /// are, what comes after it reads nothing of the frame but the result, and returns that.
  void find_forward(RegisterCode& code);
  [[nodiscard]] static bool returns_result(const RegisterCode& code, u32 call);
  /// Makes it, in place of the copies of the arguments and the call.
  u32 forward();
  void tail_call(const RegOp& o);
  /// The last register names the callee.
  void resolve(const RegOp& o);
  void move_arguments(u32 from, u32 count);
  bool vector(const RegOp& o);
  /// A stencil that makes its result of one of its operands, in that one's register.
  struct VectorChange {
    const Stencil* stencil = nullptr;
    u32 changed = no_slot, other = no_slot, third = no_slot;
    Kind other_kind = Kind::wide;
    bool is_second = false;  ///< the hole of what is changed is B, and A that of the other
  };
  void change_vector(const RegOp& o, VectorChange change, Holes h);
  void shuffle(const RegOp& o);
  void helper(const RegOp& o);
  void place_handlers();

  ModuleBuild& build_;
  CodeObject& out_;
  const StencilTable& table_;
  std::unique_ptr<Assembler> assembler_;
  Assembler& as_;
  RegisterBuilder builder_;
  const RegisterCode* in_ = nullptr;
  u32 func_begin_ = 0;
  u32 first_operand_ = 0;
  u32 at_ = 0;
  u32 offset_ = 0;  ///< of the operation at hand
  bool is_foreign_caller_ = false;  ///< it calls into other instances, which need a frame of their own
  u32 forward_begin_ = no_slot;     ///< operations: the first copy of an argument for the call in the function's own frame, and that call
  u32 forward_call_ = no_slot;
  Kind first_kind_{};               ///< of the first local
  std::array<Register, registers> regs_{};
  std::array<bool, registers> is_ever_written_{};  ///< pinned locals
  std::vector<u8> where_;       ///< by slot
  std::vector<Kind> kinds_;     ///< by slot: what was there last, as far as it is known
  std::vector<u64> constants_;  ///< by slot
  std::vector<u32> constant_slots_;
  // While locals are chosen that are pinned.
  std::vector<std::int32_t> depth_changes_;  ///< by operation
  std::vector<u32> loop_ends_;
  std::vector<u64> weights_;                 ///< by local
  std::vector<u8> is_written_;
  std::vector<u32> order_;
  std::array<int, 2> next_victim_{};  ///< of integers, of floats

  struct JumpFixup {
    u32 field;
    u32 target;
  };
  struct ColdFixup {
    u32 field;
    u32 offset;  ///< of the wasm instruction
    u32 record;  ///< in data_
    u32 back;    ///< where to go on, or no_slot
  };
  struct DataFixup {
    u32 field;
    u32 data;    ///< index into data_
    std::int32_t addend;
  };
  struct Data {
    u32 at, size;          ///< in data_bytes_
    u32 placed = no_slot;  ///< in the code, where that is known before the function's end
  };
  struct Table {
    u32 data, first, count;  ///< entries of RegisterCode::table
  };
  std::vector<u32> positions_;
  std::vector<JumpFixup> jumps_;
  std::vector<ColdFixup> cold_;
  std::vector<DataFixup> data_fixups_;
  std::vector<Data> data_;
  std::vector<u8> data_bytes_;
  std::vector<u32> literals_;  ///< in data_, by index of the stencils' constants
  bool is_data_inline_ = false;  ///< the function is so large that its end cannot be named: data lies where it is used, and is jumped over
  std::vector<Table> tables_;
  std::vector<Place> places_;
  std::array<u32, 16> trap_records_{};
};

}  // namespace wcomp::engine::jit
