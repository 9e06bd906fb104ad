#include "canonical-abi/wave_lexer.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"

namespace wcomp::cabi {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The character that begins at `at`; the first byte of what is no UTF-8.
std::string_view character_at(std::string_view text, std::size_t at) {
  const ScalarValue c = decode_utf8(reinterpret_cast<const std::uint8_t*>(text.data()) + at, text.size() - at);
  return text.substr(at, std::max<std::size_t>(c.length, 1));
}

}  // namespace

std::size_t skip_blank(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const char c = text[at];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') ++at;
    else if (text.substr(at, 2) == "//") at = std::min(text.find('\n', at), text.size());
    else break;
  }
  return at;
}

bool is_wave_keyword(std::string_view name) {
  constexpr std::array<std::string_view, 8> keywords{"true", "false", "some", "none", "ok", "err", "inf", "nan"};
  return std::find(keywords.begin(), keywords.end(), name) != keywords.end();
}

WaveWord WaveLexer::next() {
  at_ = skip_blank(text_, at_);
  if (is_end()) return word(WaveToken::end, at_);
  const char c = peek();
  if (is_digit(c) || c == '-') return number();
  if (is_letter(c) || c == '%') return label();
  if (c == '\'') return quoted('\'');
  if (c == '"') return text_.substr(at_, 3) == "\"\"\"" ? multiline() : quoted('"');
  const std::size_t begin = at_;
  if (std::string_view("()[]{},:").find(c) != std::string_view::npos) {
    ++at_;
    return word(WaveToken::punctuation, begin);
  }
  at_ += character_at(text_, at_).size();
  return bad(begin, "a character that WAVE does not use");
}

WaveWord WaveLexer::word(WaveToken kind, std::size_t begin) const {
  return {.kind = kind, .begin = begin, .end = at_, .text = text_.substr(begin, at_ - begin), .is_escaped = false, .value = {}};
}

WaveWord WaveLexer::bad(std::size_t begin, std::string what) {
  WaveWord w = word(WaveToken::bad, begin);
  w.value = std::move(what);
  return w;
}

// -? (0 | [1-9][0-9]*) (\. [0-9]+)? ([eE] [+-]? [0-9]+)? , and -inf
WaveWord WaveLexer::number() {
  const std::size_t begin = at_;
  if (peek() == '-') ++at_;
  if (text_.substr(at_, 3) == "inf") {
    at_ += 3;
    return word(WaveToken::number, begin);
  }
  if (!is_digit(peek())) return bad(begin, "a `-` without digits");
  if (peek() == '0' && is_digit(peek(1))) {
    while (is_digit(peek())) ++at_;
    return bad(begin, "a number with a zero in front");
  }
  while (is_digit(peek())) ++at_;
  if (peek() == '.' && is_digit(peek(1))) {
    ++at_;
    while (is_digit(peek())) ++at_;
  }
  if (peek() == 'e' || peek() == 'E') {
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (is_digit(peek(1 + sign))) {
      at_ += 1 + sign;
      while (is_digit(peek())) ++at_;
    }
  }
  return word(WaveToken::number, begin);
}

// %? [a-zA-Z][a-zA-Z0-9-]* ; whether it is a name is for whoever looks it up
WaveWord WaveLexer::label() {
  const std::size_t begin = at_;
  const bool is_escaped = peek() == '%';
  if (is_escaped) ++at_;
  if (!is_letter(peek())) return bad(begin, "a `%` without a name");
  while (is_letter(peek()) || is_digit(peek()) || peek() == '-') ++at_;
  WaveWord w = word(WaveToken::label, begin);
  w.is_escaped = is_escaped;
  if (is_escaped) w.text.remove_prefix(1);
  return w;
}

