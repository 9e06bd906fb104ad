// Reading WAVE text, led by the shape of the value that is wanted.
#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/check.h"
#include "base/diagnostic.h"
#include "base/nearest_name.h"
#include "base/source.h"
#include "base/text.h"
#include "base/utf8.h"
#include "canonical-abi/wave.h"
#include "canonical-abi/wave_lexer.h"

namespace wcomp::cabi {

namespace {

std::string list_of(const std::vector<std::string_view>& names) {
  constexpr std::size_t shown = 12;
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < shown; ++i) out += fmt::format("{}`{}`", i == 0 ? "" : ", ", names[i]);
  if (names.size() > shown) out += fmt::format(" and {} more", names.size() - shown);
  return out;
}

/// The text as messages show it.
std::string shortened(std::string_view text) {
  constexpr std::size_t shown = 40;
  std::string out(text.substr(0, shown));
  if (text.size() <= shown) return out;
  while (!out.empty() && !is_utf8(out)) out.pop_back();
  return out + "...";
}

/// The number in a text of the lexer's number form; too large is infinite, too small zero.
template <class Float>
Float float_of(std::string_view text) {
  if (text == "-inf") return -std::numeric_limits<Float>::infinity();
  Float value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc::result_out_of_range) return value;
  // Beyond the type's range: which end of it, the position of the first digit that is not zero says.
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const std::size_t e = text.find_first_of("eE");
  const std::string_view digits = text.substr(0, e);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t first = digits.find_first_of("123456789");
  const auto magnitude = first < point ? static_cast<std::int64_t>(point - first) - 1 : -static_cast<std::int64_t>(first - point);
  std::int64_t exponent = 0;
  bool is_huge = false;
  if (e != std::string_view::npos) {
    const std::string_view written = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
    is_huge = std::from_chars(written.data(), written.data() + written.size(), exponent).ec == std::errc::result_out_of_range;
    if (is_huge) exponent = written.starts_with('-') ? -1 : 1;
  }
  const bool is_large = is_huge ? exponent > 0 : exponent > -magnitude;  // their sum may not fit
  const Float end_of_range = is_large ? std::numeric_limits<Float>::infinity() : Float{0};
  return is_negative ? -end_of_range : end_of_range;
}

class Parser {
 public:
  Parser(const types::TypeArena& arena, std::string_view name, std::string_view text, std::size_t begin)
      : arena_(arena), name_(name), text_(text), lexer_(text, begin) {
    next();
  }

  Result<Value> value(const Shape& s) {
    if (values_left_ == 0) return Err(at(diag::limit_exceeded, fmt::format("more than {} values", max_wave_values)));
    --values_left_;
    switch (s.kind) {
      case ShapeKind::bool_: return boolean(s);
      case ShapeKind::s8: return integer<std::int8_t, std::int64_t>(s);
      case ShapeKind::s16: return integer<std::int16_t, std::int64_t>(s);
      case ShapeKind::s32: return integer<std::int32_t, std::int64_t>(s);
      case ShapeKind::s64: return integer<std::int64_t, std::int64_t>(s);
      case ShapeKind::u8: return integer<std::uint8_t, std::uint64_t>(s);
      case ShapeKind::u16: return integer<std::uint16_t, std::uint64_t>(s);
      case ShapeKind::u32: return integer<std::uint32_t, std::uint64_t>(s);
      case ShapeKind::u64: return integer<std::uint64_t, std::uint64_t>(s);
      case ShapeKind::f32: return floating<float>(s);
      case ShapeKind::f64: return floating<double>(s);
      case ShapeKind::char_: return character(s);
      case ShapeKind::string: return string(s);
      case ShapeKind::list:
        if (is('{') && arena_.get<types::MapType>(s.type) != nullptr) return map(s);
        return list(s);
      case ShapeKind::fixed_list: return list(s);
      case ShapeKind::record: return arena_.get<types::RecordType>(s.type) != nullptr ? record(s) : tuple(s);
      case ShapeKind::variant:
        if (is_option(s)) return option(s);
        if (arena_.get<types::ResultType>(s.type) != nullptr) return result(s);
        return variant(s);
      case ShapeKind::flags: return flags(s);
      case ShapeKind::own:
      case ShapeKind::borrow:
      case ShapeKind::stream:
      case ShapeKind::future:
      case ShapeKind::error_context: break;
    }
    return Err(at(diag::unsupported, fmt::format("a value of type `{}` cannot be written as text", type_text(s))));
  }

