// How `make_register_code` (see register_code.h) is built: one class whose functions are grouped in files - the body from its first instruction to
// its last (register_code.cpp), the operand stack (register_stack.cpp), blocks and branches (register_control.cpp), exceptions
// (register_exceptions.cpp), what each instruction becomes, calls among them (register_instructions.cpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/expr_reader.h"
#include "engine/register_code.h"

namespace wcomp::engine {

/// Makes the register code of one function after the other: what it needs for that is allocated once.
class RegisterBuilder {
 public:
  explicit RegisterBuilder(const core::Module& module) : module_(module) {}

  /// The error is frame_too_large.
  Result<void, Trap> build(core::FuncIdx f);
  /// Of the last function.
  [[nodiscard]] RegisterCode& code() { return code_; }

 private:
  using Opcode = core::Opcode;

  /// A place of wasm's operand stack: where its value is at the moment.
  struct Operand {
    enum class Kind : std::uint8_t { slot, local, constant, upper };  ///< upper: the second place of a v128, whose first one says what it is
    Kind kind = Kind::slot;
    bool is_wide = false;  ///< the next place is its upper half
    Opcode const_op{};
    std::uint32_t local = 0;        ///< its slot
    std::uint32_t below = no_slot;  ///< the next deeper place that stands for the same local
    std::uint64_t bits = 0;
  };

  /// What waits for the end of a block to be known.
  struct Fixup {
    enum class In : std::uint8_t { op, table, handler };
    In in = In::op;
    std::uint32_t index = 0;
    std::uint32_t next = no_slot;  ///< of the same block
  };

  /// A block whose exceptions somebody takes. Those opened later are further inside, or apart.
  using Region = std::uint32_t;
  static constexpr Region no_region = 0;

  struct Control {
    Opcode kind{};  ///< block, loop, if_, try_table, try_, catch_; block for the function itself
    std::uint32_t height = 0;  ///< places below its parameters
    std::uint32_t params = 0, results = 0;  ///< places
    core::BlockType type;
    std::uint32_t start = 0;   ///< loop: the operation to go back to
    std::uint32_t else_jump = no_slot;
    std::uint64_t cost = 0;
    std::uint32_t exits = no_slot;  ///< the last of its fixups
    Region region = no_region;        ///< while its exceptions are its own: try_table; try_ up to the first catch
    std::uint32_t body_begin = 0, body_end = 0;  ///< of the region
    Region caught = no_region;        ///< catch_: the region it catches for
    std::uint32_t first_handler = 0, handlers = 0;  ///< try_table: its own; catch_: the one that is being read
  };

  void reset(core::FuncIdx f);
  /// Where every local is, if they are not all as wide as their index says.
  void find_wide_locals(const core::FuncType& type);
  [[nodiscard]] std::uint32_t local_slot(std::uint32_t local) const { return local_slots_.empty() ? local : local_slots_[local]; }
  [[nodiscard]] bool is_wide_global(std::uint32_t global) const { return module_.global_types[global].type == core::ValType::v128; }
  [[nodiscard]] bool is_wide_local(std::uint32_t local) const { return !local_slots_.empty() && local_slots_[local + 1] - local_slots_[local] == 2; }

  static bool is_jump(Opcode op) {
    return op == Opcode::br || op == Opcode::br_if || op == Opcode::if_ || op == Opcode::br_on_null || op == Opcode::br_on_non_null;
  }

  // --- operations ---
  [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(code_.ops.size()); }
  RegOp& emit(Opcode op) {
    // Branches copy as many values as their label has, so a small body could ask for a very large code.
    if (code_.ops.size() > max_ops_) is_too_large_ = true;
    RegOp& r = code_.ops.emplace_back();
    r.op = op;
    r.offset = offset_;
    return r;
  }
  void emit_copy(std::uint32_t dst, std::uint32_t src, bool is_wide) {
    RegOp& r = emit(Opcode::local_get);
    r.dst = dst;
    r.a = src;
    r.is_wide = is_wide;
  }
  void emit_const(std::uint32_t dst, Opcode op, std::uint64_t bits) {
    RegOp& r = emit(op);
    r.dst = dst;
    r.imm = bits;
  }
  /// From here on code can be reached otherwise than from the operation before.
  void mark_label() { last_label_ = here(); }

