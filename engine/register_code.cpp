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
};

/// A block whose exceptions somebody takes. Those opened later are further inside, or apart.
using Region = std::uint32_t;
inline constexpr Region no_region = 0;

struct Control {
  Opcode kind{};  ///< block, loop, if_, try_table, try_, catch_; block for the function itself
  std::uint32_t height = 0;  ///< places below its parameters
  std::uint32_t params = 0, results = 0;  ///< places
  core::BlockType type;
  std::uint32_t start = 0;   ///< loop: the operation to go back to
  std::uint32_t else_jump = no_slot;
  std::uint64_t cost = 0;
  std::vector<Fixup> exits;
  Region region = no_region;        ///< while its exceptions are its own: try_table; try_ up to the first catch
  std::uint32_t body_begin = 0, body_end = 0;  ///< of the region
  Region caught = no_region;        ///< catch_: the region it catches for
  std::uint32_t first_handler = 0, handlers = 0;  ///< try_table: its own; catch_: the one that is being read
};

class Builder {
 public:
  Builder(const core::Module& module, core::FuncIdx f) : module_(module), func_(module.funcs[f.value - module.imported_funcs]) {
    const core::FuncType& type = module.func_type(f);
    code_.params = slot_count(type.params);
    code_.results = slot_count(type.results);
    has_one_result_ = type.results.size() == 1;
    std::uint64_t locals = count_local_slots(module, f);
    is_too_large_ = std::max<std::uint64_t>(locals, code_.results) + header_slots > max_frame_slots;
    if (is_too_large_) return;
    code_.locals = static_cast<std::uint32_t>(locals);
    code_.header = std::max(code_.locals, code_.results);
    first_of_local_.assign(code_.locals, no_slot);
    find_wide_locals(type);
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
    finish_handlers();
    code_.frame = code_.header + header_slots + max_height_;
    return std::move(code_);
  }

