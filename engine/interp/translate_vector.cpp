// What operations on vectors become.
#include <bit>

#include "engine/interp/canonical.h"
#include "engine/interp/translator.h"
#include "engine/interp/vector_handlers.h"

namespace wcomp::engine::interp {

std::uint32_t Translator::wide(const RegOp& o) {
  switch (o.op) {
    case Opcode::local_get: emit(&move_wide, o.dst, o.a, 0); break;
    case Opcode::select: emit(&select_wide, o.dst, o.a, o.b | o.c << 16); break;
    case Opcode::global_get:
      emit(&global_get_wide, o.dst, 0, 0);
      emit_pointer(inst_.globals[o.imm]->slots);
      break;
    default:
      WCOMP_CHECK(o.op == Opcode::global_set);
      emit(&global_set_wide, o.a, 0, 0);
      emit_pointer(inst_.globals[o.imm]->slots);
  }
  return 1;
}

std::uint32_t Translator::vector(const RegOp& o) {
  const core::OpcodeRow& row = *core::find_opcode(static_cast<u16>(o.op));
  if (row.immediate == core::Immediate::mem_arg || row.immediate == core::Immediate::mem_arg_lane) return vector_access(o);
  const bool is_const = row.immediate == core::Immediate::v128_const;
  const bool has_lane = row.immediate == core::Immediate::lane;
  Handler h = is_const ? &const_wide : vector_handler(o.op);
  if (h == nullptr) return 0;
  if (u32 n = fuse_vector(o)) return n;
  auto operand = [](u32 s) { return s == no_slot ? 0 : s; };
  emit(h, o.dst, operand(o.a), operand(o.b) | (has_lane ? o.lane : operand(o.c)) << 16);
  if (row.signature.back() != 'V') hold(o.dst, gives_float(o.op));
  if (is_const || row.immediate == core::Immediate::lanes16) emit_unit() = std::bit_cast<Inst>(in_.vectors[o.imm]);
  return 1;
}

std::uint32_t Translator::vector_access(const RegOp& o) {
  const MemInst* memory = inst_.mems[o.c];
  const bool is_guarded = o.c == 0 && has_mem0() && o.imm <= 0xffff'ffff;
  const auto kind = is_guarded ? VectorMemory::guarded : memory->declared_type().limits.is_64 ? VectorMemory::wide : VectorMemory::narrow;
  Handler h = vector_access_handler(o.op, kind);
  if (h == nullptr) return 0;
  if (is_guarded) {
    if (u32 n = fuse_vector(o)) return n;
  }
  emit_vector_access(o, h, o.a, static_cast<u32>(o.imm));
  if (!is_guarded) {
    Inst& unit = emit_unit();
    unit.pointer = memory;
    unit.word2 = o.imm;
  }
  return 1;
}

void Translator::emit_vector_access(const RegOp& o, Handler h, u32 address, u32 c) {
  const bool is_store = o.dst == no_slot;
  emit(h, is_store ? address : o.dst, is_store ? o.b : address, c);
  if (core::find_opcode(static_cast<u16>(o.op))->immediate != core::Immediate::mem_arg_lane) return;
  Inst& unit = emit_unit();
  unit.a = slot(is_store ? 0 : o.b);
  unit.b = o.lane;
}

void Translator::make_canonical(const RegOp& o) {
  const core::NanLanes lanes = core::nan_lanes(o.op);
  emit(canonical_handler(lanes), o.dst, 0, 0);
  if (lanes == core::NanLanes::f32 || lanes == core::NanLanes::f64) hold(o.dst, true);
}

}  // namespace wcomp::engine::interp
