#include "canonical-abi/wave.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "canonical-abi/wave_lexer.h"

namespace wcomp::cabi {
namespace {

/// The shortest digits that read back as the same number, without an exponent.
template <class Float>
std::string plain_digits(Float v) {
  if (std::isnan(v)) return "nan";
  if (std::isinf(v)) return v < 0 ? "-inf" : "inf";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = text.find('e');
  int exponent = 0;
  const char* exponent_begin = text.data() + e + 1 + (text[e + 1] == '+' ? 1 : 0);
  std::from_chars(exponent_begin, text.data() + text.size(), exponent);
  std::string sign, digits;
  for (const char c : text.substr(0, e)) {
    if (c == '-') sign = "-";
    else if (c != '.') digits += c;
  }
  const int point = 1 + exponent;  // digits before the decimal point
  const int count = static_cast<int>(digits.size());
  if (point <= 0) return sign + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (point >= count) return sign + digits + std::string(static_cast<std::size_t>(point - count), '0');
  return sign + digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
}

class Printer {
 public:
  explicit Printer(const types::TypeArena& arena) : arena_(arena) {}

  void value(const Value& v, const Shape& s) {
    switch (s.kind) {
      case ShapeKind::bool_: out_ += std::get<bool>(v.data) ? "true" : "false"; return;
      case ShapeKind::s8:
      case ShapeKind::s16:
      case ShapeKind::s32:
      case ShapeKind::s64: out_ += fmt::format("{}", std::get<std::int64_t>(v.data)); return;
      case ShapeKind::u8:
      case ShapeKind::u16:
      case ShapeKind::u32:
      case ShapeKind::u64: out_ += fmt::format("{}", std::get<std::uint64_t>(v.data)); return;
      case ShapeKind::f32: out_ += to_wave(std::get<float>(v.data)); return;
      case ShapeKind::f64: out_ += to_wave(std::get<double>(v.data)); return;
      case ShapeKind::char_: {
        std::string text;
        append_utf8(text, std::get<char32_t>(v.data));
        return quoted(text, '\'');
      }
      case ShapeKind::string: return quoted(std::get<std::string>(v.data), '"');
      case ShapeKind::list:
      case ShapeKind::fixed_list: {
        const auto& items = std::get<std::vector<Value>>(v.data);
        if (arena_.get<types::MapType>(s.type) != nullptr) return map(items, *s.element);
        sequence('[', ']', items.size(), [&](std::size_t i) { value(items[i], *s.element); });
        return;
      }
      case ShapeKind::record: return record(std::get<std::vector<Value>>(v.data), s);
      case ShapeKind::variant: return variant(std::get<CaseValue>(v.data), s);
      case ShapeKind::flags: return flags(std::get<FlagsValue>(v.data).bits, s);
      case ShapeKind::own:
      case ShapeKind::borrow: out_ += fmt::format("<handle {}>", std::get<HandleValue>(v.data).number); return;  // WAVE has no form for it
      case ShapeKind::error_context: {
        const HandleValue& h = std::get<HandleValue>(v.data);
        out_ += "<error-context ";
        quoted(h.error != nullptr ? h.error->debug_message : std::string(), '"');
        out_ += '>';
        return;
      }
      case ShapeKind::stream:
      case ShapeKind::future: break;
    }
    WCOMP_CHECK(false);
  }

  std::string take() { return std::move(out_); }

 private:
  template <class Each>
  void sequence(char open, char close, std::size_t n, const Each& each) {
    out_ += open;
    for (std::size_t i = 0; i < n; ++i) {
      if (i != 0) out_ += ", ";
      each(i);
    }
    out_ += close;
  }

  void quoted(std::string_view text, char quote) {
    out_ += quote;
    // What acts on a terminal becomes `\u{..}`, which WAVE reads back.
    while (!text.empty()) {
      const std::string_view plain = text.substr(0, text.find_first_of("\\'\"\r"));
      out_ += escape(plain);
      text.remove_prefix(plain.size());
      if (text.empty()) break;
      out_ += '\\';
      out_ += text[0] == '\r' ? 'r' : text[0];
      text.remove_prefix(1);
    }
    out_ += quote;
  }

  void map(const std::vector<Value>& entries, const Shape& entry) {
    sequence('{', '}', entries.size(), [&](std::size_t i) {
      const auto& pair = std::get<std::vector<Value>>(entries[i].data);
      value(pair[0], *entry.parts[0].shape);
      out_ += ": ";
      value(pair[1], *entry.parts[1].shape);
    });
  }

  void record(const std::vector<Value>& values, const Shape& s) {
    if (arena_.get<types::RecordType>(s.type) == nullptr) {
      sequence('(', ')', values.size(), [&](std::size_t i) { value(values[i], *s.parts[i].shape); });
      return;
    }
    // A field whose option is `none` is left out; a record without any is `{:}`.
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const CaseValue* c = std::get_if<CaseValue>(&values[i].data);
      const bool is_none = c != nullptr && c->index == 0 && arena_.get<types::OptionType>(s.parts[i].shape->type) != nullptr;
      if (!is_none) shown.push_back(i);
    }
    if (shown.empty()) {
      out_ += "{:}";
      return;
    }
    sequence('{', '}', shown.size(), [&](std::size_t i) {
      out_ += s.parts[shown[i]].name + ": ";
      value(values[shown[i]], *s.parts[shown[i]].shape);
    });
  }

  void variant(const CaseValue& c, const Shape& s) {
    const CaseShape& shape = s.cases[c.index];
    if (arena_.get<types::OptionType>(s.type) != nullptr) {
      out_ += c.index == 0 ? "none" : "some";
    } else if (arena_.get<types::ResultType>(s.type) != nullptr) {
      out_ += c.index == 0 ? "ok" : "err";
    } else {
      if (is_wave_keyword(shape.name)) out_ += '%';
      out_ += shape.name;
    }
    if (shape.payload == nullptr) return;
    out_ += '(';
    value(c.payload[0], *shape.payload);
    out_ += ')';
  }

  void flags(std::uint32_t bits, const Shape& s) {
    const types::FlagsType* type = arena_.get<types::FlagsType>(s.type);
    WCOMP_CHECK(type != nullptr);
    std::vector<std::string_view> set;
    for (std::size_t i = 0; i < type->names.size(); ++i) {
      if ((bits >> i & 1) != 0) set.push_back(type->names[i]);
    }
    sequence('{', '}', set.size(), [&](std::size_t i) { out_ += set[i]; });
  }

  const types::TypeArena& arena_;
  std::string out_;
};

}  // namespace

std::string to_wave(float value) { return plain_digits(value); }
std::string to_wave(double value) { return plain_digits(value); }

std::string to_wave(const types::TypeArena& arena, const Value& value, const Shape& shape) {
  WCOMP_CHECK(fits(value, shape));
  Printer p(arena);
  p.value(value, shape);
  return p.take();
}

}  // namespace wcomp::cabi