  Result<std::vector<Value>> args(std::span<const Part> params) {
    WCOMP_TRY(expect('(', "the arguments in parentheses"));
    std::vector<Value> out;
    const std::size_t opened = last_end_ - 1;
    while (!is(')')) {
      if (out.size() == params.size()) {
        if (word_.kind == WaveToken::end) break;  // only the `)` is missing
        Failure f = at(diag::type_mismatch, params.empty() ? "an argument for a function without parameters" : fmt::format("more arguments than the {} of the function", params.size()));
        if (!params.empty()) f.diagnostics().front().notes.push_back(fmt::format("the parameters are {}", list_params(params)));
        return Err(std::move(f));
      }
      const Part& p = params[out.size()];
      auto v = value(*p.shape);
      if (!v) return Err(std::move(v).error().with_note(fmt::format("parameter `{}` is `{}`", p.name, type_text(*p.shape))));
      out.push_back(*std::move(v));
      if (!is(',')) break;
      next();
    }
    WCOMP_TRY(expect(')', "`,` or `)`"));
    // As with the fields of a record: options at the end may be left out.
    while (out.size() < params.size() && is_option(*params[out.size()].shape)) out.push_back(Value{CaseValue{0, {}}});
    if (out.size() < params.size()) {
      Failure f = between(diag::type_mismatch, fmt::format("{} argument{}, expected {}: `{}` is missing", out.size(), out.size() == 1 ? "" : "s", params.size(), params[out.size()].name), opened, last_end_);
      f.diagnostics().front().notes.push_back(fmt::format("the parameters are {}", list_params(params)));
      return Err(std::move(f));
    }
    return out;
  }

  Result<void> finish() {
    if (word_.kind != WaveToken::end) return Err(unexpected("the end"));
    return {};
  }

 private:
  void next() {
    last_end_ = word_.end;
    word_ = lexer_.next();
  }
  [[nodiscard]] bool is(char c) const { return word_.kind == WaveToken::punctuation && word_.text[0] == c; }
  [[nodiscard]] bool is_word(std::string_view label) const { return word_.kind == WaveToken::label && !word_.is_escaped && word_.text == label; }

  [[nodiscard]] std::string type_text(const Shape& s) const { return types::to_string(arena_, s.type); }
  [[nodiscard]] std::string list_params(std::span<const Part> params) const {
    constexpr std::size_t shown = 16;
    std::string out;
    for (std::size_t i = 0; i < params.size() && i < shown; ++i) out += fmt::format("{}`{}: {}`", i == 0 ? "" : ", ", params[i].name, type_text(*params[i].shape));
    if (params.size() > shown) out += fmt::format(" and {} more", params.size() - shown);
    return out;
  }

  [[nodiscard]] Failure between(DiagCode code, std::string message, std::size_t begin, std::size_t end) const {
    SourceMap sources;
    const SourceId id = sources.add(std::string(name_), std::string(text_));
    return Failure(error(code, std::move(message), sources.locate({.source = id, .begin = static_cast<std::uint32_t>(begin), .end = static_cast<std::uint32_t>(std::max(end, begin))})));
  }
  [[nodiscard]] Failure at(DiagCode code, std::string message) const { return between(code, std::move(message), word_.begin, word_.end); }

  /// What stands here, in words.
  [[nodiscard]] std::string found() const {
    const std::string quoted = shortened(word_.text);
    switch (word_.kind) {
      case WaveToken::end: return "the end of the text";
      case WaveToken::number: return fmt::format("the number {}", quoted);
      case WaveToken::character: return fmt::format("the character {}", quoted);
      case WaveToken::string: return fmt::format("the string {}", quoted);
      case WaveToken::bad: return word_.value;
      case WaveToken::label:
      case WaveToken::punctuation: break;
    }
    return fmt::format("`{}{}`", word_.is_escaped ? "%" : "", quoted);
  }
  /// A mistake of the lexer, or a text of the wrong form: `expected X, found Y`.
  [[nodiscard]] Failure unexpected(std::string_view expected) const { return at(diag::syntax, fmt::format("expected {}, found {}", expected, found())); }
  /// Something well-formed where a value of another type should be.
  [[nodiscard]] Failure mismatch(const Shape& s) const {
    const bool is_form = word_.kind == WaveToken::bad || word_.kind == WaveToken::end;
    Failure f = at(is_form ? diag::syntax : diag::type_mismatch, fmt::format("expected a value of type `{}`, found {}", type_text(s), found()));
    if (s.kind != ShapeKind::string) return f;
    if (word_.kind == WaveToken::label) f.diagnostics().front().notes.push_back(fmt::format("a string is written in quotes: \"{}\"", shortened(word_.text)));
    if (text_.substr(word_.begin, 1) == "'") f.diagnostics().front().notes.push_back("a string is written in double quotes, a character in single ones");
    return f;
  }
  Result<void> expect(char c, std::string_view expected) {
    if (!is(c)) return Err(unexpected(expected));
    next();
    return {};
  }

