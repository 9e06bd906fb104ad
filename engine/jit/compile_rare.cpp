// Vectors, whose stencils work on slots, and what helpers do.
#include <array>

#include "core/nan.h"
#include "engine/jit/function_compiler.h"

namespace wcomp::engine::jit {

/// Moves of vectors. False if the operation moves something else.
bool FunctionCompiler::wide(const RegOp& o) {
  const bool is_global = o.op == Opcode::global_get || o.op == Opcode::global_set;
  if (!(is_global ? build_.module.global_types[o.imm].type == core::ValType::v128 : o.is_wide)) return false;
  Holes h;
  switch (o.op) {
    case Opcode::local_get:
      h.slots = {o.dst, o.a, 0, 0};
      emit(Pseudo::copy_wide, Form::slots, h);
      break;
    case Opcode::select:
      to_memory(o.c);
      h.slots = {o.dst, o.a, o.b, o.c};
      emit(Pseudo::select_wide, Form::slots, h);
      release(o.c);
      break;
    case Opcode::global_get:
      h.slots[0] = o.dst;
      h.constant = build_.global_cell(o.imm);
      emit(Pseudo::global_get_wide, Form::slots, h);
      break;
    default:
      h.slots[0] = o.a;
      h.constant = build_.global_cell(o.imm);
      emit(Pseudo::global_set_wide, Form::slots, h);
      return true;
  }
  written(o.dst, Kind::wide);
  return true;
}

bool FunctionCompiler::vector(const RegOp& o) {
  const core::OpcodeRow& row = *core::find_opcode(static_cast<std::uint16_t>(o.op));
  if (row.signature.find('V') == std::string_view::npos) return false;
  const Form form = row.immediate == core::Immediate::lane ? static_cast<Form>(static_cast<u8>(Form::lane) + o.lane) : Form::slots;
  if (find_stencil(o.op, form) == nullptr) return false;
  by_slots(o, form);
  if (is_made_canonical(o.op)) make_canonical(o);
  return true;
}

bool FunctionCompiler::vector_access(const RegOp& o) {
  const core::OpcodeRow& row = *core::find_opcode(static_cast<std::uint16_t>(o.op));
  if (row.signature.find('V') == std::string_view::npos) return false;
  const bool is_wide_address = is_64(o.c);
  const bool is_guarded = o.c == 0 && out_.options.is_guarded && !is_wide_address && o.imm <= 0x7fff'ffff;
  const bool has_lane = row.immediate == core::Immediate::mem_arg_lane;
  const bool is_store = o.dst == no_slot;
  mark_place(o.offset);
  if (!is_wide_address && o.imm > 0xffff'ffff) {
    call_helper({.op = static_cast<std::uint16_t>(HelperOp::trap), .imm = static_cast<u64>(TrapCode::out_of_bounds_memory_access)});
    return true;
  }
  if (!is_guarded && !is_wide_address) {
    // The stencil takes 64 bits of address.
    const int r = use_address(o.a, false);
    Holes h = regs(-1, r);
    h.slots[0] = in_->header + 1;
    emit(Pseudo::store_slot, Form::apart, h);
  } else {
    to_memory(o.a);
  }
  const Form form = has_lane ? static_cast<Form>(static_cast<u8>(is_guarded ? Form::lane_guarded : Form::lane_checked) + o.lane)
                             : is_guarded ? Form::slots_guarded : Form::slots_checked;
  Holes h;
  h.slots = {is_store ? 0 : o.dst, !is_guarded && !is_wide_address ? in_->header + 1 : o.a, o.b == no_slot ? 0 : o.b, 0};
  h.constant = is_guarded ? o.imm : build_.memory_cell(o.c);
  h.constant2 = o.imm;
  emit(find_stencil(o.op, form), h);
  release(o.a);
  if (!is_store) written(o.dst, Kind::wide);
  return true;
}

/// A constant, or a shuffle: what has 16 bytes of its own.
void FunctionCompiler::shuffle(const RegOp& o) {
  const auto& bytes = in_->vectors[o.imm];
  Holes h;
  h.slots[0] = o.dst;
  if (o.op == Opcode::v128_const) {
    h.vectors[0] = add_data(bytes.data(), 16, 16);
    emit(Pseudo::constant_wide, Form::slots, h);
  } else {
    // Which bytes of either operand go where; what has the highest bit gives zero.
    constexpr u8 none = 0x80;
    std::array<u8, 16> first{}, second{};
    for (std::size_t i = 0; i < 16; ++i) {
      first[i] = bytes[i] < 16 ? bytes[i] : none;
      second[i] = bytes[i] < 16 ? none : static_cast<u8>(bytes[i] - 16);
    }
    h.slots = {o.dst, o.a, o.b, 0};
    h.vectors = {add_data(first.data(), 16, 16), add_data(second.data(), 16, 16)};
    emit(find_stencil(o.op, Form::slots), h);
  }
  written(o.dst, Kind::wide);
}

void FunctionCompiler::helper(const RegOp& o) {
  spill_all();
  Record r{.op = static_cast<std::uint16_t>(o.op), .lane = o.lane, .dst = o.dst, .a = o.a, .b = o.b, .c = o.c, .imm = o.imm};
  mark_place(o.offset);
  call_helper(r);
  if (o.dst != no_slot) written(o.dst, Kind::i64);
  if (o.op == Opcode::throw_ || o.op == Opcode::throw_ref) after_jump();
}

}  // namespace wcomp::engine::jit
