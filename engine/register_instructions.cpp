// What each instruction becomes.
#include "engine/register_builder.h"

namespace wcomp::engine {

void RegisterBuilder::emit_call(const core::FuncType& type, RegOp op) {
  std::uint32_t params = slot_count(type.params);
  flush_top(params);
  pop_to(height() - params);
  op.a = slot_of(height());
  op.offset = offset_;
  code_.ops.push_back(op);
}

void RegisterBuilder::call(const core::FuncType& type, RegOp op) {
  emit_call(type, op);
  push(std::span(type.results));
}

void RegisterBuilder::tail_call(const core::FuncType& type, RegOp op) {
  emit_call(type, op);
  is_dead_ = true;
}

RegOp& RegisterBuilder::compute(Opcode op, std::uint32_t n, Pushes pushes, std::uint64_t imm, std::uint32_t c) {
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

void RegisterBuilder::plain(Opcode op, std::uint32_t n, bool has_result, std::uint64_t imm, std::uint32_t c) {
  compute(op, n, has_result ? Pushes::one : Pushes::none, imm, c);
}

void RegisterBuilder::by_signature(const core::Instr& in, std::uint64_t imm, std::uint32_t c) {
  std::string_view s = in.row->signature;
  auto colon = s.find(':');
  Pushes pushes = colon + 1 == s.size() ? Pushes::none : s.back() == 'V' ? Pushes::wide : Pushes::one;
  RegOp& r = compute(in.opcode, static_cast<std::uint32_t>(colon), pushes, imm, c);
  if (in.row->lanes != 0) r.lane = in.lane;
}

void RegisterBuilder::instruction(const core::Instr& in) {
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

}  // namespace wcomp::engine