  [[nodiscard]] bool is_option(const Shape& s) const { return arena_.get<types::OptionType>(s.type) != nullptr; }

  Result<Value> boolean(const Shape& s) {
    if (!is_word("true") && !is_word("false")) return Err(mismatch(s));
    const bool v = word_.text == "true";
    next();
    return Value{v};
  }

  template <class Int, class Held>
  Result<Value> integer(const Shape& s) {
    if (word_.kind != WaveToken::number) return Err(mismatch(s));
    Int v = 0;
    const char* const end = word_.text.data() + word_.text.size();
    const auto read = std::from_chars(word_.text.data(), end, v);
    const bool is_integer = word_.text.find_first_not_of("-0123456789") == std::string_view::npos;
    if (!is_integer) return Err(mismatch(s));
    if (read.ec != std::errc() || read.ptr != end) {
      return Err(at(diag::type_mismatch, fmt::format("{} is outside the range of `{}`, {} to {}", found(), type_text(s), std::numeric_limits<Int>::min(), std::numeric_limits<Int>::max())));
    }
    next();
    return Value{Held{v}};
  }

  template <class Float>
  Result<Value> floating(const Shape& s) {
    Float v = 0;
    if (is_word("nan")) v = std::numeric_limits<Float>::quiet_NaN();
    else if (is_word("inf")) v = std::numeric_limits<Float>::infinity();
    else if (word_.kind == WaveToken::number) v = float_of<Float>(word_.text);
    else return Err(mismatch(s));
    next();
    return Value{v};
  }

  Result<Value> character(const Shape& s) {
    if (word_.kind != WaveToken::character) return Err(mismatch(s));
    const auto c = static_cast<char32_t>(decode_utf8(reinterpret_cast<const std::uint8_t*>(word_.value.data()), word_.value.size()).value);
    next();
    return Value{c};
  }

  Result<Value> string(const Shape& s) {
    if (word_.kind != WaveToken::string) return Err(mismatch(s));
    Value v{std::move(word_.value)};
    next();
    return v;
  }

  Result<Value> list(const Shape& s) {
    if (!is('[')) return Err(mismatch(s));
    const std::size_t begin = word_.begin;
    next();
    std::vector<Value> items;
    while (!is(']')) {
      WCOMP_TRY(Value v, value(*s.element));
      items.push_back(std::move(v));
      if (!is(',')) break;
      next();
    }
    WCOMP_TRY(expect(']', "`,` or `]`"));
    if (s.kind == ShapeKind::fixed_list && items.size() != s.length)
      return Err(between(diag::type_mismatch, fmt::format("expected a value of type `{}`, found {} element{}", type_text(s), items.size(), items.size() == 1 ? "" : "s"), begin, last_end_));
    return Value{std::move(items)};
  }

  /// `{key: value, ..}`; `{:}` and `{}` have no entries. Entries stay as they are written, the same key twice as well.
  Result<Value> map(const Shape& s) {
    const Shape& entry = *s.element;
    next();
    std::vector<Value> entries;
    if (is(':')) {
      next();
    } else {
      while (!is('}')) {
        WCOMP_TRY(Value key, value(*entry.parts[0].shape));
        WCOMP_TRY(expect(':', "`:` and the value of the entry"));
        WCOMP_TRY(Value mapped, value(*entry.parts[1].shape));
        Value pair{std::vector<Value>{}};
        auto& both = std::get<std::vector<Value>>(pair.data);
        both.reserve(2);
        both.push_back(std::move(key));
        both.push_back(std::move(mapped));
        entries.push_back(std::move(pair));
        if (!is(',')) break;
        next();
      }
    }
    WCOMP_TRY(expect('}', "`,` or `}`"));
    return Value{std::move(entries)};
  }

  Result<Value> tuple(const Shape& s) {
    if (!is('(')) return Err(mismatch(s));
    const std::size_t begin = word_.begin;
    next();
    std::vector<Value> items;
    while (!is(')') && items.size() < s.parts.size()) {
      WCOMP_TRY(Value v, value(*s.parts[items.size()].shape));
      items.push_back(std::move(v));
      if (!is(',')) break;
      next();
    }
    if (items.size() == s.parts.size() && !is(')')) return Err(unexpected(fmt::format("`)` after the {} elements of a `{}`", items.size(), type_text(s))));
    WCOMP_TRY(expect(')', "`,` or `)`"));
    if (items.size() != s.parts.size())
      return Err(between(diag::type_mismatch, fmt::format("expected a value of type `{}`, found {} element{}", type_text(s), items.size(), items.size() == 1 ? "" : "s"), begin, last_end_));
    return Value{std::move(items)};
  }

