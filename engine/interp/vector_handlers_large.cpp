// Handlers of vector rows: lanes of 32 and 64 bits.
#include "engine/interp/vector_eval.h"

namespace wcomp::engine::interp {

Handler find_large_integer_handler(core::Opcode op) { return find_vector<core::Opcode::i32x4_abs, core::Opcode::i64x2_extmul_high_i32x4_u>(op); }

}  // namespace wcomp::engine::interp
