#include "core/text/numbers.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace wcomp::core::text {
namespace {

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

/// Takes digits (with single `_` between them) from the front; false if there is none where one is needed.
bool take_digits(std::string_view& in, int base, std::string& out) {
  bool after_digit = false;
  std::size_t i = 0;
  for (; i < in.size(); ++i) {
    if (digit_value(in[i]) < base) {
      out += in[i];
      after_digit = true;
    } else if (in[i] == '_' && after_digit) {
      after_digit = false;
    } else {
      break;
    }
  }
  in.remove_prefix(i);
  return after_digit;  // not empty, and no `_` at the end
}

bool take(std::string_view& in, std::string_view prefix) {
  if (!in.starts_with(prefix)) return false;
  in.remove_prefix(prefix.size());
  return true;
}

/// `nan`, `nan:0x..` without sign.
template <class Bits>
std::optional<Bits> parse_nan(std::string_view in, Bits exponent, int mantissa_bits) {
  if (in == "nan") return exponent | Bits{1} << (mantissa_bits - 1);
  if (!take(in, "nan:0x")) return std::nullopt;
  const auto payload = parse_nat("0x" + std::string(in), (std::uint64_t{1} << mantissa_bits) - 1);
  if (!payload || *payload == 0) return std::nullopt;
  return exponent | static_cast<Bits>(*payload);
}

/// Whether a number that no float holds is above 1: by where its first digit that counts stands, and the exponent.
bool is_large(std::string_view digits, std::size_t mantissa, bool is_hex) {
  const std::string_view before = digits.substr(0, mantissa);
  const std::size_t first = before.find_first_not_of("0.");
  if (first == before.npos) return false;
  const auto point = static_cast<std::int64_t>(std::min(before.find('.'), mantissa));
  std::int64_t magnitude = point - static_cast<std::int64_t>(first);
  if (is_hex) magnitude *= 4;
  if (mantissa == digits.size()) return magnitude > 0;
  std::int64_t exponent = 0;
  const std::string_view written = digits.substr(mantissa + 1);
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), exponent);
  if (error == std::errc::result_out_of_range) return !written.starts_with('-');
  return exponent > -magnitude;
}

template <class Float, class Bits>
std::optional<std::uint64_t> parse(std::string_view in) {
  using Limits = std::numeric_limits<Float>;
  constexpr int mantissa_bits = Limits::digits - 1;
  const Bits sign = in.starts_with('-') ? Bits{1} << (sizeof(Bits) * 8 - 1) : 0;
  if (in.starts_with('-') || in.starts_with('+')) in.remove_prefix(1);
  const auto infinity = std::bit_cast<Bits>(Limits::infinity());
  if (in == "inf") return sign | infinity;
  if (in.starts_with("nan")) {
    const auto nan = parse_nan<Bits>(in, infinity, mantissa_bits);
    return nan ? std::optional<std::uint64_t>(sign | *nan) : std::nullopt;
  }
  const bool is_hex = take(in, "0x");
  const int base = is_hex ? 16 : 10;
  std::string digits;
  if (!take_digits(in, base, digits)) return std::nullopt;
  if (take(in, ".")) {
    digits += '.';
    if (!in.empty() && digit_value(in[0]) < base && !take_digits(in, base, digits)) return std::nullopt;
  }
  const std::size_t mantissa = digits.size();
  if (take(in, is_hex ? "p" : "e") || take(in, is_hex ? "P" : "E")) {
    digits += is_hex ? 'p' : 'e';
    if (in.starts_with('-')) digits += '-';
    if (in.starts_with('-') || in.starts_with('+')) in.remove_prefix(1);
    if (!take_digits(in, 10, digits)) return std::nullopt;
  }
  if (!in.empty()) return std::nullopt;
  Float value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? std::chars_format::hex : std::chars_format::general);
  if (error == std::errc::result_out_of_range) {
    // from_chars does not say whether it is too large or too small.
    if (is_large(digits, mantissa, is_hex)) return std::nullopt;
    value = 0;
  } else if (error != std::errc() || end != digits.data() + digits.size() || std::isinf(value)) {
    return std::nullopt;
  }
  return sign | std::bit_cast<Bits>(value);
}

}  // namespace

namespace {

/// Decimal digits that cannot be too many, alone: what most numbers are.
std::optional<std::uint64_t> parse_short(std::string_view literal) {
  constexpr std::size_t safe_digits = 19;
  if (literal.empty() || literal.size() > safe_digits) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : literal) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

}  // namespace

std::optional<std::uint64_t> parse_nat(std::string_view literal, std::uint64_t max) {
  if (const auto value = parse_short(literal)) return *value <= max ? value : std::nullopt;
  const int base = take(literal, "0x") ? 16 : 10;
  std::string digits;
  if (!take_digits(literal, base, digits) || !literal.empty()) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size() || value > max) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_int(std::string_view literal, unsigned bits) {
  const std::uint64_t max = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  const bool is_negative = literal.starts_with('-');
  if (is_negative || literal.starts_with('+')) literal.remove_prefix(1);
  const std::uint64_t half = std::uint64_t{1} << (bits - 1);
  const auto value = parse_nat(literal, is_negative ? half : max);
  if (!value) return std::nullopt;
  return is_negative ? (0 - *value) & max : *value;
}

std::optional<std::uint64_t> parse_float(std::string_view literal, bool is_float32) {
  return is_float32 ? parse<float, std::uint32_t>(literal) : parse<double, std::uint64_t>(literal);
}

}  // namespace wcomp::core::text
