// Handlers of vector rows: lanes of 8 and 16 bits, and what stands among them in the order of codes.
#include "engine/interp/vector_eval.h"

namespace wcomp::engine::interp {

Handler find_small_integer_handler(core::Opcode op) { return find_vector<core::Opcode::f32x4_demote_f64x2_zero, core::Opcode::i16x8_extmul_high_i8x16_u>(op); }

}  // namespace wcomp::engine::interp
