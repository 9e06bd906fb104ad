// What a vector instruction computes, said another way than core/vector.h says it: one lane at a time, integers in 128 bits, by the words of the
// instruction's text. For comparing the two.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace wcomp::core::model {

using Bytes = std::array<std::uint8_t, 16>;
using Wide = __int128;

struct Shape {
  bool is_float = false;
  unsigned bits = 0;
  [[nodiscard]] unsigned lanes() const { return 128 / bits; }
};
/// `i16x8` at the beginning of the text.
inline Shape shape_of(std::string_view text) {
  unsigned bits = 0;
  for (std::size_t i = 1; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) bits = bits * 10 + static_cast<unsigned>(text[i] - '0');
  return {text[0] == 'f', bits};
}
/// The second shape of an instruction, after a `_`.
inline Shape inner_shape_of(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] == '_' && (text[i + 1] == 'i' || text[i + 1] == 'f') && text[i + 2] >= '1' && text[i + 2] <= '9') return shape_of(text.substr(i + 1));
  }
  return {};
}

inline std::uint64_t raw(const Bytes& v, unsigned bits, unsigned lane) {
  std::uint64_t x = 0;
  for (unsigned i = 0; i < bits / 8; ++i) x |= std::uint64_t{v[lane * (bits / 8) + i]} << (8 * i);
  return x;
}
inline void put(Bytes& v, unsigned bits, unsigned lane, std::uint64_t x) {
  for (unsigned i = 0; i < bits / 8; ++i) v[lane * (bits / 8) + i] = static_cast<std::uint8_t>(x >> (8 * i));
}
inline Wide lane(const Bytes& v, unsigned bits, unsigned at, bool is_signed) {
  const Wide x = raw(v, bits, at);
  return is_signed && (x >> (bits - 1)) != 0 ? x - (Wide{1} << bits) : x;
}
inline Wide clamp(Wide x, unsigned bits, bool is_signed) {
  const Wide least = is_signed ? -(Wide{1} << (bits - 1)) : 0, most = (Wide{1} << (is_signed ? bits - 1 : bits)) - 1;
  return x < least ? least : x > most ? most : x;
}
inline double as_float(std::uint64_t x, unsigned bits) {
  return bits == 32 ? static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(x))) : std::bit_cast<double>(x);
}
inline std::uint64_t float_bits(double x, unsigned bits) {
  return bits == 32 ? std::bit_cast<std::uint32_t>(static_cast<float>(x)) : std::bit_cast<std::uint64_t>(x);
}

/// The nearest integer that fits, 0 for a NaN.
inline Wide saturated(double x, bool is_signed) {
  if (std::isnan(x)) return 0;
  if (x >= 1e10) return clamp(Wide{1} << 40, 32, is_signed);
  if (x <= -1e10) return clamp(-(Wide{1} << 40), 32, is_signed);
  return clamp(static_cast<Wide>(static_cast<std::int64_t>(x)), 32, is_signed);
}

inline std::optional<bool> compare(std::string_view op, auto x, auto y) {
  if (op.starts_with("eq")) return x == y;
  if (op.starts_with("ne") && op != "neg" && op != "nearest") return x != y;
  if (op == "lt" || op.starts_with("lt_")) return x < y;
  if (op == "gt" || op.starts_with("gt_")) return x > y;
  if (op == "le" || op.starts_with("le_")) return x <= y;
  if (op == "ge" || op.starts_with("ge_")) return x >= y;
  return std::nullopt;
}

inline std::uint64_t float_lane(std::string_view op, unsigned bits, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  const double x = as_float(a, bits), y = as_float(b, bits), z = as_float(c, bits);
  const std::uint64_t sign = std::uint64_t{1} << (bits - 1), all = bits == 32 ? 0xffff'ffff : ~std::uint64_t{0};
  if (auto r = compare(op, x, y)) return *r ? all : 0;
  if (op == "abs") return a & ~sign;
  if (op == "neg") return a ^ sign;
  if (op == "pmin") return y < x ? b : a;
  if (op == "pmax") return x < y ? b : a;
  if (op.starts_with("relaxed_")) op.remove_prefix(8);
  const bool is_nmadd = op == "nmadd";
  if (op == "madd" || is_nmadd) {
    // Rounded after each step.
    const double p = as_float(float_bits((is_nmadd ? -x : x) * y, bits), bits);
    return float_bits(p + z, bits);
  }
  double r = 0;
  if (op == "ceil") r = std::ceil(x);
  if (op == "floor") r = std::floor(x);
  if (op == "trunc") r = std::trunc(x);
  if (op == "nearest") r = std::nearbyint(x);
  if (op == "sqrt") r = std::sqrt(x);
  if (op == "add") r = x + y;
  if (op == "sub") r = x - y;
  if (op == "mul") r = x * y;
  if (op == "div") r = x / y;
  if (op == "min" || op == "max") {
    const bool first = x == y ? std::signbit(x) == (op == "min") : (x < y) == (op == "min");
    r = std::isnan(x) || std::isnan(y) ? NAN : first ? x : y;
  }
  return float_bits(r, bits);
}

