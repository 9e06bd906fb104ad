#include "engine/register_code.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/expr_reader.h"

namespace wcomp::engine {
namespace {

using core::Opcode;

/// A place of wasm's operand stack: where its value is at the moment.
struct Operand {
  enum class Kind : std::uint8_t { slot, local, constant };
  Kind kind = Kind::slot;
  Opcode const_op{};
  std::uint32_t local = 0;
  std::uint32_t below = no_slot;  ///< the next deeper place that stands for the same local
  std::uint64_t bits = 0;
};

struct Fixup {
  bool is_in_table = false;
  std::uint32_t index = 0;
};

struct Control {
  Opcode kind{};  ///< block, loop or if_; block for the function itself
  std::uint32_t height = 0;  ///< places below its parameters
  std::uint32_t params = 0, results = 0;
  std::uint32_t start = 0;   ///< loop: the operation to go back to
  std::uint32_t else_jump = no_slot;
  std::uint64_t cost = 0;
  std::vector<Fixup> exits;
};

class Builder {
 public:
  Builder(const core::Module& module, core::FuncIdx f) : module_(module), func_(module.funcs[f.value - module.imported_funcs]) {
    const core::FuncType& type = module.func_type(f);
    code_.params = static_cast<std::uint32_t>(type.params.size());
    code_.results = static_cast<std::uint32_t>(type.results.size());
    std::uint64_t locals = count_locals(module, f);
    is_too_large_ = std::max<std::uint64_t>(locals, code_.results) + header_slots > max_frame_slots;
    if (is_too_large_) return;
    code_.locals = static_cast<std::uint32_t>(locals);
    code_.header = std::max(code_.locals, code_.results);
    first_of_local_.assign(code_.locals, no_slot);
  }

  Result<RegisterCode, Trap> build() {
    if (!is_too_large_) read_body();
    if (is_too_large_) {
      return Err(Trap(TrapCode::limit_exceeded, fmt::format("a function needs more than {} values in its frame, or moves too many", max_frame_slots)));
    }
    for (RegOp& op : code_.ops) {
      if (is_jump(op.op)) code_.ops[op.imm].is_target = true;
    }
    for (std::uint32_t target : code_.table) code_.ops[target].is_target = true;
    code_.frame = code_.header + header_slots + max_height_;
    return std::move(code_);
  }

 private:
  static bool is_jump(Opcode op) { return op == Opcode::br || op == Opcode::br_if || op == Opcode::if_; }

