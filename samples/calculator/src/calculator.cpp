// The calculator of both steps: WITH_MULTIPLIER says that `op` has `mul`.
#include "calculator_exports.h"

namespace exports::component::calculator::calculate {

std::uint32_t calculate(Op op, std::uint32_t x, std::uint32_t y) {
  switch (op) {
    case Op::add: return ::component::adder::add::add(x, y);
    case Op::sub: return ::component::subtractor::subtract::subtract(x, y);
#ifdef WITH_MULTIPLIER
    case Op::mul: return ::component::multiplier::multiply::multiply(x, y);
#endif
  }
  return 0;
}

}  // namespace exports::component::calculator::calculate