WaveWord WaveLexer::quoted(char quote) {
  const std::size_t begin = at_++;
  const bool is_char = quote == '\'';
  std::string value, problem;
  std::size_t problem_begin = 0, problem_end = 0, count = 0;
  while (!is_end() && peek() != quote) {
    const std::size_t start = at_;
    std::string found;
    if (peek() == '\n') {
      at_ = begin + 1;
      return bad(begin, is_char ? "a character without its closing quote" : "a string without its closing quote");
    }
    if (peek() == '\\') {
      found = escape_sequence(value);
    } else {
      const std::string_view bytes = character_at(text_, at_);
      if (!is_utf8(bytes)) found = "bytes that are not UTF-8";
      value += bytes;
      at_ += bytes.size();
    }
    if (problem.empty() && !found.empty()) {
      problem = std::move(found);
      problem_begin = start;
      problem_end = at_;
    }
    ++count;
  }
  if (is_end()) {
    at_ = begin + 1;
    return bad(begin, is_char ? "a character without its closing quote" : "a string without its closing quote");
  }
  if (!problem.empty()) {
    at_ = problem_end;
    return bad(problem_begin, std::move(problem));
  }
  ++at_;
  if (is_char && count != 1) return bad(begin, count == 0 ? "an empty character" : "more than one character between single quotes");
  WaveWord w = word(is_char ? WaveToken::character : WaveToken::string, begin);
  w.value = std::move(value);
  return w;
}

// The content stands on lines of its own; the closing quotes' indentation is taken from every line that is not empty.
WaveWord WaveLexer::multiline() {
  const std::size_t begin = at_;
  at_ += 3;
  if (peek() == '\r' && peek(1) == '\n') ++at_;
  if (peek() != '\n') return bad(begin, "a `\"\"\"` that no line break follows");
  const std::size_t content = ++at_;
  for (;;) {  // where the closing quotes are
    if (is_end()) {
      at_ = begin + 3;
      return bad(begin, "a string without its closing `\"\"\"`");
    }
    if (text_.substr(at_, 3) == "\"\"\"") break;
    at_ += peek() == '\\' ? 2 : 1;
  }
  const std::size_t closing = at_;
  at_ += 3;
  const std::size_t line = text_.rfind('\n', closing) + 1;
  const std::string_view indent = text_.substr(line, closing - line);
  if (indent.find_first_not_of(' ') != std::string_view::npos) {
    return bad(closing, "a closing `\"\"\"` with something before it on its line");
  }
  WaveWord out = word(WaveToken::string, begin);
  const std::size_t end = at_;
  bool is_first = true;
  for (std::size_t start = content; start < line;) {
    std::size_t stop = text_.find('\n', start);
    const std::size_t after = stop + 1;
    if (stop > start && text_[stop - 1] == '\r') --stop;
    if (!is_first) out.value += '\n';
    is_first = false;
    if (stop > start) {
      if (!text_.substr(start, stop - start).starts_with(indent)) {
        at_ = stop;
        return bad(start, "a line that is indented less than the closing `\"\"\"`");
      }
      at_ = start + indent.size();
      while (at_ < stop) {
        const std::size_t here = at_;
        if (peek() == '\\') {
          if (std::string problem = escape_sequence(out.value); !problem.empty()) return bad(here, std::move(problem));
          continue;
        }
        const std::string_view bytes = character_at(text_, at_);
        at_ += bytes.size();
        if (!is_utf8(bytes)) return bad(here, "bytes that are not UTF-8");
        out.value += bytes;
      }
    }
    start = after;
  }
  at_ = end;
  return out;
}

std::string WaveLexer::escape_sequence(std::string& out) {
  ++at_;
  const char c = peek();
  if (is_end() || c == '\n') return "a `\\` without a character";
  at_ += character_at(text_, at_).size();
  switch (c) {
    case '\\':
    case '\'':
    case '"': out += c; return {};
    case 't': out += '\t'; return {};
    case 'n': out += '\n'; return {};
    case 'r': out += '\r'; return {};
    case 'u': break;
    default: return "an escape that WAVE does not have: it has \\\\ \\' \\\" \\t \\n \\r \\u{..}";
  }
  constexpr std::string_view form = "a `\\u` that is not followed by 1 to 6 hexadecimal digits in braces";
  if (peek() != '{') return std::string(form);
  ++at_;
  std::uint32_t value = 0;
  std::size_t digits = 0;
  while (hex_digit(peek()) >= 0 && digits < 7) {
    value = value << 4 | static_cast<std::uint32_t>(hex_digit(peek()));
    ++at_;
    ++digits;
  }
  if (digits == 0 || digits > 6 || peek() != '}') return std::string(form);
  ++at_;
  return append_utf8(out, value) ? std::string() : std::string("a `\\u{..}` that is no Unicode scalar value");
}

}  // namespace wcomp::cabi
