#include "wit/names.h"

#include "base/text.h"
#include "wit/lexer.h"

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

bool is_keyword(std::string_view text) { return find_keyword(text).has_value(); }

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

bool is_same_folded(std::string_view a, std::string_view b) {
  const auto folded = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && folded(a[i]) != folded(b[i])) return false;
  }
  return true;
}

}  // namespace wcomp::wit
