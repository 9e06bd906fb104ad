// Which instructions constant expressions are made of (core spec, "Constant Expressions"): for the validator, and for programs that have no other.
#pragma once

#include "core/opcode.h"

namespace wcomp::core {

[[nodiscard]] constexpr bool is_constant(Opcode o) {
  switch (o) {
    case Opcode::end:
    case Opcode::i32_const:
    case Opcode::i64_const:
    case Opcode::f32_const:
    case Opcode::f64_const:
    case Opcode::v128_const:
    case Opcode::global_get:
    case Opcode::ref_null:
    case Opcode::ref_func:
    case Opcode::i32_add:
    case Opcode::i32_sub:
    case Opcode::i32_mul:
    case Opcode::i64_add:
    case Opcode::i64_sub:
    case Opcode::i64_mul:
      return true;
    default:
      return false;
  }
}

}  // namespace wcomp::core
