// What operations on vectors become.
#include <bit>

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
  if (o.op == Opcode::v128_const) {
    emit(&const_wide, o.dst, 0, 0);
    emit_unit() = std::bit_cast<Inst>(in_.vectors[o.imm]);
    return 1;
  }
  return 0;
}

}  // namespace wcomp::engine::interp
