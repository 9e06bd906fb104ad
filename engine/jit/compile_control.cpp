// Branches, calls and returns, and what comes of exceptions.
#include <algorithm>
#include <map>
#include <ranges>

#include "engine/jit/function_compiler.h"

namespace wcomp::engine::jit {

std::uint32_t FunctionCompiler::control(const RegOp& o) {
  switch (o.op) {
    using enum Opcode;
    case unreachable:
      mark_place(o.offset);
      call_helper({.op = static_cast<std::uint16_t>(HelperOp::trap), .imm = static_cast<u64>(TrapCode::unreachable)});
      after_jump();
      return 1;
    case loop: {
      Holes h;
      // Nobody comes back: it is passed once.
      if (o.is_target) emit(Pseudo::loop, Form::slots, h);
      if (out_.options.is_metered) {
        h.constant = std::min<u64>(o.imm, 0x7fff'ffff);
        emit(Pseudo::use_fuel, Form::slots, h);
      }
      return 1;
    }
    case local_get:
      copy(o);
      return 1;
    case select:
      this->select(o);
      return 1;
    case global_get:
    case global_set:
      global(o);
      return 1;
    case ref_is_null: {
      RegOp test = o;
      test.op = i64_eqz;
      unary(test);
      return 1;
    }
    case ref_func: {
      const int d = define(o.dst, Kind::i64, -1, -1);
      Holes h = regs(d);
      h.constant = o.imm * 4;
      emit(Pseudo::ref_func, Form::apart, h);
      finish(o.dst, d, Kind::i64);
      return 1;
    }
    case br:
      jump(static_cast<u32>(o.imm));
      return 1;
    case br_if:
    case if_:
      branch(i32_eqz, o.op == br_if ? Form::if_false : Form::if_true, o.a, no_slot, static_cast<u32>(o.imm));
      return 1;
    case br_on_null:
    case br_on_non_null:
      // The reference is still wanted afterwards.
      to_memory(o.a);
      branch(i64_eqz, o.op == br_on_null ? Form::if_true : Form::if_false, o.a, no_slot, static_cast<u32>(o.imm));
      return 1;
    case br_table: jump_table(o); return 1;
    case return_: return_from(o); return 1;
    case call:
    case call_indirect:
    case call_ref: this->call(o); return 1;
    case return_call:
    case return_call_indirect:
    case return_call_ref: tail_call(o); return 1;
    case v128_const:
    case i8x16_shuffle:
      shuffle(o);
      return 1;
    default:
      if (!vector(o)) helper(o);
      return 1;
  }
}

void FunctionCompiler::jump(u32 target) {
  settle();
  if (target != at_ + 1) jumps_.push_back({as_.jump(), target});
  after_jump();
}

void FunctionCompiler::jump_table(const RegOp& o) {
  const int index = use(o.a, Kind::i32);
  release(o.a);
  settle();
  const std::vector<std::int32_t> distances(o.b);
  const u32 data = add_data(distances.data(), o.b * 4, 4);
  tables_.push_back({data, static_cast<u32>(o.imm), o.b});
  refer(data, -4, [&] { return as_.jump_table(index, o.b); });
  after_jump();
}

void FunctionCompiler::return_from(const RegOp& o) {
  if (in_->results == 1) {
    if (is_known(o.a)) {
      store_constant(0, constants_[o.a]);
    } else if (is_in_register(o.a)) {
      const int r = use(o.a, is_float_register(register_of(o.a)) ? Kind::f64 : Kind::i64);
      Holes h = regs(-1, r);
      h.slots[0] = 0;
      emit(!is_float_register(r) ? Pseudo::store_slot : regs_[r].is_narrow ? Pseudo::store_slot_float32 : Pseudo::store_slot_float, Form::apart, h);
    } else if (o.a != 0) {
      Holes h;
      h.slots = {0, o.a, 0, 0};
      emit(Pseudo::copy_slot, Form::slots, h);
    }
  } else {
    for (u32 i = 0; i < in_->results; ++i) to_memory(o.a + i);
    move_arguments(o.a, in_->results);
  }
  as_.ret();
  after_jump();
  // The result of `forward` may have been made anew where the first local was.
  if (forward_call_ != no_slot) kinds_[0] = first_kind_;
}

void FunctionCompiler::move_arguments(u32 from, u32 count) {
  Holes h;
  for (u32 i = 0; i < count && from != 0; ++i) {
    h.slots = {i, from + i, 0, 0};
    emit(Pseudo::copy_slot, Form::slots, h);
  }
}

void FunctionCompiler::resolve(const RegOp& o) {
  Holes h;
  switch (o.op) {
    case Opcode::call:
    case Opcode::return_call:
      h.constant = o.imm * 8;
      return emit(Pseudo::resolve_func, Form::slots, h);
    case Opcode::call_ref:
    case Opcode::return_call_ref:
      h.slots[0] = o.b;
      return emit(Pseudo::resolve_ref, Form::slots, h);
    default:
      h.slots[0] = o.b;
      h.constant = build_.table_cell(o.c);
      h.constant2 = o.imm * 4;
      return emit(build_.module.table_types[o.c].limits.is_64 ? Pseudo::resolve_indirect64 : Pseudo::resolve_indirect, Form::slots, h);
  }
}

void FunctionCompiler::find_forward(RegisterCode& code) {
  forward_begin_ = forward_call_ = no_slot;
  constexpr u32 max_frame = 256;
  const core::Module& module = build_.module;
  auto& ops = code.ops;
  if (code.frame > max_frame || code.results > 1 || !code.handlers.empty() || !module.tag_types.empty()) return;
  if (std::ranges::any_of(ops, [](const RegOp& o) { return o.op == Opcode::loop; })) return;
  for (u32 at = 0; at < ops.size(); ++at) {
    const RegOp& call = ops[at];
    if (call.op != Opcode::call || call.imm >= module.imported_funcs || call.is_target) continue;
    const core::FuncType& type = module.func_type(core::FuncIdx(call.imm));
    const u32 count = slot_count(type.params);
    if (count > code.params || count > at || slot_count(type.results) != code.results) continue;
    // Highest first, as register code has them.
    const auto is_argument = [&](u32 i) {
      const RegOp& o = ops[at - 1 - i];
      return o.op == Opcode::local_get && !o.is_wide && o.a == i && o.dst == call.a + i && (i + 1 == count || !o.is_target);
    };
    if (!std::ranges::all_of(std::views::iota(0u, count), is_argument)) continue;
    if (!returns_result(code, at)) continue;
    forward_begin_ = at - count;
    forward_call_ = at;
    // The result is where results are.
    const u32 result = call.a;
    for (u32 i = at + 1; i < ops.size() && ops[i - 1].op != Opcode::return_; ++i) {
      for (u32* slot : {&ops[i].dst, &ops[i].a, &ops[i].b}) {
        if (*slot == result && code.results == 1) *slot = 0;
      }
    }
    return;
  }
}

bool FunctionCompiler::returns_result(const RegisterCode& code, u32 call) {
  const u32 result = code.ops[call].a;
  std::array<u32, 4> constants{};
  u32 count = 0;
  const auto is_constant = [&](u32 slot) { return std::ranges::find(constants.begin(), constants.begin() + count, slot) != constants.begin() + count; };
  for (u32 i = call + 1; i < code.ops.size(); ++i) {
    const RegOp& o = code.ops[i];
    if (o.is_target) return false;
    switch (o.op) {
      case Opcode::i32_const:
        if ((o.dst == result && code.results == 1) || o.dst < code.header + header_slots) return false;
        if (is_constant(o.dst)) break;
        if (count == constants.size()) return false;
        constants[count++] = o.dst;
        break;
      case Opcode::global_set:
        if (!is_constant(o.a)) return false;
        break;
      case Opcode::i32_and:
      case Opcode::i32_ne:
        if (o.dst != result || o.a != result || !is_constant(o.b) || code.results != 1) return false;
        break;
      case Opcode::i32_extend8_s:
      case Opcode::i32_extend16_s:
        if (o.dst != result || o.a != result || code.results != 1) return false;
        break;
      case Opcode::return_: return code.results == 0 || o.a == result;
      default: return false;
    }
  }
  return false;
}

std::uint32_t FunctionCompiler::forward() {
  const RegOp& call = in_->ops[forward_call_];
  spill_all();
  offset_ = call.offset;
  places_.push_back({.begin = as_.here() - func_begin_, .offset = call.offset, .is_call = true, .is_foreign = true, .frame = 0});
  resolve(call);
  as_.call_forward();
  return forward_call_ + 1 - forward_begin_;
}

void FunctionCompiler::call(const RegOp& o) {
  const core::Module& module = build_.module;
  spill_all();
  const bool is_own = o.op == Opcode::call && o.imm >= module.imported_funcs;
  if (!is_own && forward_call_ != no_slot) as_.save_context(in_->header);
  const core::FuncType& type = o.op == Opcode::call ? module.func_type(core::FuncIdx(o.imm)) : module.types[o.imm];
  places_.push_back({.begin = as_.here() - func_begin_, .offset = o.offset, .is_call = true, .is_foreign = !is_own, .frame = o.a});
  if (!is_own) resolve(o);
  const auto distance = static_cast<std::int32_t>(o.a * 8);
  as_.add_frame(distance);
  if (is_own) {
    build_.calls.push_back({as_.call(), static_cast<u32>(o.imm)});
    as_.add_frame(-distance);
  } else {
    as_.call_foreign();
    as_.add_frame(-distance);
    as_.restore_context(in_->header);
  }
  u32 slot = o.a;
  for (const core::ValType t : type.results) {
    kinds_[slot] = kind_of(t);
    slot += slot_count(t);
  }
}

void FunctionCompiler::tail_call(const RegOp& o) {
  const core::Module& module = build_.module;
  spill_all();
  mark_place(o.offset);
  const bool is_own = o.op == Opcode::return_call && o.imm >= module.imported_funcs;
  const core::FuncType& type = o.op == Opcode::return_call ? module.func_type(core::FuncIdx(o.imm)) : module.types[o.imm];
  if (!is_own) resolve(o);
  move_arguments(o.a, slot_count(type.params));
  if (is_own) build_.calls.push_back({as_.tail_call(), static_cast<u32>(o.imm)});
  else as_.jump_foreign();
  after_jump();
}

void FunctionCompiler::place_handlers() {
  // Where a thrown exception comes in, values are in slots: pinned locals have to be read back.
  std::map<u32, u32> landings;
  for (const CatchHandler& h : in_->handlers) {
    CodeHandler placed{.begin = positions_[h.begin] - func_begin_, .end = positions_[h.end] - func_begin_, .tag = h.tag, .is_delegate = h.is_delegate ? 1u : 0u,
                       .target = h.target, .dst = h.dst, .ref = h.ref};
    if (!h.is_delegate) {
      auto [at, is_new] = landings.try_emplace(h.target, as_.here() - func_begin_);
      if (is_new) {
        for (int r = 0; r < registers; ++r) {
          if (regs_[r].is_pinned) load_pinned(r);
        }
        as_.link(as_.jump(), positions_[h.target]);
      }
      placed.target = at->second;
    }
    out_.handlers.push_back(placed);
  }
}

}  // namespace wcomp::engine::jit
