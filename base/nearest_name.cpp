#include "base/nearest_name.h"

#include <fmt/format.h>

#include "base/text.h"

namespace wcomp {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

NearestName::NearestName(std::string_view wanted) : wanted_(lower(wanted)) {}

void NearestName::offer(std::string_view candidate) {
  const std::size_t limit = wanted_.size() <= 3 ? 1 : wanted_.size() <= 6 ? 2 : 3;
  const std::size_t d = edit_distance(wanted_, lower(candidate), limit);
  if (d > limit || d >= candidate.size() || (best_ && (d > distance_ || (d == distance_ && candidate >= *best_)))) return;
  best_ = std::string(candidate);
  distance_ = d;
}

std::optional<std::string> NearestName::note(std::string_view prefix) const {
  if (!best_) return std::nullopt;
  return fmt::format("did you mean `{}{}`?", prefix, *best_);
}

}  // namespace wcomp