  /// `{:}` or `{name: value, ..}`, fields in any order.
  Result<Value> record(const Shape& s) {
    if (!is('{')) return Err(mismatch(s));
    const std::size_t begin = word_.begin;
    next();
    std::vector<std::optional<Value>> fields(s.parts.size());
    if (is(':')) {
      next();
    } else {
      for (bool is_first = true;; is_first = false) {
        if (is('}') && !is_first) break;
        if (word_.kind != WaveToken::label) return Err(unexpected(is('}') ? "a field; a record without fields is `{:}`" : "a field's name"));
        const std::string_view name = word_.text;
        const auto part = std::find_if(s.parts.begin(), s.parts.end(), [&](const Part& p) { return p.name == name; });
        if (part == s.parts.end()) return Err(unknown("field", name, names_of(s.parts)));
        std::optional<Value>& field = fields[static_cast<std::size_t>(part - s.parts.begin())];
        if (field) return Err(at(diag::duplicate_name, fmt::format("field `{}` is there twice", name)));
        next();
        WCOMP_TRY(expect(':', fmt::format("`:` and the value of field `{}`", name)));
        WCOMP_TRY(field, value(*part->shape));
        if (!is(',')) break;
        next();
      }
    }
    WCOMP_TRY(expect('}', "`,` or `}`"));
    std::vector<Value> values;
    values.reserve(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!fields[i]) {
        const Shape& part = *s.parts[i].shape;
        if (!is_option(part)) {
          return Err(between(diag::type_mismatch, fmt::format("field `{}` of type `{}` is missing", s.parts[i].name, type_text(part)), begin, last_end_));
        }
        if (values_left_ == 0) return Err(at(diag::limit_exceeded, fmt::format("more than {} values", max_wave_values)));
        --values_left_;
        fields[i] = Value{CaseValue{0, {}}};
      }
      values.push_back(*std::move(fields[i]));
    }
    return Value{std::move(values)};
  }

  Result<Value> flags(const Shape& s) {
    if (!is('{')) return Err(mismatch(s));
    const auto* type = arena_.get<types::FlagsType>(s.type);
    WCOMP_CHECK(type != nullptr);
    next();
    std::uint32_t bits = 0;
    while (!is('}')) {
      if (word_.kind != WaveToken::label) return Err(unexpected("a flag's name"));
      const auto flag = std::find(type->names.begin(), type->names.end(), word_.text);
      if (flag == type->names.end()) return Err(unknown("flag", word_.text, std::vector<std::string_view>(type->names.begin(), type->names.end())));
      const std::uint32_t bit = std::uint32_t{1} << (flag - type->names.begin());
      if ((bits & bit) != 0) return Err(at(diag::duplicate_name, fmt::format("flag `{}` is there twice", word_.text)));
      bits |= bit;
      next();
      if (!is(',')) break;
      next();
    }
    WCOMP_TRY(expect('}', "`,` or `}`"));
    return Value{FlagsValue{bits}};
  }

  /// A payload in parentheses, behind the case's name.
  Result<Value> payload(std::string_view name, std::uint32_t index, const Shape* payload) {
    CaseValue c{index, {}};
    if (payload == nullptr) {
      if (is('(')) return Err(at(diag::type_mismatch, fmt::format("`{}` has no payload", name)));
      return Value{std::move(c)};
    }
    if (!is('(')) return Err(at(diag::type_mismatch, fmt::format("`{}` needs a payload of type `{}` in parentheses, found {}", name, type_text(*payload), found())));
    next();
    WCOMP_TRY(Value v, value(*payload));
    c.payload.push_back(std::move(v));
    WCOMP_TRY(expect(')', "`)`"));
    return Value{std::move(c)};
  }

  Result<Value> variant(const Shape& s) {
    if (word_.kind != WaveToken::label) return Err(mismatch(s));
    const std::string_view name = word_.text;
    const auto found_case = std::find_if(s.cases.begin(), s.cases.end(), [&](const CaseShape& c) { return c.name == name; });
    if (found_case == s.cases.end()) return Err(unknown("case", name, names_of(s.cases)));
    if (!word_.is_escaped && is_wave_keyword(name)) {
      Failure f = at(diag::syntax, fmt::format("`{}` is a word of WAVE: as the name of a case it is written `%{}`", name, name));
      return Err(std::move(f));
    }
    next();
    return payload(name, static_cast<std::uint32_t>(found_case - s.cases.begin()), found_case->payload.get());
  }

  /// Whether a payload may stand for the option or result around it.
  [[nodiscard]] bool may_be_bare(const Shape& s) const {
    return !is_option(s) && arena_.get<types::ResultType>(s.type) == nullptr;
  }

  Result<Value> bare(std::uint32_t index, const Shape& payload) {
    WCOMP_TRY(Value v, value(payload));
    CaseValue c{index, {}};
    c.payload.push_back(std::move(v));
    return Value{std::move(c)};
  }

  Result<Value> option(const Shape& s) {
    const Shape& some = *s.cases[1].payload;
    if (is_word("none")) {
      next();
      return payload("none", 0, nullptr);
    }
    if (is_word("some")) {
      next();
      return payload("some", 1, &some);
    }
    if (!may_be_bare(some) || word_.kind == WaveToken::end || word_.kind == WaveToken::bad) return Err(mismatch(s));
    return bare(1, some);
  }

  Result<Value> result(const Shape& s) {
    const Shape* ok = s.cases[0].payload.get();
    if (is_word("ok") || is_word("err")) {
      const std::uint32_t index = is_word("ok") ? 0 : 1;
      next();
      return payload(index == 0 ? "ok" : "err", index, s.cases[index].payload.get());
    }
    if (ok == nullptr || !may_be_bare(*ok) || word_.kind == WaveToken::end || word_.kind == WaveToken::bad) return Err(mismatch(s));
    return bare(0, *ok);
  }

  template <class T>
  static std::vector<std::string_view> names_of(const std::vector<T>& items) {
    std::vector<std::string_view> out;
    for (const T& i : items) out.push_back(i.name);
    return out;
  }

  [[nodiscard]] Failure unknown(std::string_view what, std::string_view name, const std::vector<std::string_view>& names) const {
    Failure f = at(diag::unknown_item, fmt::format("there is no {} `{}`: expected {}", what, shortened(name), list_of(names)));
    NearestName nearest(name);
    for (const std::string_view n : names) nearest.offer(n);
    if (auto note = nearest.note()) f.diagnostics().front().notes.push_back(*std::move(note));
    return f;
  }

  const types::TypeArena& arena_;
  std::string_view name_, text_;
  WaveLexer lexer_;
  WaveWord word_;
  std::size_t last_end_ = 0;  ///< of the word before
  std::uint32_t values_left_ = max_wave_values;
};

