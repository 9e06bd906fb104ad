#include "subtractor_exports.h"

namespace exports::component::subtractor::subtract {

std::uint32_t subtract(std::uint32_t x, std::uint32_t y) { return x - y; }

}  // namespace exports::component::subtractor::subtract
