// Lists of fixed length from one guest to another.
#include "checked_alloc.h"
#include "fixed_echo_exports.h"

namespace exports::sample::fixed::rows {

std::tuple<std::array<Row, 2>, std::array<std::optional<std::string>, 2>> flip(const std::array<Row, 2>& rows, const std::array<std::optional<std::string>, 2>& marks) {
  std::tuple<std::array<Row, 2>, std::array<std::optional<std::string>, 2>> out = {rows, marks};
  auto& [flipped, swapped] = out;
  std::swap(flipped[0], flipped[1]);
  for (Row& row : flipped) std::swap(row.cells[0], row.cells[2]);
  std::swap(swapped[0], swapped[1]);
  return out;
}
wcomp::Result<std::array<std::uint64_t, 20>, std::array<std::string, 1>> sum(std::span<const std::array<std::uint64_t, 20>> all) {
  if (all.empty()) return wcomp::Err(std::array<std::string, 1>{"there are no rows to be summed up"});
  std::array<std::uint64_t, 20> out{};
  for (const auto& row : all) {
    for (std::size_t i = 0; i < row.size(); ++i) out[i] += row[i];
  }
  return out;
}
std::uint32_t blocks() { return live_blocks(); }

}  // namespace exports::sample::fixed::rows
