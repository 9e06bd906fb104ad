// Handlers of vector rows: lanes moved, comparisons, all 128 bits together.
#include "engine/interp/vector_eval.h"

namespace wcomp::engine::interp {

Handler find_lane_handler(core::Opcode op) { return find_vector<core::Opcode::i8x16_shuffle, core::Opcode::v128_any_true>(op); }

Handler vector_handler(core::Opcode op) {
  for (auto find : {&find_shuffle_handler, &find_lane_handler, &find_small_integer_handler, &find_large_integer_handler, &find_float_handler}) {
    if (Handler h = find(op)) return h;
  }
  return nullptr;
}

}  // namespace wcomp::engine::interp