 private:
  /// Where every local is, if they are not all as wide as their index says.
  void find_wide_locals(const core::FuncType& type) {
    std::uint64_t count = type.params.size();
    for (const core::Locals& l : func_.locals) count += l.count;
    if (count == code_.locals) return;
    local_slots_.reserve(count + 1);
    std::uint32_t next = 0;
    auto add = [&](core::ValType t) {
      local_slots_.push_back(next);
      next += slot_count(t);
    };
    for (core::ValType t : type.params) add(t);
    for (const core::Locals& l : func_.locals) {
      for (std::uint32_t i = 0; i < l.count; ++i) add(l.type);
    }
    local_slots_.push_back(next);
  }
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
  void flush(std::uint32_t place) {
    Operand& o = stack_[place];
    if (o.kind == Operand::Kind::slot || o.kind == Operand::Kind::upper) return;
    if (o.kind == Operand::Kind::local) {
      first_of_local_[o.local] = o.below;
      emit_copy(slot_of(place), o.local, o.is_wide);
    } else {
      emit_const(slot_of(place), o.const_op, o.bits);
    }
    o.kind = Operand::Kind::slot;
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
  /// Slots of the `n` top values, deepest first; whether the deepest is wide.
  bool pop_slots(std::uint32_t n, std::uint32_t* slots) {
    Operand o[3];
    for (std::uint32_t i = n; i-- > 0;) o[i] = pop();
    std::uint32_t place = height();
    for (std::uint32_t i = 0; i < n; ++i) {
      slots[i] = slot_for(o[i], place);
      place += o[i].is_wide ? 2 : 1;
    }
    return o[0].is_wide;
  }
  void set_local(std::uint32_t local, bool keeps_value) {
    Operand o = pop();
    std::uint32_t slot = slot_of(height());
    // Places that still mean the local's old value.
    while (first_of_local_[local] != no_slot) flush(first_of_local_[local]);
    if (o.kind == Operand::Kind::constant) {
      emit_const(local, o.const_op, o.bits);
    } else if (o.kind == Operand::Kind::local) {
      if (o.local != local) emit_copy(local, o.local, o.is_wide);
    } else if (here() > last_label_ && !code_.ops.empty() && code_.ops.back().dst == slot) {
      code_.ops.back().dst = local;
    } else {
      emit_copy(local, slot, o.is_wide);
    }
    if (keeps_value) push_local(local, o.is_wide);
  }

  // --- control ---
  [[nodiscard]] std::span<const core::ValType> params_of(const Control& c) const {
    if (c.type.kind != core::BlockType::Kind::type) return {};
    return module_.types[c.type.type.value].params;
  }
  [[nodiscard]] std::span<const core::ValType> results_of(const Control& c) const {
    if (c.type.kind == core::BlockType::Kind::value) return {&c.type.value, 1};
    if (c.type.kind != core::BlockType::Kind::type) return {};
    return module_.types[c.type.type.value].results;
  }
  void block_arity(const core::BlockType& t, Control& c) const {
    c.type = t;
    c.params = slot_count(params_of(c));
    c.results = slot_count(results_of(c));
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
    if (in.opcode == Opcode::try_table) {
      open_try_table(c, in.catches);
    } else if (in.opcode == Opcode::try_) {
      c.region = ++regions_;
      c.body_begin = here();
    } else if (in.opcode == Opcode::loop) {
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
    push(params_of(c));
    flushed_ = height();
    is_dead_ = false;
  }
  void close() {
    Control& c = controls_.back();
    if (is_function(c)) {
      if (!is_dead_) emit_return();
    } else if (!is_dead_) {
      end_clause(c);
    }
    if (c.kind == Opcode::loop) {
      code_.ops[c.start].imm = c.cost;
    } else if (controls_.size() > 1) {
      controls_[controls_.size() - 2].cost += c.cost;
    } else {
      code_.cost = c.cost;
    }
    if (c.else_jump != no_slot) code_.ops[c.else_jump].imm = here();
    if (c.kind == Opcode::try_table) end_handlers(c);
    for (Fixup f : c.exits) {
      switch (f.in) {
        case Fixup::In::op: code_.ops[f.index].imm = here(); break;
        case Fixup::In::table: code_.table[f.index] = here(); break;
        case Fixup::In::handler: code_.handlers[f.index].target = here(); break;
      }
    }
    mark_label();
    pop_to(c.height);
    push(results_of(c));
    flushed_ = height();
    is_dead_ = false;
    controls_.pop_back();
  }

  /// A jump to a label whose values are in their places.
  void jump_to(Control& c) {
    std::uint32_t at = here();
    emit(Opcode::br).imm = c.start;
    if (c.kind != Opcode::loop) c.exits.push_back({Fixup::In::op, at});
  }
  /// Whether the label's values are where it wants them.
  [[nodiscard]] bool is_in_place(const Control& c) const {
    std::uint32_t n = label_arity(c);
    if (n == 0) return true;
    if (height() - n != c.height) return false;
    return std::all_of(stack_.end() - n, stack_.end(), [](const Operand& o) { return o.kind == Operand::Kind::slot || o.kind == Operand::Kind::upper; });
  }
  /// Copies the top places to where a label wants them, without changing what the places are: code that goes on may need them.
  void move_to(std::uint32_t to, std::uint32_t n) {
    for (std::uint32_t i = 0; i < n; ++i) {
      std::uint32_t place = height() - n + i;
      const Operand& o = stack_[place];
      if (o.kind == Operand::Kind::upper) continue;
      if (o.kind == Operand::Kind::constant) {
        emit_const(slot_of(to + i), o.const_op, o.bits);
      } else if (std::uint32_t from = o.kind == Operand::Kind::local ? o.local : slot_of(place); from != slot_of(to + i)) {
        emit_copy(slot_of(to + i), from, o.is_wide);
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
    if (has_one_result_) {
      const Operand& o = stack_[height() - n];
      first = o.kind == Operand::Kind::local ? o.local : slot_of(height() - n);
      if (o.kind == Operand::Kind::constant) emit_const(first, o.const_op, o.bits);
    } else if (n != 0) {
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
      if (c.kind != Opcode::loop) c.exits.push_back({Fixup::In::op, at});
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
        if (c.kind != Opcode::loop) c.exits.push_back({Fixup::In::table, first + i});
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
  void call(const core::FuncType& type, RegOp op) {
    std::uint32_t params = slot_count(type.params);
    flush_top(params);
    pop_to(height() - params);
    op.a = slot_of(height());
    op.offset = offset_;
    code_.ops.push_back(op);
    push(std::span(type.results));
  }

  /// The caller's frame is the callee's: nothing comes after.
  void tail_call(const core::FuncType& type, RegOp op) {
    std::uint32_t params = slot_count(type.params);
    flush_top(params);
    pop_to(height() - params);
    op.a = slot_of(height());
    op.offset = offset_;
    code_.ops.push_back(op);
    is_dead_ = true;
  }
  /// `test` jumps to the label; `inverse` is the branch that jumps where `test` does not. The label's values are on top.
  void branch_on(Opcode test, Opcode inverse, std::uint32_t slot, std::uint32_t depth) {
    Control& c = label(depth);
    std::uint32_t at = here();
    const bool is_direct = !is_function(c) && is_in_place(c);
    emit(is_direct ? test : inverse).a = slot;
    if (is_direct) {
      code_.ops[at].imm = c.start;
      if (c.kind != Opcode::loop) c.exits.push_back({Fixup::In::op, at});
    } else {
      mark_label();
      branch(c);
      code_.ops[at].imm = here();
    }
    mark_label();
  }
  void branch_on_null(std::uint32_t depth) {
    Operand o = pop();
    std::uint32_t slot = slot_for(o, height());
    branch_on(Opcode::br_on_null, Opcode::br_on_non_null, slot, depth);
    if (o.kind == Operand::Kind::local) {
      push_local(o.local, false);
    } else {
      push();
    }
  }
  void branch_on_non_null(std::uint32_t depth) {
    const std::uint32_t place = height() - 1;
    if (stack_[place].kind == Operand::Kind::constant) flush(place);
    const std::uint32_t slot = stack_[place].kind == Operand::Kind::local ? stack_[place].local : slot_of(place);
    branch_on(Opcode::br_on_non_null, Opcode::br_on_null, slot, depth);
    pop();
  }

  // --- exceptions ---
  [[nodiscard]] const std::vector<core::ValType>& tag_params(std::uint32_t tag) const { return module_.types[module_.tag_types[tag].type.value].params; }
  void throw_tag(std::uint32_t tag) {
    std::uint32_t n = slot_count(tag_params(tag));
    flush_top(n);
    pop_to(height() - n);
    RegOp& r = emit(Opcode::throw_);
    r.a = slot_of(height());
    r.imm = tag;
    is_dead_ = true;
  }
  void add_handler(const CatchHandler& h, Region region) {
    // A body of catches costs more memory than it has bytes; the bound is that of operations.
    if (code_.handlers.size() > max_ops_) is_too_large_ = true;
    code_.handlers.push_back(h);
    handler_regions_.push_back(region);
  }
  /// After the block's own operands were counted off: labels of the clauses are those outside of it.
  void open_try_table(Control& c, const std::vector<core::Catch>& catches) {
    c.region = ++regions_;
    c.first_handler = static_cast<std::uint32_t>(code_.handlers.size());
    c.handlers = static_cast<std::uint32_t>(catches.size());
    for (const core::Catch& clause : catches) {
      Control& to = label(clause.label);
      const std::uint32_t values = clause.has_tag() ? slot_count(tag_params(clause.tag.value)) : 0;
      const auto index = static_cast<std::uint32_t>(code_.handlers.size());
      CatchHandler h{.begin = here(), .tag = clause.has_tag() ? clause.tag.value : any_tag, .target = to.start};
      // Nothing of this function is wanted any more if it returns, so that the values may lie anywhere.
      const std::uint32_t place = is_function(to) ? 0 : to.height;
      h.dst = slot_of(place);
      if (clause.gives_ref()) h.ref = h.dst + values;
      max_height_ = std::max(max_height_, place + values + 1);
      if (slot_of(max_height_) > max_frame_slots) is_too_large_ = true;
      if (is_function(to)) {
        returns_.push_back(index);
      } else if (to.kind != Opcode::loop) {
        to.exits.push_back({Fixup::In::handler, index});
      }
      add_handler(h, c.region);
    }
  }
  void end_handlers(const Control& c) {
    for (std::uint32_t i = 0; i < c.handlers; ++i) code_.handlers[c.first_handler + i].end = here();
  }
  /// At the end of a body: handlers that return what they caught.
  void emit_catch_returns() {
    for (std::uint32_t index : returns_) {
      code_.handlers[index].target = here();
      emit(Opcode::return_).a = code_.results == 0 ? no_slot : code_.handlers[index].dst;
    }
  }
  /// A clause of the legacy `try`; the tag is any_tag for catch_all.
  void catch_clause(std::uint32_t tag) {
    Control& c = controls_.back();
    if (!is_dead_) {
      end_clause(c);
      jump_to(c);
    }
    if (c.kind == Opcode::try_) {
      c.body_end = here();
      c.caught = std::exchange(c.region, no_region);
      c.kind = Opcode::catch_;
    }
    mark_label();
    pop_to(c.height);
    c.first_handler = static_cast<std::uint32_t>(code_.handlers.size());
    push();  // what `rethrow` throws
    add_handler({.begin = c.body_begin, .end = c.body_end, .tag = tag, .target = here(), .dst = slot_of(height())}, c.caught);
    if (tag != any_tag) push(std::span(tag_params(tag)));
    flushed_ = height();
    is_dead_ = false;
  }
  /// Gives the results of a block, or of a clause of a `try`, their places.
  void end_clause(const Control& c) {
    if (c.kind == Opcode::catch_) {
      move_to(c.height, c.results);
    } else {
      flush_all();
    }
  }
  void rethrow(std::uint32_t depth) {
    const Control& c = label(depth);
    const std::uint32_t slot = slot_of(c.height);
    code_.handlers[c.first_handler].ref = slot;
    emit(Opcode::throw_ref).a = slot;
    is_dead_ = true;
  }
  /// The end of a `try` whose exceptions go on where the label is.
  void delegate(std::uint32_t depth) {
    const Control& c = controls_.back();
    Region to = no_region;
    for (std::size_t i = controls_.size() - 1 - depth; i-- > 0 && to == no_region;) to = controls_[i].region;
    add_handler({.begin = c.body_begin, .end = here(), .is_delegate = true, .target = to}, c.region);
    close();
  }
  void finish_handlers() {
    std::vector<std::uint32_t> order(code_.handlers.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
      return handler_regions_[a] != handler_regions_[b] ? handler_regions_[a] > handler_regions_[b] : a < b;
    });
    std::vector<CatchHandler> sorted;
    sorted.reserve(order.size());
    for (std::uint32_t i : order) {
      CatchHandler& h = sorted.emplace_back(code_.handlers[i]);
      if (!h.is_delegate) {
        code_.ops[h.target].is_target = true;
      } else {
        const auto next = std::ranges::lower_bound(order, Region{h.target}, std::greater<>(), [&](std::uint32_t at) { return handler_regions_[at]; });
        h.target = static_cast<std::uint32_t>(next - order.begin());
      }
    }
    code_.handlers = std::move(sorted);
  }

  // --- instructions ---
  enum class Pushes : std::uint8_t { none, one, wide, like_first };
  /// An instruction that pops `n` operands to a, b, c in this order, and what it pushes.
  RegOp& compute(Opcode op, std::uint32_t n, Pushes pushes, std::uint64_t imm = 0, std::uint32_t c = no_slot) {
    std::uint32_t slots[3] = {no_slot, no_slot, c};
    bool is_wide = pop_slots(n, slots);
    if (pushes == Pushes::one) is_wide = false;
    if (pushes == Pushes::wide) is_wide = true;
    std::uint32_t dst = pushes == Pushes::none ? no_slot : is_wide ? push_wide() : push();
    RegOp& r = emit(op);
    r.is_wide = is_wide;
    r.dst = dst;
    r.a = slots[0];
    r.b = slots[1];
    r.c = slots[2];
    r.imm = imm;
    return r;
  }
  /// `compute` without vectors.
  void plain(Opcode op, std::uint32_t n, bool has_result, std::uint64_t imm = 0, std::uint32_t c = no_slot) {
    compute(op, n, has_result ? Pushes::one : Pushes::none, imm, c);
  }
  /// `ii:i` as operands and whether there is a result.
  void by_signature(const core::Instr& in, std::uint64_t imm = 0, std::uint32_t c = no_slot) {
    std::string_view s = in.row->signature;
    auto colon = s.find(':');
    Pushes pushes = colon + 1 == s.size() ? Pushes::none : s.back() == 'V' ? Pushes::wide : Pushes::one;
    RegOp& r = compute(in.opcode, static_cast<std::uint32_t>(colon), pushes, imm, c);
    if (in.row->lanes != 0) r.lane = in.lane;
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
      case Opcode::try_table:
      case Opcode::try_: return open(in);
      case Opcode::catch_: return catch_clause(in.index);
      case Opcode::catch_all: return catch_clause(any_tag);
      case Opcode::delegate: return delegate(in.index);
      case Opcode::rethrow: return rethrow(in.index);
      case Opcode::throw_: return throw_tag(in.index);
      case Opcode::throw_ref: {
        std::uint32_t slot = pop_slot();
        emit(in.opcode).a = slot;
        is_dead_ = true;
        return;
      }
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
        return call(t, {.op = in.opcode, .imm = in.index});
      }
      case Opcode::call_indirect: {
        const core::FuncType& t = module_.types[in.index];
        std::uint32_t index = pop_slot();
        return call(t, {.op = in.opcode, .b = index, .c = in.index2, .imm = in.index});
      }
      case Opcode::call_ref: {
        std::uint32_t ref = pop_slot();
        return call(module_.types[in.index], {.op = in.opcode, .b = ref, .imm = in.index});
      }
      case Opcode::return_call: return tail_call(module_.func_type(core::FuncIdx(in.index)), {.op = in.opcode, .imm = in.index});
      case Opcode::return_call_indirect: {
        std::uint32_t index = pop_slot();
        return tail_call(module_.types[in.index], {.op = in.opcode, .b = index, .c = in.index2, .imm = in.index});
      }
      case Opcode::return_call_ref: {
        std::uint32_t ref = pop_slot();
        return tail_call(module_.types[in.index], {.op = in.opcode, .b = ref, .imm = in.index});
      }
      case Opcode::br_on_null: return branch_on_null(in.index);
      case Opcode::br_on_non_null: return branch_on_non_null(in.index);
      case Opcode::ref_as_non_null: return plain(in.opcode, 1, true);
      case Opcode::drop: pop(); return;
      case Opcode::select:
      case Opcode::select_t: compute(Opcode::select, 3, Pushes::like_first); return;
      case Opcode::local_get: return push_local(local_slot(in.index), is_wide_local(in.index));
      case Opcode::local_set: return set_local(local_slot(in.index), false);
      case Opcode::local_tee: return set_local(local_slot(in.index), true);
      case Opcode::global_get: compute(in.opcode, 0, is_wide_global(in.index) ? Pushes::wide : Pushes::one, in.index); return;
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
      case Opcode::v128_const: return push_const(in.opcode, add_vector(in.lanes));
      case Opcode::memory_size:
      case Opcode::memory_grow: return by_signature(in, 0, in.index);
      default: break;
    }
    switch (in.row->immediate) {
      case core::Immediate::mem_arg:
      case core::Immediate::mem_arg_lane: return by_signature(in, in.mem_arg.offset, in.mem_arg.mem.value);
      case core::Immediate::lanes16: return by_signature(in, add_vector(in.lanes));
      case core::Immediate::mem_mem:
      case core::Immediate::table_table: return plain(in.opcode, 3, false, pair(in.index, in.index2));
      case core::Immediate::data_mem:
      case core::Immediate::elem_table: return by_signature(in, pair(in.index, in.index2));
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
    if (!is_too_large_) {
      emit_catch_returns();
      emit(Opcode::unreachable);
    }
  }
  /// Code that cannot be reached leaves nothing but its nesting.
  bool skip_dead(Opcode op) {
    switch (op) {
      case Opcode::block:
      case Opcode::loop:
      case Opcode::if_:
      case Opcode::try_table:
      case Opcode::try_: ++dead_depth_; return true;
      case Opcode::end:
      case Opcode::delegate: return dead_depth_ != 0 && dead_depth_-- != 0;
      case Opcode::else_:
      case Opcode::catch_:
      case Opcode::catch_all: return dead_depth_ != 0;
      default: return true;
    }
  }

  const core::Module& module_;
  const core::Func& func_;
  RegisterCode code_;
  std::vector<Operand> stack_;
  std::vector<std::uint32_t> local_slots_;     ///< by index, and where they end; empty if no local is wide
  std::vector<std::uint32_t> first_of_local_;  ///< by slot: the highest place that stands for the local
  std::vector<Control> controls_;
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
  const std::size_t max_ops_ = std::min<std::size_t>(8 * func_.body.code.size() + 65'536, 12'000'000);  ///< operations, and handlers
  bool has_one_result_ = false;
};

}  // namespace

std::uint32_t slot_count(std::span<const core::ValType> types) {
  std::uint32_t n = 0;
  for (core::ValType t : types) n += slot_count(t);
  return n;
}

std::uint64_t count_local_slots(const core::Module& module, core::FuncIdx f) {
  std::uint64_t n = slot_count(module.func_type(f).params);
  for (const core::Locals& l : module.funcs[f.value - module.imported_funcs].locals) n += std::uint64_t{l.count} * slot_count(l.type);
  return n;
}

Result<RegisterCode, Trap> make_register_code(const core::Module& module, core::FuncIdx f) { return Builder(module, f).build(); }

}  // namespace wcomp::engine