inline Wide integer_lane(std::string_view op, unsigned bits, const Bytes& a, const Bytes& b, const Bytes& c, unsigned i) {
  const bool is_signed = op.ends_with("_s");
  const Wide x = lane(a, bits, i, is_signed), y = lane(b, bits, i, is_signed);
  if (auto r = compare(op, x, y)) return *r ? -1 : 0;
  if (op == "abs") return lane(a, bits, i, true) < 0 ? -lane(a, bits, i, true) : x;
  if (op == "neg") return -x;
  if (op == "popcnt") return std::popcount(static_cast<std::uint64_t>(x));
  if (op == "add") return x + y;
  if (op == "sub") return x - y;
  if (op == "mul") return static_cast<Wide>(static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(y));
  if (op.starts_with("add_sat")) return clamp(x + y, bits, is_signed);
  if (op.starts_with("sub_sat")) return clamp(x - y, bits, is_signed);
  if (op.starts_with("min")) return x < y ? x : y;
  if (op.starts_with("max")) return x > y ? x : y;
  if (op.starts_with("avgr")) return (x + y + 1) / 2;
  if (op.find("q15mulr") != op.npos) return clamp((x * y + 0x4000) >> 15, 16, true);
  if (op == "relaxed_laneselect") return (x & lane(c, bits, i, false)) | (y & ~lane(c, bits, i, false));
  return 0x5555'5555;  // not known: differs from whatever it is
}

/// A row whose operands are vectors, with a vector as result.
inline Bytes compute(std::string_view text, const Bytes& a, const Bytes& b, const Bytes& c) {
  const std::string_view op = text.substr(text.find('.') + 1);
  Bytes r{};
  if (text.starts_with("v128.")) {
    for (unsigned i = 0; i < 16; ++i) {
      const unsigned x = a[i], y = b[i], z = c[i];
      const unsigned v = op == "not" ? ~x : op == "and" ? x & y : op == "andnot" ? x & ~y : op == "or" ? x | y : op == "xor" ? x ^ y : (x & z) | (y & ~z);
      r[i] = static_cast<std::uint8_t>(v);
    }
    return r;
  }
  const Shape shape = shape_of(text), inner = inner_shape_of(text);
  const bool is_signed = op.ends_with("_s") || op.ends_with("_s_zero");
  const unsigned n = shape.lanes();
  if (op.ends_with("swizzle")) {
    for (unsigned i = 0; i < 16; ++i) r[i] = b[i] < 16 ? a[b[i]] : 0;
  } else if (op.starts_with("relaxed_dot") || op.starts_with("dot")) {
    const unsigned bits = op.starts_with("dot") ? 16 : 8, per_lane = shape.bits / bits;
    for (unsigned i = 0; i < n; ++i) {
      Wide sum = op.find("_add_") != op.npos ? lane(c, shape.bits, i, true) : 0;
      for (unsigned k = 0; k < per_lane; k += 2) {
        const unsigned at = i * per_lane + k;
        const Wide pair = lane(a, bits, at, true) * lane(b, bits, at, true) + lane(a, bits, at + 1, true) * lane(b, bits, at + 1, true);
        sum += bits == 8 ? clamp(pair, 16, true) : pair;
      }
      put(r, shape.bits, i, static_cast<std::uint64_t>(sum));
    }
  } else if (op.starts_with("narrow")) {
    for (unsigned i = 0; i < n; ++i) {
      const Wide x = i < n / 2 ? lane(a, inner.bits, i, true) : lane(b, inner.bits, i - n / 2, true);
      put(r, shape.bits, i, static_cast<std::uint64_t>(clamp(x, shape.bits, is_signed)));
    }
  } else if (op.starts_with("ext")) {
    for (unsigned i = 0; i < n; ++i) {
      const unsigned at = op.find("_high_") != op.npos ? i + n : i;
      Wide x = lane(a, inner.bits, at, is_signed);
      if (op.starts_with("extmul")) x *= lane(b, inner.bits, at, is_signed);
      if (op.starts_with("extadd")) x = lane(a, inner.bits, 2 * i, is_signed) + lane(a, inner.bits, 2 * i + 1, is_signed);
      put(r, shape.bits, i, static_cast<std::uint64_t>(x));
    }
  } else if (op.find("trunc_") != op.npos) {
    for (unsigned i = 0; i < inner.lanes(); ++i) put(r, 32, i, static_cast<std::uint64_t>(saturated(as_float(raw(a, inner.bits, i), inner.bits), is_signed)));
  } else if (op.starts_with("convert")) {
    for (unsigned i = 0; i < n; ++i) {
      const auto x = static_cast<std::int64_t>(lane(a, 32, i, is_signed));
      put(r, shape.bits, i, shape.bits == 32 ? std::bit_cast<std::uint32_t>(static_cast<float>(x)) : std::bit_cast<std::uint64_t>(static_cast<double>(x)));
    }
  } else if (op.starts_with("demote") || op.starts_with("promote")) {
    for (unsigned i = 0; i < 2; ++i) put(r, shape.bits, i, float_bits(as_float(raw(a, inner.bits, i), inner.bits), shape.bits));
  } else {
    for (unsigned i = 0; i < n; ++i) {
      put(r, shape.bits, i,
          shape.is_float ? float_lane(op, shape.bits, raw(a, shape.bits, i), raw(b, shape.bits, i), raw(c, shape.bits, i))
                         : static_cast<std::uint64_t>(integer_lane(op, shape.bits, a, b, c, i)));
    }
  }
  return r;
}

/// Rows with an i32 as result, of one vector.
inline std::uint32_t summarize(std::string_view text, const Bytes& a) {
  const bool is_all = text.ends_with("all_true"), is_mask = text.ends_with("bitmask");
  const unsigned bits = text.starts_with("v128") ? 8 : shape_of(text).bits;
  std::uint32_t mask = 0;
  bool all = true, any = false;
  for (unsigned i = 0; i < 128 / bits; ++i) {
    const Wide x = lane(a, bits, i, true);
    if (x < 0) mask |= 1u << i;
    all = all && x != 0;
    any = any || x != 0;
  }
  return is_mask ? mask : is_all ? all : any;
}

}  // namespace wcomp::core::model
