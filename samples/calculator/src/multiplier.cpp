#include "multiplier_exports.h"

namespace exports::component::multiplier::multiply {

std::uint32_t multiply(std::uint32_t x, std::uint32_t y) { return x * y; }

}  // namespace exports::component::multiplier::multiply
