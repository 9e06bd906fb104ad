#include "wast/component_value.h"

#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "base/utf8.h"
#include "core/text/numbers.h"

namespace wcomp::wast {

using core::text::Cursor;
using core::text::TokenKind;

namespace {

using CValue = wcomp::Value;

class Reader {
 public:
  explicit Reader(Cursor& in) : in_(in) {}

  Result<CValue> value(const Type& type, unsigned depth = 0) {
    if (depth > 100) return fail(diag::limit_exceeded, "values are nested too deeply", in_.where());
    // Inside of another value the parentheses may be missing.
    const bool is_bare = depth > 1 && in_.take_atom(keyword(type.kind()));
    if (!is_bare) WCOMP_TRY(in_.expect_open(keyword(type.kind())));
    WCOMP_TRY(CValue out, contents(type, depth));
    if (!is_bare) WCOMP_TRY(in_.expect_close());
    return out;
  }

 private:
  /// Options and results say in their keyword which case they are.
  std::string_view keyword(TypeKind kind) const {
    switch (kind) {
      case TypeKind::bool_: return "bool.const";
      case TypeKind::s8: return "s8.const";
      case TypeKind::u8: return "u8.const";
      case TypeKind::s16: return "s16.const";
      case TypeKind::u16: return "u16.const";
      case TypeKind::s32: return "s32.const";
      case TypeKind::u32: return "u32.const";
      case TypeKind::s64: return "s64.const";
      case TypeKind::u64: return "u64.const";
      case TypeKind::f32: return "f32.const";
      case TypeKind::f64: return "f64.const";
      case TypeKind::char_: return "char.const";
      case TypeKind::string: return "str.const";
      case TypeKind::list: return "list.const";
      case TypeKind::fixed_list: return "list.const";
      case TypeKind::map: return "map.const";
      case TypeKind::record: return "record.const";
      case TypeKind::tuple: return "tuple.const";
      case TypeKind::variant: return "variant.const";
      case TypeKind::enum_: return "enum.const";
      case TypeKind::flags: return "flags.const";
      case TypeKind::option: return in_.at_open("option.none") ? "option.none" : "option.some";
      case TypeKind::result: return in_.at_open("result.err") ? "result.err" : "result.ok";
      case TypeKind::own:
      case TypeKind::borrow:
      case TypeKind::error_context: break;
    }
    return "a value that a script can write";
  }

  Result<CValue> contents(const Type& type, unsigned depth) {
    switch (type.kind()) {
      case TypeKind::bool_: {
        const bool is_true = in_.at_atom("true");
        if (!in_.take_atom("true") && !in_.take_atom("false")) return in_.unexpected("`true` or `false`");
        return CValue::bool_(is_true);
      }
      case TypeKind::s8: return integer(8, true);
      case TypeKind::u8: return integer(8, false);
      case TypeKind::s16: return integer(16, true);
      case TypeKind::u16: return integer(16, false);
      case TypeKind::s32: return integer(32, true);
      case TypeKind::u32: return integer(32, false);
      case TypeKind::s64: return integer(64, true);
      case TypeKind::u64: return integer(64, false);
      case TypeKind::f32: {
        WCOMP_TRY(const std::uint64_t bits, float_bits(true));
        const auto narrow = static_cast<std::uint32_t>(bits);
        float f;
        std::memcpy(&f, &narrow, sizeof f);
        return CValue::f32(f);
      }
      case TypeKind::f64: {
        WCOMP_TRY(const std::uint64_t bits, float_bits(false));
        double f;
        std::memcpy(&f, &bits, sizeof f);
        return CValue::f64(f);
      }
      case TypeKind::char_: return character();
      case TypeKind::string: {
        WCOMP_TRY(std::string text, in_.name());
        return CValue::string(std::move(text));
      }
      case TypeKind::list:
      case TypeKind::fixed_list: return list(*type.part(0), depth);
      case TypeKind::record: return record(type, depth);
      case TypeKind::tuple: return tuple(type, depth);
      case TypeKind::variant:
      case TypeKind::enum_: {
        const Cursor start = in_;
        WCOMP_TRY(const std::string name, in_.string());
        const auto index = type.find(name);
        if (!index) return start.unexpected("a case of " + type.to_string());
        return case_(type, *index, depth);
      }
      case TypeKind::option: return case_(type, in_.at(TokenKind::close) ? 0 : 1, depth);
      case TypeKind::result: return case_(type, is_err_ ? 1 : 0, depth);
      case TypeKind::flags: return flags(type);
      case TypeKind::map:
      case TypeKind::own:
      case TypeKind::borrow:
      case TypeKind::error_context: break;
    }
    return in_.unexpected("a value that a script can write");
  }

