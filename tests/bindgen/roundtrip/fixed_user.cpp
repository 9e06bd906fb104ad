// A guest that sends lists of fixed length to another one, many times over, and says whether anything was left behind.
#include "checked_alloc.h"
#include "fixed_user_exports.h"

namespace {

/// Empty, or what was wrong.
std::string use_once() {
  namespace rows = sample::fixed::rows;
  const std::string longer = "a text that small strings do not hold";
  const std::array<rows::Row, 2> given = {{{longer, {1, 2, 65535}}, {"", {4, 5, 6}}}};
  const auto [flipped, marks] = rows::flip(given, {longer, std::nullopt});
  if (flipped != std::array<rows::Row, 2>{{{"", {6, 5, 4}}, {longer, {65535, 2, 1}}}}) return "the rows are wrong";
  if (marks != std::array<std::optional<std::string>, 2>{std::nullopt, longer}) return "the marks are wrong";
  std::vector<std::array<std::uint64_t, 20>> all(3);
  std::array<std::uint64_t, 20> wanted{};
  for (std::size_t i = 0; i < 60; ++i) {
    const std::uint64_t n = std::uint64_t{i} << 40;
    all[i / 20][i % 20] = n;
    wanted[i % 20] += n;
  }
  const auto sums = rows::sum(all);
  if (!sums || *sums != wanted) return "the sums are wrong";
  const auto none = rows::sum({});
  if (none || none.error()[0] != "there are no rows to be summed up") return "nothing has a sum";
  return "";
}

}  // namespace

std::string exports::sample::fixed::fixed_user::run() {
  std::uint32_t own_blocks = 0;
  std::uint32_t other_blocks = 0;
  for (int i = 0; i < 100; ++i) {
    if (std::string wrong = use_once(); !wrong.empty()) return wrong;
    if (i == 0) {
      own_blocks = live_blocks();
      other_blocks = ::sample::fixed::rows::blocks();
    }
  }
  return std::to_string(live_blocks() - own_blocks) + " and " + std::to_string(::sample::fixed::rows::blocks() - other_blocks) + " blocks left";
}