Result<void> check_length(std::string_view text) {
  if (text.size() > max_size) return fail(diag::limit_exceeded, fmt::format("the text has {} bytes, more than {}", text.size(), max_size));
  return {};
}

}  // namespace

Result<Value> parse_wave(const types::TypeArena& arena, const Shape& shape, std::string_view name, std::string_view text) {
  WCOMP_TRY(check_length(text));
  Parser p(arena, name, text, 0);
  WCOMP_TRY(Value v, p.value(shape));
  WCOMP_TRY(p.finish());
  return v;
}

std::optional<WaveCall> find_wave_call(std::string_view text) {
  // A function's name need not be a word of WAVE: `ns:pkg/iface.f@1.2.3`.
  const std::size_t begin = skip_blank(text, 0);
  std::size_t end = begin;
  for (std::size_t at = begin; at < text.size();) {
    if (text[at] == '(') return WaveCall{.function = text.substr(begin, end - begin), .args_begin = at};
    const std::size_t after = skip_blank(text, at);
    if (after == at) end = ++at;
    else at = after;
  }
  return std::nullopt;
}

std::optional<std::size_t> find_wave_call_end(std::string_view text, std::size_t begin) {
  if (begin >= text.size() || text[begin] != '(') return std::nullopt;
  WaveLexer lexer(text, begin);
  std::size_t open = 0;
  for (WaveWord w = lexer.next(); w.kind != WaveToken::end; w = lexer.next()) {
    if (w.kind != WaveToken::punctuation) continue;
    if (w.text == "(") ++open;
    if (w.text == ")" && --open == 0) return w.end;
  }
  return std::nullopt;
}

Result<std::vector<Value>> parse_wave_args(const types::TypeArena& arena, std::span<const Part> params, std::string_view name, std::string_view text,
                                           std::size_t begin) {
  WCOMP_TRY(check_length(text));
  Parser p(arena, name, text, begin);
  WCOMP_TRY(std::vector<Value> values, p.args(params));
  WCOMP_TRY(p.finish());
  return values;
}

}  // namespace wcomp::cabi