  // --- operand stack ---
  [[nodiscard]] std::uint32_t height() const { return static_cast<std::uint32_t>(stack_.size()); }
  [[nodiscard]] std::uint32_t slot_of(std::uint32_t place) const { return code_.header + header_slots + place; }
  Operand& push_operand() {
    stack_.emplace_back();
    if (height() > max_height_) max_height_ = height();
    if (code_.header + header_slots + max_height_ > max_frame_slots) is_too_large_ = true;
    return stack_.back();
  }
  /// The second place of the v128 on top.
  void push_upper() {
    stack_.back().is_wide = true;
    push_operand().kind = Operand::Kind::upper;
  }
  /// A place whose value an operation writes; its slot.
  std::uint32_t push() {
    push_operand();
    return slot_of(height() - 1);
  }
  std::uint32_t push_wide() {
    std::uint32_t slot = push();
    push_upper();
    return slot;
  }
  std::uint32_t push(core::ValType t) { return t == core::ValType::v128 ? push_wide() : push(); }
  void push(std::span<const core::ValType> types) {
    for (core::ValType t : types) push(t);
  }
  void push_local(std::uint32_t slot, bool is_wide) {
    Operand& o = push_operand();
    o.kind = Operand::Kind::local;
    o.local = slot;
    o.below = std::exchange(first_of_local_[slot], height() - 1);
    if (is_wide) push_upper();
  }
  void push_const(Opcode op, std::uint64_t bits) {
    Operand& o = push_operand();
    o.kind = Operand::Kind::constant;
    o.const_op = op;
    o.bits = bits;
    if (op == Opcode::v128_const) push_upper();
  }
  /// The immediate's index.
  std::uint64_t add_vector(const std::array<std::uint8_t, 16>& bytes) {
    code_.vectors.push_back(bytes);
    return code_.vectors.size() - 1;
  }
  /// The value on top, whole; it was at the place that is the height then.
  Operand pop() {
    if (stack_.back().kind == Operand::Kind::upper) stack_.pop_back();
    Operand o = stack_.back();
    if (o.kind == Operand::Kind::local) first_of_local_[o.local] = o.below;
    stack_.pop_back();
    flushed_ = std::min(flushed_, height());
    return o;
  }
  void pop_to(std::uint32_t place) {
    while (height() > place) pop();
  }
  /// Gives a place its value in its own slot. Of the places that stand for one local, the highest has to come first.
  void flush(std::uint32_t place);
  void flush_all();
  void flush_top(std::uint32_t n);
  /// The slot to read a popped place from; `place` is where it was.
  std::uint32_t slot_for(const Operand& o, std::uint32_t place);
  std::uint32_t pop_slot() {
    Operand o = pop();
    return slot_for(o, height());
  }
  /// Slots of the `n` top values, deepest first; whether the deepest is wide.
  bool pop_slots(std::uint32_t n, std::uint32_t* slots);
  void set_local(std::uint32_t local, bool keeps_value);

  // --- control ---
  [[nodiscard]] std::span<const core::ValType> params_of(const Control& c) const;
  [[nodiscard]] std::span<const core::ValType> results_of(const Control& c) const;
  void block_arity(const core::BlockType& t, Control& c) const;
  [[nodiscard]] static std::uint32_t label_arity(const Control& c) { return c.kind == Opcode::loop ? c.params : c.results; }
  Control& label(std::uint32_t depth) { return controls_[controls_.size() - 1 - depth]; }
  [[nodiscard]] bool is_function(const Control& c) const { return &c == controls_.data(); }

  void open(const core::Instr& in);
  void else_branch();
  void close();
  void add_exit(Control& c, Fixup::In in, std::uint32_t index) {
    fixups_.push_back({in, index, c.exits});
    c.exits = static_cast<std::uint32_t>(fixups_.size() - 1);
  }

