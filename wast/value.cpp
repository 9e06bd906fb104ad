#include "wast/value.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "base/text.h"
#include "core/text/numbers.h"

namespace wcomp::wast {

using core::text::Cursor;
using core::text::TokenKind;
using core::text::TokenList;

namespace {

struct Scalar {
  std::string_view keyword;
  ValueKind kind;
  std::uint8_t bits;
};
constexpr Scalar scalars[] = {{"i32.const", ValueKind::i32, 32}, {"i64.const", ValueKind::i64, 64}, {"f32.const", ValueKind::f32, 32}, {"f64.const", ValueKind::f64, 64}};

struct Shape {
  std::string_view name;
  std::uint8_t lanes, bits;
  bool is_float;
};
constexpr Shape shapes[] = {{"i8x16", 16, 8, false}, {"i16x8", 8, 16, false}, {"i32x4", 4, 32, false}, {"i64x2", 2, 64, false}, {"f32x4", 4, 32, true}, {"f64x2", 2, 64, true}};

/// References that a pattern may name without saying which: all but null ones.
constexpr std::string_view any_refs[] = {"ref.func", "ref.any", "ref.eq", "ref.i31", "ref.struct", "ref.array", "ref.exn"};

/// The top of the heap types that a word of a script belongs to; types of a module are functions.
std::string_view hierarchy_of(std::string_view heap_type) {
  if (heap_type.ends_with("extern")) return "extern";
  if (heap_type.ends_with("exn")) return "exn";
  constexpr std::string_view internal[] = {"any", "eq", "i31", "struct", "array", "none"};
  return std::ranges::find(internal, heap_type) != std::end(internal) ? "any" : "func";
}

std::optional<std::uint64_t> parse_int(std::string_view literal, unsigned bits) {
  const auto wide = core::text::parse_int(literal, bits < 32 ? 32 : bits);
  if (!wide || bits >= 32) return wide;
  // i8 and i16: from the least signed to the greatest unsigned number.
  const auto number = static_cast<std::int32_t>(static_cast<std::uint32_t>(*wide));
  const std::int32_t limit = 1 << bits;
  if (number >= limit || number < -limit / 2) return std::nullopt;
  return *wide & (static_cast<std::uint64_t>(limit) - 1);
}

Result<Lane> parse_lane(Cursor& in, bool is_float, unsigned bits, bool is_pattern) {
  Lane lane;
  if (!in.at(TokenKind::atom)) return in.unexpected("a number");
  if (is_pattern && is_float && in.take_atom("nan:canonical")) {
    lane.nan = NanPattern::canonical;
    return lane;
  }
  if (is_pattern && is_float && in.take_atom("nan:arithmetic")) {
    lane.nan = NanPattern::arithmetic;
    return lane;
  }
  const auto number = is_float ? core::text::parse_float(in.text(), bits == 32) : parse_int(in.text(), bits);
  if (!number) return in.unexpected(fmt::format("{} of {} bits", is_float ? "a float" : "an integer", bits));
  lane.bits = *number;
  in.advance();
  return lane;
}

Result<void> parse_lanes(Cursor& in, Pattern& out, bool is_pattern) {
  for (const Scalar& s : scalars) {
    if (!in.take_open(s.keyword)) continue;
    out.kind = s.kind;
    out.lane_bits = s.bits;
    WCOMP_TRY(Lane lane, parse_lane(in, s.kind == ValueKind::f32 || s.kind == ValueKind::f64, s.bits, is_pattern));
    out.lanes.push_back(lane);
    return in.expect_close();
  }
  if (in.take_open("v128.const")) {
    out.kind = ValueKind::v128;
    const auto* shape = std::ranges::find_if(shapes, [&](const Shape& s) { return in.at_atom(s.name); });
    if (shape == std::end(shapes)) return in.unexpected("a shape (i8x16 .. f64x2)");
    in.advance();
    out.lane_bits = shape->bits;
    for (unsigned i = 0; i < shape->lanes; ++i) {
      WCOMP_TRY(Lane lane, parse_lane(in, shape->is_float, shape->bits, is_pattern));
      out.lanes.push_back(lane);
    }
    return in.expect_close();
  }
  return in.unexpected(is_pattern ? "a result" : "a constant");
}

/// False if it is no reference.
Result<bool> parse_ref(Cursor& in, Pattern& out, bool is_pattern) {
  if (in.take_open("ref.null")) {
    out.ref = RefPattern::null;
    if (in.at(TokenKind::atom) || in.at(TokenKind::id)) {
      out.hierarchy = hierarchy_of(in.text());
      in.advance();
    }
  } else if (in.take_open("ref.extern") || in.take_open("ref.host")) {
    out.ref = RefPattern::any;
    out.hierarchy = "extern";
    if (!in.at(TokenKind::close)) {
      out.ref = RefPattern::host;
      WCOMP_TRY(out.host, in.nat(0xffff'ffff));
    } else if (!is_pattern) {
      return in.unexpected("the number of a host's reference");
    }
  } else {
    const auto* any = std::ranges::find_if(any_refs, [&](std::string_view name) { return in.at_open(name); });
    if (!is_pattern || any == std::end(any_refs)) return false;
    in.take_open(*any);
    out.ref = RefPattern::any;
    out.hierarchy = hierarchy_of(any->substr(std::string_view("ref.").size()));
    if (in.at(TokenKind::atom)) in.advance();
  }
  out.kind = ValueKind::ref;
  WCOMP_TRY(in.expect_close());
  return true;
}

std::uint64_t mask(unsigned bits) { return bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1; }

std::uint64_t lane_of(const Value& v, unsigned bits, std::size_t i) {
  const std::size_t at = bits * i;
  return v.slots[at / 64] >> at % 64 & mask(bits);
}

bool lane_matches(const Lane& lane, unsigned bits, std::uint64_t found) {
  if (lane.nan == NanPattern::none) return lane.bits == found;
  // The exponent and the mantissa's first bit; a canonical NaN has no other one.
  const std::uint64_t quiet = bits == 32 ? 0x7fc0'0000 : 0x7ff8'0000'0000'0000;
  if (lane.nan == NanPattern::arithmetic) return (found & quiet) == quiet;
  return (found & mask(bits - 1)) == quiet;
}

std::string text_of(const TokenList& list, const Cursor& from, std::size_t end) {
  const std::string_view all = list.sources.text(list.source);
  const auto begin = from.peek().begin;
  return std::string(all.substr(begin, list.tokens[end - 1].end - begin));
}

std::string float_text(unsigned bits, std::uint64_t found) {
  const bool is_nan = bits == 32 ? (found & 0x7fff'ffff) > 0x7f80'0000 : (found & mask(63)) > 0x7ff0'0000'0000'0000;
  if (is_nan) return fmt::format("{}nan:{:#x}", found >> (bits - 1) != 0 ? "-" : "", found & (bits == 32 ? 0x7f'ffff : mask(52)));
  return bits == 32 ? fmt::format("{}", std::bit_cast<float>(static_cast<std::uint32_t>(found))) : fmt::format("{}", std::bit_cast<double>(found));
}

}  // namespace

std::string_view to_string(ValueKind kind) {
  constexpr std::string_view names[] = {"i32", "i64", "f32", "f64", "v128", "ref"};
  return names[static_cast<std::size_t>(kind)];
}

ValueKind kind_of(core::ValType type) {
  if (type == core::ValType::i32) return ValueKind::i32;
  if (type == core::ValType::i64) return ValueKind::i64;
  if (type == core::ValType::f32) return ValueKind::f32;
  if (type == core::ValType::f64) return ValueKind::f64;
  if (type == core::ValType::v128) return ValueKind::v128;
  return ValueKind::ref;
}

bool can_pass(const Value& value, core::ValType param) {
  if (value.kind != kind_of(param)) return false;
  if (value.kind != ValueKind::ref) return true;
  return value.slots[0] == 0 ? core::is_nullable(param) : core::heap_type_of(param) == core::HeapType::extern_;
}

Result<Value> parse_value(Cursor& in) {
  Pattern p;
  WCOMP_TRY(const bool is_ref, parse_ref(in, p, false));
  Value out;
  if (is_ref) {
    out.kind = ValueKind::ref;
    out.slots[0] = p.ref == RefPattern::null ? 0 : p.host + 1;
    return out;
  }
  WCOMP_TRY(parse_lanes(in, p, false));
  out.kind = p.kind;
  for (std::size_t i = 0; i < p.lanes.size(); ++i) {
    const std::size_t at = p.lane_bits * i;
    out.slots[at / 64] |= (p.lanes[i].bits & mask(p.lane_bits)) << at % 64;
  }
  return out;
}

Result<Pattern> parse_pattern(const TokenList& list, Cursor& in) {
  const Cursor start = in;
  Pattern out;
  if (in.take_open("either")) {
    do {
      if (in.at_open("either")) return in.unexpected("a result without alternatives");
      WCOMP_TRY(Pattern p, parse_pattern(list, in));
      out.alternatives.push_back(std::move(p));
    } while (!in.take_close());
  } else {
    WCOMP_TRY(const bool is_ref, parse_ref(in, out, true));
    if (!is_ref) WCOMP_TRY(parse_lanes(in, out, true));
  }
  out.text = text_of(list, start, in.position());
  return out;
}

bool matches(const Pattern& pattern, const Value& value) {
  if (!pattern.alternatives.empty()) return std::ranges::any_of(pattern.alternatives, [&](const Pattern& p) { return matches(p, value); });
  if (pattern.kind != value.kind) return false;
  if (pattern.kind == ValueKind::ref) {
    const std::uint64_t found = value.slots[0];
    const core::HeapType heap = core::heap_type_of(value.type);
    if (!pattern.hierarchy.empty() && pattern.hierarchy != (core::is_concrete(heap) ? "func" : hierarchy_of(core::to_string(heap)))) return false;
    return pattern.ref == RefPattern::null ? found == 0 : pattern.ref == RefPattern::host ? found == pattern.host + 1 : found != 0;
  }
  for (std::size_t i = 0; i < pattern.lanes.size(); ++i) {
    if (!lane_matches(pattern.lanes[i], pattern.lane_bits, lane_of(value, pattern.lane_bits, i))) return false;
  }
  return true;
}

std::string to_string(const Value& value, const Pattern* like) {
  switch (value.kind) {
    case ValueKind::i32: return fmt::format("(i32.const {})", static_cast<std::int32_t>(static_cast<std::uint32_t>(value.slots[0])));
    case ValueKind::i64: return fmt::format("(i64.const {})", static_cast<std::int64_t>(value.slots[0]));
    case ValueKind::f32: return fmt::format("(f32.const {})", float_text(32, value.slots[0] & mask(32)));
    case ValueKind::f64: return fmt::format("(f64.const {})", float_text(64, value.slots[0]));
    case ValueKind::ref: return value.slots[0] == 0 ? "(ref.null)" : fmt::format("(a reference, {} in the engine)", value.slots[0]);
    case ValueKind::v128: break;
  }
  if (like != nullptr && !like->alternatives.empty()) like = &like->alternatives.front();
  const unsigned bits = like != nullptr && like->kind == ValueKind::v128 ? like->lane_bits : 32;
  const bool is_float = like != nullptr && like->text.find(" f") != std::string::npos;
  std::string out = fmt::format("(v128.const {}{}x{}", is_float ? 'f' : 'i', bits, 128 / bits);
  for (std::size_t i = 0; i < 128 / bits; ++i) {
    const std::uint64_t lane = lane_of(value, bits, i);
    out += is_float ? " " + float_text(bits, lane) : fmt::format(" {:#x}", lane);
  }
  return out + ")";
}

}  // namespace wcomp::wast
