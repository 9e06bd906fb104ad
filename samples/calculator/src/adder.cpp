#include "adder_exports.h"

namespace exports::component::adder::add {

std::uint32_t add(std::uint32_t x, std::uint32_t y) { return x + y; }

}  // namespace exports::component::adder::add