  Result<CValue> integer(unsigned bits, bool is_signed) {
    if (!in_.at(TokenKind::atom)) return in_.unexpected("a number");
    const auto wide = core::text::parse_int(in_.text(), 64);
    if (!wide) return in_.unexpected(fmt::format("a number of {} bits", bits));
    const bool is_negative = in_.text().starts_with('-');
    const auto value = static_cast<std::int64_t>(*wide);
    const std::uint64_t limit = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    const bool fits = is_negative ? is_signed && value >= -static_cast<std::int64_t>(limit / 2) - 1 : *wide <= (is_signed ? limit / 2 : limit);
    if (!fits) return in_.unexpected(fmt::format("a number of {} bits", bits));
    in_.advance();
    return is_signed ? CValue::s(value) : CValue::u(*wide);
  }

  Result<std::uint64_t> float_bits(bool is_float32) {
    if (in_.take_atom("nan:canonical") || in_.take_atom("nan:arithmetic")) return is_float32 ? std::uint64_t{0x7fc0'0000} : std::uint64_t{0x7ff8} << 48;
    const auto bits = in_.at(TokenKind::atom) ? core::text::parse_float(in_.text(), is_float32) : std::nullopt;
    if (!bits) return in_.unexpected("a float");
    in_.advance();
    return *bits;
  }

  Result<CValue> character() {
    const Cursor start = in_;
    WCOMP_TRY(const std::string text, in_.name());
    const ScalarValue c = text.empty() ? ScalarValue{} : decode_utf8(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    if (c.length == 0 || c.length != text.size()) return start.unexpected("one character");
    return CValue::char_(static_cast<char32_t>(c.value));
  }

  Result<CValue> list(const Type& element, unsigned depth) {
    std::vector<CValue> parts;
    while (!in_.at(TokenKind::close)) {
      WCOMP_TRY(CValue part, value_of(element, depth));
      parts.push_back(std::move(part));
    }
    return CValue::list(std::move(parts));
  }

  Result<CValue> record(const Type& type, unsigned depth) {
    std::vector<CValue> parts;
    for (std::size_t i = 0; i < type.size(); ++i) {
      WCOMP_TRY(in_.expect_open("field"));
      const Cursor start = in_;
      WCOMP_TRY(const std::string name, in_.string());
      if (name != type.name(i)) return start.unexpected(fmt::format("the field `{}`", type.name(i)));
      WCOMP_TRY(CValue part, value_of(*type.part(i), depth));
      WCOMP_TRY(in_.expect_close());
      parts.push_back(std::move(part));
    }
    return CValue::list(std::move(parts));
  }

  Result<CValue> tuple(const Type& type, unsigned depth) {
    std::vector<CValue> parts;
    for (std::size_t i = 0; i < type.size(); ++i) {
      WCOMP_TRY(CValue part, value_of(*type.part(i), depth));
      parts.push_back(std::move(part));
    }
    return CValue::list(std::move(parts));
  }

  Result<CValue> case_(const Type& type, std::size_t index, unsigned depth) {
    const auto payload = type.part(index);
    if (!payload) return CValue::case_(static_cast<std::uint32_t>(index));
    WCOMP_TRY(CValue part, value_of(*payload, depth));
    return CValue::case_(static_cast<std::uint32_t>(index), std::move(part));
  }

  Result<CValue> flags(const Type& type) {
    std::uint32_t bits = 0;
    while (in_.at(TokenKind::string)) {
      const Cursor start = in_;
      WCOMP_TRY(const std::string name, in_.string());
      const auto index = type.find(name);
      if (!index) return start.unexpected("a flag of " + type.to_string());
      bits |= std::uint32_t{1} << *index;
    }
    return CValue::flags(bits);
  }

  Result<CValue> value_of(const Type& type, unsigned depth) {
    const bool is_err = in_.at_open("result.err");
    const bool outer = std::exchange(is_err_, is_err);
    auto out = value(type, depth + 1);
    is_err_ = outer;
    return out;
  }

 public:
  Result<CValue> run(const Type& type) { return value_of(type, 0); }

 private:
  Cursor& in_;
  bool is_err_ = false;  ///< of the value that is being read: which keyword a result had
};

template <class Float>
bool same(Float a, Float b) {
  return (std::isnan(a) && std::isnan(b)) || std::memcmp(&a, &b, sizeof a) == 0;
}

}  // namespace

Result<wcomp::Value> parse_component_value(const Type& type, Cursor& in) { return Reader(in).run(type); }

bool matches(const wcomp::Value& expected, const wcomp::Value& found) {
  if (expected.data.index() != found.data.index()) return false;
  if (const auto* f = std::get_if<float>(&expected.data)) return same(*f, std::get<float>(found.data));
  if (const auto* f = std::get_if<double>(&expected.data)) return same(*f, std::get<double>(found.data));
  const auto all = [](const std::vector<CValue>& a, const std::vector<CValue>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!matches(a[i], b[i])) return false;
    }
    return true;
  };
  if (const auto* l = std::get_if<std::vector<CValue>>(&expected.data)) return all(*l, std::get<std::vector<CValue>>(found.data));
  if (const auto* c = std::get_if<CaseValue>(&expected.data)) {
    const auto& other = std::get<CaseValue>(found.data);
    return c->index == other.index && all(c->payload, other.payload);
  }
  return expected == found;
}

}  // namespace wcomp::wast
