#include "wit/names.h"

#include "base/text.h"
#include "wit/lexer.h"

namespace wcomp::wit {

bool is_label(std::string_view text) {
  bool has_lower = false, has_upper = false;
  bool is_empty = true;  // the fragment
  for (const char& c : text) {
    if (c >= 'a' && c <= 'z') {
      has_lower = true;
    } else if (c >= 'A' && c <= 'Z') {
      has_upper = true;
    } else if (c == '-') {
      if (is_empty) return false;
      has_lower = has_upper = false;
      is_empty = true;
      continue;
    } else if (c < '0' || c > '9' || &c == text.data()) {
      return false;
    }
    if (has_lower && has_upper) return false;
    is_empty = false;
  }
  return !is_empty;
}

bool is_keyword(std::string_view text) { return find_keyword(text).has_value(); }

std::string escape_name(std::string_view name) {
  return is_keyword(name) ? "%" + std::string(name) : std::string(name);
}

std::string kebab_case(std::string_view name) {
  const auto is_upper = [&](std::size_t i) { return i < name.size() && name[i] >= 'A' && name[i] <= 'Z'; };
  const auto is_other_letter = [&](std::size_t i) { return i < name.size() && ((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9')); };
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool begins_word = is_upper(i) && i > 0 && (is_other_letter(i - 1) || (is_upper(i - 1) && i + 1 < name.size() && is_other_letter(i + 1)));
    const bool is_mark = name[i] == '_' || name[i] == '-';
    if ((begins_word || is_mark) && !out.empty() && !out.ends_with('-')) out += '-';
    if (!is_mark) out += is_upper(i) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  while (out.ends_with('-')) out.pop_back();
  return is_label(out) ? out : std::string();
}

namespace {
constexpr char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
}  // namespace

std::string fold_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  bool is_version = false;
  for (const char c : name) {
    is_version = is_version || c == '@';
    if (c != '-' || is_version) out += fold(c);
  }
  return out;
}

bool is_same_folded(std::string_view a, std::string_view b) {
  bool is_version = false;
  for (std::size_t i = 0, k = 0;; ++i, ++k) {
    while (!is_version && i < a.size() && a[i] == '-') ++i;
    while (!is_version && k < b.size() && b[k] == '-') ++k;
    if (i == a.size() || k == b.size()) return i == a.size() && k == b.size();
    if (a[i] != b[k] && fold(a[i]) != fold(b[k])) return false;
    is_version = is_version || a[i] == '@';
  }
}

}  // namespace wcomp::wit
