#include "core/text/lexer.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "core/dylink.h"

namespace wcomp::core::text {
namespace {

// Classes of characters.
constexpr std::uint8_t id_char = 1, space_char = 2;
constexpr std::array<std::uint8_t, 256> classes = [] {
  std::array<std::uint8_t, 256> out{};
  for (unsigned char c = '0'; c <= '9'; ++c) out[c] = id_char;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) out[c] = id_char;
  for (unsigned char c = 'a'; c <= 'z'; ++c) out[c] = id_char;
  for (const char c : std::string_view("!#$%&'*+-./:<=>?@\\^_`|~")) out[static_cast<unsigned char>(c)] = id_char;
  for (const char c : std::string_view(" \t\n\r")) out[static_cast<unsigned char>(c)] = space_char;
  return out;
}();
bool is_id_char(char c) { return (classes[static_cast<unsigned char>(c)] & id_char) != 0; }
bool is_space(char c) { return (classes[static_cast<unsigned char>(c)] & space_char) != 0; }

/// Annotations that are kept beside the tokens.
struct SideRow {
  std::string_view id;
  AnnotationKind kind;
};
constexpr std::array<SideRow, 7> side_rows{{{"name", AnnotationKind::name},
                                            {"metadata.code.branch_hint", AnnotationKind::branch_hint},
                                            {"wcomp.name-section", AnnotationKind::name_section},
                                            {"wcomp.data-count", AnnotationKind::data_count},
                                            {"wcomp.section", AnnotationKind::section},
                                            {"wcomp.own-name", AnnotationKind::own_name},
                                            {"wcomp.name-form", AnnotationKind::name_form}}};
bool is_name(AnnotationKind kind) { return kind == AnnotationKind::name || kind == AnnotationKind::own_name; }
bool has_string(AnnotationKind kind) { return is_name(kind) || kind == AnnotationKind::branch_hint || kind == AnnotationKind::name_form; }

constexpr std::array<std::int8_t, 256> hex_values = [] {
  std::array<std::int8_t, 256> out{};
  out.fill(-1);
  for (std::int8_t i = 0; i < 10; ++i) out[static_cast<std::size_t>('0' + i)] = i;
  for (std::int8_t i = 0; i < 6; ++i) {
    out[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
    out[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
  }
  return out;
}();
int hex_value(char c) { return hex_values[static_cast<unsigned char>(c)]; }

class Lexer {
 public:
  Lexer(std::string name, std::string source) {
    list_.source = list_.sources.add(std::move(name), std::move(source));
    text_ = list_.sources.text(list_.source);
  }

  Result<TokenList> run() {
    constexpr std::size_t usual_token = 6;  // bytes, space included
    if (text_.size() > 0x7fff'ffff) return error_at(diag::limit_exceeded, 0, "more than 2 GiB of text");
    if (const auto bad = find_invalid_utf8(text_)) return error_at(diag::bad_utf8, *bad, "malformed UTF-8 encoding in the text");
    list_.tokens.reserve(text_.size() / usual_token + 1);
    while (true) {
      WCOMP_TRY(skip_space());
      if (pos_ == text_.size()) break;
      WCOMP_TRY(token());
    }
    if (!skip_starts_.empty()) return error_at(diag::syntax, skip_starts_.front(), "unclosed annotation");
    if (!open_.empty()) return fail(diag::syntax, "unclosed `(`", list_.where(list_.tokens[open_.back()]));
    add(TokenKind::end, pos_);
    return std::move(list_);
  }

 private:
  Err<Failure> error_at(DiagCode code, std::size_t at, std::string message) const {
    const auto begin = static_cast<std::uint32_t>(std::min(at, text_.size()));
    return fail(code, std::move(message), list_.sources.locate({list_.source, begin, begin + 1}));
  }
  [[nodiscard]] bool at(std::string_view s) const { return text_.substr(pos_).starts_with(s); }

  void add(TokenKind kind, std::size_t begin) {
    if (!skip_starts_.empty()) return add_to_side(kind, begin);
    list_.tokens.push_back({kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(pos_), 0});
  }

  /// A token directly in an annotation that is kept: the one string, or something that has no place there.
  void add_to_side(TokenKind kind, std::size_t begin) {
    if (!is_side_ || skip_starts_.size() != 1) return;
    if (kind == TokenKind::string && side_string_.empty()) {
      side_string_ = text_.substr(begin, pos_ - begin);
    } else if (!side_mistake_) {
      side_mistake_ = begin;
    }
  }

  Result<void> skip_space() {
    while (pos_ < text_.size()) {
      const char c = text_[pos_];
      if (is_space(c)) {
        ++pos_;
      } else if (c == ';' && at(";;")) {
        pos_ = std::min(text_.find_first_of("\n\r", pos_), text_.size());
      } else if (c == '(' && at("(;")) {
        WCOMP_TRY(block_comment());
      } else {
        return {};
      }
    }
    return {};
  }

  Result<void> block_comment() {
    const std::size_t start = pos_;
    std::size_t depth = 0;
    do {
      if (pos_ >= text_.size()) return error_at(diag::syntax, start, "unclosed comment");
      const char c = text_[pos_];
      if (c == '(' && at("(;")) {
        ++depth;
        pos_ += 2;
      } else if (c == ';' && at(";)")) {
        --depth;
        pos_ += 2;
      } else {
        ++pos_;
      }
    } while (depth != 0);
    return {};
  }

  Result<void> token() {
    const std::size_t start = pos_;
    const char c = text_[pos_];
    if (c == '(') return open();
    if (c == ')') {
      ++pos_;
      return close(start);
    }
    if (c == '"') {
      WCOMP_TRY(string());
      add(TokenKind::string, start);
      return separated();
    }
    if (c == '$') {
      ++pos_;
      if (pos_ < text_.size() && text_[pos_] == '"') {
        WCOMP_TRY(string());
        if (pos_ - start == 3) return error_at(diag::syntax, start, "empty identifier");
        if (!is_utf8(string_value(text_.substr(start + 1, pos_ - start - 1)))) {
          return error_at(diag::bad_utf8, start, "malformed UTF-8 encoding in an identifier");
        }
      } else {
        while (pos_ < text_.size() && is_id_char(text_[pos_])) ++pos_;
        if (pos_ - start == 1) return error_at(diag::syntax, start, "empty identifier");
      }
      add(TokenKind::id, start);
      return separated();
    }
    if (!is_id_char(c) && !skip_starts_.empty() && std::string_view(",;[]{}").find(c) != std::string_view::npos) {
      ++pos_;  // reserved for annotations
      return {};
    }
    if (c == '\'' && skip_starts_.empty()) WCOMP_TRY(character());
    if (!is_id_char(c)) return error_at(diag::syntax, start, fmt::format("unexpected character `{}`", escape(text_.substr(start, 1))));
    while (pos_ < text_.size() && is_id_char(text_[pos_])) ++pos_;
    add(TokenKind::atom, start);
    return separated();
  }

  /// Two tokens that are not parentheses need space between them.
  Result<void> separated() const {
    if (!skip_starts_.empty()) return {};  // inside annotations anything goes
    if (pos_ == text_.size() || is_space(text_[pos_]) || text_[pos_] == '(' || text_[pos_] == ')' || at(";;")) return {};
    return error_at(diag::syntax, pos_, "unknown operator: a space is missing here");
  }

  Result<void> open() {
    const std::size_t start = pos_++;
    const bool is_annotation = pos_ < text_.size() && text_[pos_] == '@';
    if (!skip_starts_.empty()) {
      if (is_side_ && !is_annotation && skip_starts_.size() == 1 && !side_mistake_) side_mistake_ = start;
      skip_starts_.push_back(start);
      return {};
    }
    if (is_annotation) return annotation(start);
    open_.push_back(list_.tokens.size());
    add(TokenKind::open, start);
    return {};
  }

  /// https://webassembly.github.io/spec/core/text/lexical.html#annotations
  Result<void> annotation(std::size_t start) {
    const std::size_t name_at = ++pos_;
    std::string id;
    if (pos_ < text_.size() && text_[pos_] == '"') {
      WCOMP_TRY(string());
      id = string_value(text_.substr(name_at, pos_ - name_at));
      if (!is_utf8(id)) return error_at(diag::bad_utf8, name_at, "malformed UTF-8 encoding in an annotation");
    } else {
      while (pos_ < text_.size() && is_id_char(text_[pos_])) ++pos_;
      id = text_.substr(name_at, pos_ - name_at);
    }
    if (id.empty()) return error_at(diag::syntax, start, "empty annotation id");
    if (id == "custom" || id == "producers" || id == dylink_section) {
      open_.push_back(list_.tokens.size());
      add(TokenKind::annotation, start);
      return separated();
    }
    list_.has_annotations = true;
    skip_starts_.push_back(start);
    if (const auto* row = std::ranges::find(side_rows, id, &SideRow::id); row != side_rows.end()) {
      is_side_ = true;
      side_kind_ = row->kind;
      side_string_ = {};
      side_mistake_.reset();
    }
    return {};
  }

  /// At the end of an annotation that is kept.
  Result<void> finish_side(std::size_t start) {
    is_side_ = false;
    Annotation a{.kind = side_kind_,
                 .token = static_cast<std::uint32_t>(list_.tokens.size()),
                 .begin = static_cast<std::uint32_t>(start),
                 .end = static_cast<std::uint32_t>(pos_),
                 .value = {}};
    if (side_mistake_) return error_at(diag::syntax, *side_mistake_, "unexpected token in an annotation that takes no more than a string");
    if (has_string(side_kind_) == side_string_.empty()) {
      return error_at(diag::syntax, start, has_string(side_kind_) ? "an annotation without its string" : "this annotation takes no string");
    }
    if (!side_string_.empty()) a.value = string_value(side_string_);
    if (is_name(side_kind_) && !is_utf8(a.value)) return error_at(diag::bad_utf8, start, "malformed UTF-8 encoding in a name");
    if (side_kind_ == AnnotationKind::branch_hint && (a.value.size() != 1 || static_cast<unsigned char>(a.value[0]) > 1)) {
      return error_at(diag::syntax, start, "a branch hint is one byte: \"\\00\" for unlikely, \"\\01\" for likely");
    }
    if (side_kind_ == AnnotationKind::branch_hint) list_.hinted.push_back(a.token);
    list_.annotations.push_back(std::move(a));
    return {};
  }

  Result<void> close(std::size_t start) {
    if (!skip_starts_.empty()) {
      const std::size_t opened = skip_starts_.back();
      skip_starts_.pop_back();
      return is_side_ && skip_starts_.empty() ? finish_side(opened) : Result<void>();
    }
    if (open_.empty()) return error_at(diag::syntax, start, "`)` without `(`");
    list_.tokens[open_.back()].match = static_cast<std::uint32_t>(list_.tokens.size());
    open_.pop_back();
    add(TokenKind::close, start);
    return {};
  }

  /// https://webassembly.github.io/spec/core/text/values.html#strings
  Result<void> string() {
    const std::size_t start = pos_++;
    for (;; ++pos_) {
      if (pos_ >= text_.size() || text_[pos_] == '\n') return error_at(diag::syntax, start, "unclosed string");
      const auto c = static_cast<unsigned char>(text_[pos_]);
      if (c == '"') break;
      if (c < 0x20 || c == 0x7f) return error_at(diag::syntax, pos_, "control character in a string");
      if (c == '\\') WCOMP_TRY(escape_sequence());
    }
    ++pos_;
    return {};
  }

  /// `'a'` of component values: up to its closing quote, if it has one. No token of core modules begins with a quote.
  Result<void> character() {
    const std::size_t start = pos_;
    ++pos_;
    if (pos_ < text_.size() && text_[pos_] == '\\') {
      WCOMP_TRY(escape_sequence());
      ++pos_;
    } else if (pos_ < text_.size() && static_cast<unsigned char>(text_[pos_]) >= 0x20 && text_[pos_] != 0x7f) {
      do ++pos_;
      while (pos_ < text_.size() && (static_cast<unsigned char>(text_[pos_]) & 0xc0) == 0x80);
    }
    if (pos_ >= text_.size() || text_[pos_] != '\'') pos_ = start;
    return {};
  }

  /// Leaves pos_ at the last character of the sequence.
  Result<void> escape_sequence() {
    const std::size_t start = pos_++;
    const char c = pos_ < text_.size() ? text_[pos_] : '\0';
    if (hex_value(c) >= 0 && pos_ + 1 < text_.size() && hex_value(text_[pos_ + 1]) >= 0) {
      ++pos_;
      return {};
    }
    if (std::string_view("tnr\"'\\").find(c) != std::string_view::npos && c != '\0') return {};
    if (c == 'u') {
      std::uint32_t value = 0;
      std::size_t digits = 0;
      ++pos_;
      if (pos_ >= text_.size() || text_[pos_] != '{') return error_at(diag::syntax, start, "malformed `\\u{..}` in a string");
      for (++pos_; pos_ < text_.size() && text_[pos_] != '}'; ++pos_) {
        const int digit = hex_value(text_[pos_]);
        const bool is_separator = text_[pos_] == '_' && hex_value(text_[pos_ - 1]) >= 0 && pos_ + 1 < text_.size() && hex_value(text_[pos_ + 1]) >= 0;
        if (is_separator) continue;
        if (digit < 0 || value > 0x10ffff) return error_at(diag::syntax, start, "malformed `\\u{..}` in a string");
        value = value * 16 + static_cast<std::uint32_t>(digit);
        ++digits;
      }
      std::string ignored;
      if (digits == 0 || !append_utf8(ignored, value)) return error_at(diag::syntax, start, "malformed `\\u{..}` in a string");
      return {};
    }
    return error_at(diag::syntax, start, "unknown escape sequence in a string");
  }

  TokenList list_;
  std::string_view text_;
  std::size_t pos_ = 0;
  std::vector<std::size_t> open_;
  std::vector<std::size_t> skip_starts_;  ///< of the parentheses open inside an annotation that is no token
  // The annotation that is kept and open, if there is one.
  bool is_side_ = false;
  AnnotationKind side_kind_ = AnnotationKind::name;
  std::string_view side_string_;
  std::optional<std::size_t> side_mistake_;
};

}  // namespace

const Annotation* TokenList::annotation(AnnotationKind kind, std::size_t token) const {
  for (auto at = std::ranges::lower_bound(annotations, token, {}, &Annotation::token); at != annotations.end() && at->token == token; ++at) {
    if (at->kind == kind) return &*at;
  }
  return nullptr;
}

Result<TokenList> tokenize(std::string name, std::string source) {
  Lexer lexer(std::move(name), std::move(source));
  return lexer.run();
}

std::string string_value(std::string_view token) {
  std::string out;
  out.reserve(token.size());
  for (std::size_t i = 1; i + 1 < token.size(); ++i) {
    if (token[i] != '\\') {
      const std::size_t end = std::min(token.find('\\', i), token.size() - 1);
      out.append(token, i, end - i);
      i = end - 1;
      continue;
    }
    const char c = token[++i];
    switch (c) {
      case 't': out += '\t'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case '"':
      case '\'':
      case '\\': out += c; break;
      case 'u': {
        std::uint32_t value = 0;
        for (i += 2; token[i] != '}'; ++i) {
          if (token[i] != '_') value = value * 16 + static_cast<std::uint32_t>(hex_value(token[i]));
        }
        append_utf8(out, value);
        break;
      }
      default:
        out += static_cast<char>(hex_value(c) * 16 + hex_value(token[i + 1]));
        ++i;
    }
  }
  return out;
}

}  // namespace wcomp::core::text