  // --- operations ---
  [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(code_.ops.size()); }
  RegOp& emit(Opcode op) {
    // Branches copy as many values as their label has, so a small body could ask for a very large code.
    if (code_.ops.size() > 64 * func_.body.code.size() + 4096) is_too_large_ = true;
    RegOp& r = code_.ops.emplace_back();
    r.op = op;
    r.offset = offset_;
    return r;
  }
  void emit_copy(std::uint32_t dst, std::uint32_t src) {
    RegOp& r = emit(Opcode::local_get);
    r.dst = dst;
    r.a = src;
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
  /// A place whose value an operation writes; its slot.
  std::uint32_t push() {
    push_operand();
    return slot_of(height() - 1);
  }
  void push_local(std::uint32_t local) {
    Operand& o = push_operand();
    o.kind = Operand::Kind::local;
    o.local = local;
    o.below = std::exchange(first_of_local_[local], height() - 1);
  }
  void push_const(Opcode op, std::uint64_t bits) {
    Operand& o = push_operand();
    o.kind = Operand::Kind::constant;
    o.const_op = op;
    o.bits = bits;
  }
  Operand pop() {
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
  void flush(std::uint32_t place) {
    Operand& o = stack_[place];
    if (o.kind == Operand::Kind::local) {
      first_of_local_[o.local] = o.below;
      emit_copy(slot_of(place), o.local);
    } else if (o.kind == Operand::Kind::constant) {
      emit_const(slot_of(place), o.const_op, o.bits);
    }
    o = {};
  }
  void flush_all() {
    for (std::uint32_t p = height(); p > flushed_; --p) flush(p - 1);
    flushed_ = height();
  }
  void flush_top(std::uint32_t n) {
    for (std::uint32_t i = 1; i <= n; ++i) flush(height() - i);
  }
  /// The slot to read a popped place from; `place` is where it was.
  std::uint32_t slot_for(const Operand& o, std::uint32_t place) {
    if (o.kind == Operand::Kind::local) return o.local;
    if (o.kind == Operand::Kind::constant) emit_const(slot_of(place), o.const_op, o.bits);
    return slot_of(place);
  }
  std::uint32_t pop_slot() {
    Operand o = pop();
    return slot_for(o, height());
  }
  /// Slots of the `n` top places, deepest first.
  void pop_slots(std::uint32_t n, std::uint32_t* slots) {
    Operand o[3];
    for (std::uint32_t i = n; i-- > 0;) o[i] = pop();
    for (std::uint32_t i = 0; i < n; ++i) slots[i] = slot_for(o[i], height() + i);
  }
  void set_local(std::uint32_t local, bool keeps_value) {
    Operand o = pop();
    std::uint32_t slot = slot_of(height());
    // Places that still mean the local's old value.
    while (first_of_local_[local] != no_slot) flush(first_of_local_[local]);
    if (o.kind == Operand::Kind::constant) {
      emit_const(local, o.const_op, o.bits);
    } else if (o.kind == Operand::Kind::local) {
      if (o.local != local) emit_copy(local, o.local);
    } else if (here() > last_label_ && !code_.ops.empty() && code_.ops.back().dst == slot) {
      code_.ops.back().dst = local;
    } else {
      emit_copy(local, slot);
    }
    if (keeps_value) push_local(local);
  }

  // --- control ---
  void block_arity(const core::BlockType& t, Control& c) const {
    if (t.kind == core::BlockType::Kind::value) c.results = 1;
    if (t.kind != core::BlockType::Kind::type) return;
    const core::FuncType& type = module_.types[t.type.value];
    c.params = static_cast<std::uint32_t>(type.params.size());
    c.results = static_cast<std::uint32_t>(type.results.size());
  }
  [[nodiscard]] static std::uint32_t label_arity(const Control& c) { return c.kind == Opcode::loop ? c.params : c.results; }
  Control& label(std::uint32_t depth) { return controls_[controls_.size() - 1 - depth]; }
  [[nodiscard]] bool is_function(const Control& c) const { return &c == controls_.data(); }

  void open(const core::Instr& in) {
    Control c;
    c.kind = in.opcode;
    block_arity(in.block_type, c);
    std::uint32_t condition = no_slot;
    if (in.opcode == Opcode::if_) {
      Operand o = pop();
      std::uint32_t place = height();
      flush_all();
      condition = slot_for(o, place);
    } else {
      flush_all();
    }
    c.height = height() - c.params;
    if (in.opcode == Opcode::loop) {
      mark_label();
      c.start = here();
      emit(Opcode::loop);
    } else if (in.opcode == Opcode::if_) {
      c.else_jump = here();
      emit(Opcode::if_).a = condition;
      mark_label();
    }
    controls_.push_back(std::move(c));
  }
  void else_branch() {
    Control& c = controls_.back();
    if (!is_dead_) {
      flush_all();
      jump_to(c);
    }
    code_.ops[c.else_jump].imm = here();
    c.else_jump = no_slot;
    mark_label();
    // The parameters are in their slots still: this branch runs only if the other did not.
    pop_to(c.height);
    for (std::uint32_t i = 0; i < c.params; ++i) push();
    flushed_ = height();
    is_dead_ = false;
  }
  void close() {
    Control& c = controls_.back();
    if (is_function(c)) {
      if (!is_dead_) emit_return();
    } else if (!is_dead_) {
      flush_all();
    }
    if (c.kind == Opcode::loop) {
      code_.ops[c.start].imm = c.cost;
    } else if (controls_.size() > 1) {
      controls_[controls_.size() - 2].cost += c.cost;
    } else {
      code_.cost = c.cost;
    }
    if (c.else_jump != no_slot) code_.ops[c.else_jump].imm = here();
    for (Fixup f : c.exits) {
      if (f.is_in_table) {
        code_.table[f.index] = here();
      } else {
        code_.ops[f.index].imm = here();
      }
    }
    mark_label();
    pop_to(c.height);
    for (std::uint32_t i = 0; i < c.results; ++i) push();
    flushed_ = height();
    is_dead_ = false;
    controls_.pop_back();
  }

  /// A jump to a label whose values are in their places.
  void jump_to(Control& c) {
    std::uint32_t at = here();
    emit(Opcode::br).imm = c.start;
    if (c.kind != Opcode::loop) c.exits.push_back({false, at});
  }
  /// Whether the label's values are where it wants them.
  [[nodiscard]] bool is_in_place(const Control& c) const {
    std::uint32_t n = label_arity(c);
    if (n == 0) return true;
    if (height() - n != c.height) return false;
    return std::all_of(stack_.end() - n, stack_.end(), [](const Operand& o) { return o.kind == Operand::Kind::slot; });
  }
  /// Copies the top places to where a label wants them, without changing what the places are: code that goes on may need them.
  void move_to(std::uint32_t to, std::uint32_t n) {
    for (std::uint32_t i = 0; i < n; ++i) {
      std::uint32_t place = height() - n + i;
      const Operand& o = stack_[place];
      if (o.kind == Operand::Kind::constant) {
        emit_const(slot_of(to + i), o.const_op, o.bits);
      } else if (std::uint32_t from = o.kind == Operand::Kind::local ? o.local : slot_of(place); from != slot_of(to + i)) {
        emit_copy(slot_of(to + i), from);
      }
    }
  }
  /// Everything that has to happen when a branch to the label is taken, without popping.
  void branch(Control& c) {
    if (is_function(c)) return emit_return();
    move_to(c.height, label_arity(c));
    jump_to(c);
  }
  void emit_return() {
    std::uint32_t n = code_.results;
    std::uint32_t first = no_slot;
    if (n == 1) {
      const Operand& o = stack_.back();
      first = o.kind == Operand::Kind::local ? o.local : slot_of(height() - 1);
      if (o.kind == Operand::Kind::constant) emit_const(first, o.const_op, o.bits);
    } else if (n > 1) {
      move_to(height() - n, n);
      first = slot_of(height() - n);
    }
    emit(Opcode::return_).a = first;
  }
  void branch_if(std::uint32_t depth) {
    std::uint32_t condition = pop_slot();
    Control& c = label(depth);
    std::uint32_t at = here();
    if (!is_function(c) && is_in_place(c)) {
      RegOp& r = emit(Opcode::br_if);
      r.a = condition;
      r.imm = c.start;
      if (c.kind != Opcode::loop) c.exits.push_back({false, at});
    } else {
      emit(Opcode::if_).a = condition;
      mark_label();
      branch(c);
      code_.ops[at].imm = here();
    }
    mark_label();
  }
  void branch_table(const std::vector<std::uint32_t>& depths) {
    std::uint32_t index = pop_slot();
    auto first = static_cast<std::uint32_t>(code_.table.size());
    RegOp& r = emit(Opcode::br_table);
    r.a = index;
    r.b = static_cast<std::uint32_t>(depths.size());
    r.imm = first;
    mark_label();
    code_.table.resize(first + depths.size());
    // Labels that need their values moved share a stretch of code that does it; it is made at the first use.
    std::map<std::uint32_t, std::uint32_t> stretches;
    for (std::uint32_t i = 0; i < depths.size() && !is_too_large_; ++i) {
      Control& c = label(depths[i]);
      if (!is_function(c) && is_in_place(c)) {
        code_.table[first + i] = c.start;
        if (c.kind != Opcode::loop) c.exits.push_back({true, first + i});
        continue;
      }
      auto [it, is_new] = stretches.try_emplace(depths[i], here());
      if (is_new) {
        mark_label();
        branch(c);
      }
      code_.table[first + i] = it->second;
    }
    mark_label();
    is_dead_ = true;
  }
  void call(std::uint32_t params, std::uint32_t results, RegOp op) {
    flush_top(params);
    pop_to(height() - params);
    op.a = slot_of(height());
    op.offset = offset_;
    code_.ops.push_back(op);
    for (std::uint32_t i = 0; i < results; ++i) push();
  }

  // --- instructions ---
  /// An instruction that pops `n` operands to a, b, c in this order and pushes a result if it `has_result`.
  void plain(Opcode op, std::uint32_t n, bool has_result, std::uint64_t imm = 0, std::uint32_t c = no_slot) {
    std::uint32_t slots[3] = {no_slot, no_slot, c};
    pop_slots(n, slots);
    std::uint32_t dst = has_result ? push() : no_slot;
    RegOp& r = emit(op);
    r.dst = dst;
    r.a = slots[0];
    r.b = slots[1];
    r.c = slots[2];
    r.imm = imm;
  }
  /// `ii:i` as operands and whether there is a result.
  void by_signature(const core::Instr& in, std::uint64_t imm = 0, std::uint32_t c = no_slot) {
    std::string_view s = in.row->signature;
    auto colon = s.find(':');
    plain(in.opcode, static_cast<std::uint32_t>(colon), colon + 1 < s.size(), imm, c);
  }
  static std::uint64_t pair(std::uint32_t first, std::uint32_t second) { return first | std::uint64_t{second} << 32; }

  void instruction(const core::Instr& in) {
    switch (in.opcode) {
      case Opcode::nop: return;
      case Opcode::unreachable:
        emit(in.opcode);
        is_dead_ = true;
        return;
      case Opcode::block:
      case Opcode::loop:
      case Opcode::if_: return open(in);
      case Opcode::else_: return else_branch();
      case Opcode::end: return close();
      case Opcode::br:
        branch(label(in.index));
        is_dead_ = true;
        return;
      case Opcode::br_if: return branch_if(in.index);
      case Opcode::br_table: return branch_table(in.labels);
      case Opcode::return_:
        emit_return();
        is_dead_ = true;
        return;
      case Opcode::call: {
        const core::FuncType& t = module_.func_type(core::FuncIdx(in.index));
        return call(static_cast<std::uint32_t>(t.params.size()), static_cast<std::uint32_t>(t.results.size()), {.op = in.opcode, .imm = in.index});
      }
      case Opcode::call_indirect: {
        const core::FuncType& t = module_.types[in.index];
        std::uint32_t index = pop_slot();
        return call(static_cast<std::uint32_t>(t.params.size()), static_cast<std::uint32_t>(t.results.size()),
                    {.op = in.opcode, .b = index, .c = in.index2, .imm = in.index});
      }
      case Opcode::drop: pop(); return;
      case Opcode::select:
      case Opcode::select_t: return plain(Opcode::select, 3, true);
      case Opcode::local_get: return push_local(in.index);
      case Opcode::local_set: return set_local(in.index, false);
      case Opcode::local_tee: return set_local(in.index, true);
      case Opcode::global_get:
      case Opcode::ref_func:
      case Opcode::table_size: return plain(in.opcode, 0, true, in.index);
      case Opcode::global_set: return plain(in.opcode, 1, false, in.index);
      case Opcode::ref_is_null: return plain(in.opcode, 1, true);
      case Opcode::table_get: return plain(in.opcode, 1, true, in.index);
      case Opcode::table_set: return plain(in.opcode, 2, false, in.index);
      case Opcode::table_grow: return plain(in.opcode, 2, true, in.index);
      case Opcode::table_fill: return plain(in.opcode, 3, false, in.index);
      case Opcode::i32_const:
      case Opcode::i64_const:
      case Opcode::f32_const:
      case Opcode::f64_const: return push_const(in.opcode, in.bits);
      case Opcode::ref_null: return push_const(in.opcode, 0);
      case Opcode::memory_size:
      case Opcode::memory_grow: return by_signature(in, 0, in.index);
      default: break;
    }
    switch (in.row->immediate) {
      case core::Immediate::mem_arg: return by_signature(in, in.mem_arg.offset, in.mem_arg.mem.value);
      case core::Immediate::mem_mem:
      case core::Immediate::data_mem:
      case core::Immediate::elem_table:
      case core::Immediate::table_table: return by_signature(in, pair(in.index, in.index2));
      case core::Immediate::mem:
      case core::Immediate::data:
      case core::Immediate::elem: return by_signature(in, in.index);
      default: return by_signature(in);
    }
  }

  void read_body() {
    Control function;
    function.kind = Opcode::block;
    function.results = code_.results;
    controls_.push_back(std::move(function));
    core::ExprReader in(func_.body);
    while (!in.at_end() && !is_too_large_) {
      const core::Instr& instr = in.take();
      offset_ = static_cast<std::uint32_t>(instr.offset - func_.body.offset);
      if (is_dead_ && skip_dead(instr.opcode)) continue;
      if (!controls_.empty()) ++controls_.back().cost;
      instruction(instr);
    }
    // Where branches to the function's own label end up; nothing falls through to it.
    if (!is_too_large_) emit(Opcode::unreachable);
  }
  /// Code that cannot be reached leaves nothing but its nesting.
  bool skip_dead(Opcode op) {
    if (op == Opcode::block || op == Opcode::loop || op == Opcode::if_) {
      ++dead_depth_;
      return true;
    }
    if (dead_depth_ != 0) {
      if (op == Opcode::end) --dead_depth_;
      return true;
    }
    return op != Opcode::end && op != Opcode::else_;
  }

  const core::Module& module_;
  const core::Func& func_;
  RegisterCode code_;
  std::vector<Operand> stack_;
  std::vector<std::uint32_t> first_of_local_;  ///< the highest place that stands for each local
  std::vector<Control> controls_;
  std::uint32_t flushed_ = 0;  ///< places below are in their slots
  std::uint32_t max_height_ = 0;
  std::uint32_t last_label_ = 0;
  std::uint32_t offset_ = 0;
  std::uint32_t dead_depth_ = 0;
  bool is_dead_ = false;
  bool is_too_large_ = false;
};

}  // namespace

std::uint64_t count_locals(const core::Module& module, core::FuncIdx f) {
  std::uint64_t n = module.func_type(f).params.size();
  for (const core::Locals& l : module.funcs[f.value - module.imported_funcs].locals) n += l.count;
  return n;
}

Result<RegisterCode, Trap> make_register_code(const core::Module& module, core::FuncIdx f) { return Builder(module, f).build(); }

}  // namespace wcomp::engine
