// Lists of fixed length, in registers and in memory.
#include "fixed_exports.h"

namespace exports::sample::fixed::fixed {

using ::sample::fixed::fixed::Grid;

std::tuple<Grid, std::array<std::string, 2>> turn(const Grid& g, const std::array<std::string, 2>& names) {
  std::tuple<Grid, std::array<std::string, 2>> out;
  auto& [turned, swapped] = out;
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t k = 0; k < 3; ++k) turned[i][k] = g[1 - i][2 - k];
    swapped[i] = names[1 - i];
  }
  return out;
}
std::uint64_t count(std::span<const std::array<std::uint64_t, 20>> all) {
  std::uint64_t sum = 0;
  for (const auto& row : all) {
    for (const std::uint64_t n : row) sum += n;
  }
  return sum;
}

}  // namespace exports::sample::fixed::fixed