  /// A jump to a label whose values are in their places.
  void jump_to(Control& c);
  /// Whether the label's values are where it wants them.
  [[nodiscard]] bool is_in_place(const Control& c) const;
  /// Copies the top places to where a label wants them, without changing what the places are: code that goes on may need them.
  void move_to(std::uint32_t to, std::uint32_t n);
  /// Everything that has to happen when a branch to the label is taken, without popping.
  void branch(Control& c);
  void emit_return();
  void branch_if(std::uint32_t depth);
  void branch_table(const std::vector<std::uint32_t>& depths);
  /// `test` jumps to the label; `inverse` is the branch that jumps where `test` does not. The label's values are on top.
  void branch_on(Opcode test, Opcode inverse, std::uint32_t slot, std::uint32_t depth);
  void branch_on_null(std::uint32_t depth);
  void branch_on_non_null(std::uint32_t depth);

  // --- exceptions ---
  [[nodiscard]] const std::vector<core::ValType>& tag_params(std::uint32_t tag) const { return module_.types[module_.tag_types[tag].type.value].params; }
  void throw_tag(std::uint32_t tag);
  void add_handler(const CatchHandler& h, Region region);
  /// After the block's own operands were counted off: labels of the clauses are those outside of it.
  void open_try_table(Control& c, const std::vector<core::Catch>& catches);
  void end_handlers(const Control& c);
  /// At the end of a body: handlers that return what they caught.
  void emit_catch_returns();
  /// A clause of the legacy `try`; the tag is any_tag for catch_all.
  void catch_clause(std::uint32_t tag);
  /// Gives the results of a block, or of a clause of a `try`, their places.
  void end_clause(const Control& c);
  void rethrow(std::uint32_t depth);
  /// The end of a `try` whose exceptions go on where the label is.
  void delegate(std::uint32_t depth);
  void finish_handlers();

  // --- instructions ---
  /// The operation, its arguments on top of the operand stack, which it takes.
  void emit_call(const core::FuncType& type, RegOp op);
  void call(const core::FuncType& type, RegOp op);
  /// The caller's frame is the callee's: nothing comes after.
  void tail_call(const core::FuncType& type, RegOp op);
  enum class Pushes : std::uint8_t { none, one, wide, like_first };
  /// An instruction that pops `n` operands to a, b, c in this order, and what it pushes.
  RegOp& compute(Opcode op, std::uint32_t n, Pushes pushes, std::uint64_t imm = 0, std::uint32_t c = no_slot);
  /// `compute` without vectors.
  void plain(Opcode op, std::uint32_t n, bool has_result, std::uint64_t imm = 0, std::uint32_t c = no_slot);
  /// `ii:i` as operands and whether there is a result.
  void by_signature(const core::Instr& in, std::uint64_t imm = 0, std::uint32_t c = no_slot);
  static std::uint64_t pair(std::uint32_t first, std::uint32_t second) { return first | std::uint64_t{second} << 32; }

  void instruction(const core::Instr& in);

  void read_body();
  /// Code that cannot be reached leaves nothing but its nesting.
  bool skip_dead(Opcode op);

  const core::Module& module_;
  const core::Func* func_ = nullptr;
  RegisterCode code_;
  std::vector<Operand> stack_;
  std::vector<std::uint32_t> local_slots_;     ///< by index, and where they end; empty if no local is wide
  std::vector<std::uint32_t> first_of_local_;  ///< by slot: the highest place that stands for the local
  std::vector<Control> controls_;
  std::vector<Fixup> fixups_;
  std::vector<Region> handler_regions_;       ///< by handler
  std::vector<std::uint32_t> returns_;        ///< handlers that return
  Region regions_ = no_region;
  std::uint32_t flushed_ = 0;  ///< places below are in their slots
  std::uint32_t max_height_ = 0;
  std::uint32_t last_label_ = 0;
  std::uint32_t offset_ = 0;
  std::uint32_t dead_depth_ = 0;
  bool is_dead_ = false;
  bool is_too_large_ = false;
  std::size_t max_ops_ = 0;  ///< operations, and handlers
  bool has_one_result_ = false;
};

}  // namespace wcomp::engine
