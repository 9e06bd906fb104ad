#include "base/semver.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace wcomp {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ident(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; }

bool is_number(std::string_view s) {
  for (const char c : s) {
    if (!is_digit(c)) return false;
  }
  return !s.empty();
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::size_t n = 0;
  std::uint64_t value = 0;
  while (n < text.size() && is_digit(text[n])) {
    const auto digit = static_cast<std::uint64_t>(text[n] - '0');
    if (value > (UINT64_MAX - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
    ++n;
  }
  if (n == 0 || (n > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(n);
  return value;
}

/// Dot-separated identifiers, none empty; numeric ones without leading zero when `strict`.
bool are_idents(std::string_view text, bool strict) {
  for (;;) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if (part.empty()) return false;
    for (const char c : part) {
      if (!is_ident(c)) return false;
    }
    if (strict && part.size() > 1 && part[0] == '0' && is_number(part)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::strong_ordering compare_ident(std::string_view a, std::string_view b) {
  const bool a_number = is_number(a), b_number = is_number(b);
  if (a_number != b_number) return a_number ? std::strong_ordering::less : std::strong_ordering::greater;
  if (a_number && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::strong_ordering compare_pre(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return b.size() == a.size() ? std::strong_ordering::equal : a.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
  for (;;) {
    const std::size_t a_dot = a.find('.'), b_dot = b.find('.');
    if (const auto c = compare_ident(a.substr(0, a_dot), b.substr(0, b_dot)); c != 0) return c;
    if (a_dot == std::string_view::npos || b_dot == std::string_view::npos) return (a_dot != std::string_view::npos) <=> (b_dot != std::string_view::npos);
    a.remove_prefix(a_dot + 1);
    b.remove_prefix(b_dot + 1);
  }
}

}  // namespace

std::optional<SemVer> SemVer::parse(std::string_view text) {
  SemVer v;
  std::uint64_t* const parts[] = {&v.major, &v.minor, &v.patch};
  for (int i = 0; i < 3; ++i) {
    if (i > 0) {
      if (text.empty() || text[0] != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    const auto n = take_number(text);
    if (!n) return std::nullopt;
    *parts[i] = *n;
  }
  const std::size_t plus = text.find('+');
  if (plus != std::string_view::npos) {
    v.build = text.substr(plus + 1);
    text = text.substr(0, plus);
    if (!are_idents(v.build, false)) return std::nullopt;
  }
  if (!text.empty()) {
    if (text[0] != '-') return std::nullopt;
    v.pre = text.substr(1);
    if (!are_idents(v.pre, true)) return std::nullopt;
  }
  return v;
}

std::string SemVer::to_string() const {
  std::array<char, 3 * 21> digits{};
  char* at = digits.data();
  for (const std::uint64_t part : {major, minor, patch}) {
    if (at != digits.data()) *at++ = '.';
    at = std::to_chars(at, digits.data() + digits.size(), part).ptr;
  }
  std::string out(digits.data(), at);
  if (!pre.empty()) out += "-" + pre;
  if (!build.empty()) out += "+" + build;
  return out;
}

std::string SemVer::compatible_track() const {
  if (!pre.empty()) return fmt::format("{}.{}.{}-{}", major, minor, patch, pre);
  if (major > 0) return fmt::format("{}", major);
  if (minor > 0) return fmt::format("0.{}", minor);
  return fmt::format("0.0.{}", patch);
}

std::strong_ordering operator<=>(const SemVer& a, const SemVer& b) {
  if (const auto c = a.major <=> b.major; c != 0) return c;
  if (const auto c = a.minor <=> b.minor; c != 0) return c;
  if (const auto c = a.patch <=> b.patch; c != 0) return c;
  if (const auto c = compare_pre(a.pre, b.pre); c != 0) return c;
  return a.build.compare(b.build) <=> 0;
}

}  // namespace wcomp
