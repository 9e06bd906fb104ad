#include "wit/names.h"

#include <algorithm>

#include "base/text.h"

namespace wcomp::wit {

bool is_label(std::string_view text) {
  bool is_first = true;
  for (;;) {
    const std::size_t dash = text.find('-');
    const std::string_view part = text.substr(0, dash);
    bool has_lower = false, has_upper = false;
    for (const char c : part) {
      const bool is_digit = c >= '0' && c <= '9';
      const bool is_lower = c >= 'a' && c <= 'z';
      const bool is_upper = c >= 'A' && c <= 'Z';
      if (!is_digit && !is_lower && !is_upper) return false;
      has_lower |= is_lower;
      has_upper |= is_upper;
    }
    if (part.empty() || (has_lower && has_upper)) return false;
    if (is_first && part[0] >= '0' && part[0] <= '9') return false;
    if (dash == std::string_view::npos) return true;
    text.remove_prefix(dash + 1);
    is_first = false;
  }
}

bool is_keyword(std::string_view text) {
  static constexpr std::string_view words[] = {
#define WCOMP_KEYWORD(name, word) word,
#include "wit/keywords.def"
#undef WCOMP_KEYWORD
  };
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

std::string escape_name(std::string_view name) {
  return is_keyword(name) ? "%" + std::string(name) : std::string(name);
}

std::string fold_case(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

void NearestName::offer(std::string_view candidate) {
  const std::size_t limit = wanted_.size() <= 3 ? 1 : wanted_.size() <= 6 ? 2 : 3;
  const std::size_t d = edit_distance(fold_case(wanted_), fold_case(candidate), limit);
  if (d > limit || (best_ && d >= distance_)) return;
  best_ = std::string(candidate);
  distance_ = d;
}

}  // namespace wcomp::wit
