// Handlers of vector rows: lanes of floats, conversions, relaxed rows.
#include "engine/interp/vector_eval.h"

namespace wcomp::engine::interp {

Handler find_float_handler(core::Opcode op) { return find_vector<core::Opcode::f32x4_abs, core::Opcode::i32x4_relaxed_dot_i8x16_i7x16_add_s>(op); }

}  // namespace wcomp::engine::interp
