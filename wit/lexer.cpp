#include "wit/lexer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/semver.h"
#include "base/text.h"
#include "base/utf8.h"
#include "wit/names.h"

namespace wcomp::wit {

namespace {

constexpr std::size_t max_errors_per_source = 20;
constexpr std::size_t max_name = 200'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
/// What characters of words are, as bits, so that a word is looked at once.
enum WordCharacter : std::uint8_t { lower_letter = 1, upper_letter = 2, digit = 4, dash = 8, underscore_mark = 16 };
constexpr auto word_characters = [] {
  std::array<std::uint8_t, 256> out{};
  for (unsigned char c = 'a'; c <= 'z'; ++c) out[c] = lower_letter;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) out[c] = upper_letter;
  for (unsigned char c = '0'; c <= '9'; ++c) out[c] = digit;
  out['-'] = dash;
  out['_'] = underscore_mark;
  return out;
}();
std::uint8_t word_character(char c) { return word_characters[static_cast<unsigned char>(c)]; }
bool is_word(char c) { return word_character(c) != 0; }

/// Printable ASCII and the white space that WIT has: nearly all texts, and then no character needs a second look.
bool is_plain(std::string_view text) {
  bool is_other = false;  // no early exit, so that many bytes are looked at together
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    is_other |= (byte < 0x20) & (byte != '\n') & (byte != '\t') & (byte != '\r');
    is_other |= byte >= 0x7f;
  }
  return !is_other;
}

/// WIT.md "Lexical structure": controls, bidirectional overrides, and what Unicode deprecates or discourages.
struct CodePointRange {
  std::uint32_t first, last;
};
constexpr CodePointRange forbidden[] = {
    {0x0, 0x8},       {0xb, 0xc},       {0xe, 0x1f},      {0x7f, 0x9f},     {0x149, 0x149},   {0x673, 0x673},     {0xf77, 0xf77},
    {0xf79, 0xf79},   {0x17a3, 0x17a4}, {0x17b4, 0x17b5}, {0x202a, 0x202e}, {0x2066, 0x206f}, {0x2329, 0x232a},   {0xe0001, 0xe0001},
};

class Lexer {
 public:
  Lexer(SourceId source, Report& report) : source_(source), report_(report), text_(report.sources().text(source)) {}

  TokenList run() {
    check_characters();
    out_.tokens.reserve(text_.size() / 4 + 1);
    while (skip_trivia()) token();
    add(TokenKind::end, text_.size());
    return std::move(out_);
  }

 private:
  void error(DiagCode code, std::size_t begin, std::size_t end, std::string message, std::string note = {}) {
    if (++errors_ > max_errors_per_source) return;
    Diagnostic& d = report_.error(code, span(begin, end), std::move(message));
    if (!note.empty()) d.notes.push_back(std::move(note));
  }
  [[nodiscard]] Span span(std::size_t begin, std::size_t end) const {
    return {source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  void check_characters() {
    if (is_plain(text_)) return;
    if (const auto at = find_invalid_utf8(text_)) {
      error(diag::bad_utf8, *at, *at + 1, "the file is not valid UTF-8");
      text_ = text_.substr(0, *at);
    }
    constexpr std::size_t block = 64;
    std::size_t looked_at = 0;  // where the block ends that is not plain
    for (std::size_t at = 0; at < text_.size();) {
      if (at >= looked_at) {
        looked_at = std::min(at + block, text_.size());
        if (is_plain(text_.substr(at, block))) {
          at = looked_at;
          continue;
        }
      }
      const auto byte = static_cast<std::uint8_t>(text_[at]);
      if ((byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\t' || byte == '\r') {
        ++at;
        continue;
      }
      const ScalarValue c = character_at(at);
      for (const CodePointRange& r : forbidden) {
        if (c.value >= r.first && c.value <= r.last) error(diag::syntax, at, at + c.length, fmt::format("code point U+{:04X} is not allowed in WIT", c.value));
      }
      at += c.length;
    }
  }

  /// The text is valid UTF-8.
  [[nodiscard]] ScalarValue character_at(std::size_t at) const { return decode_utf8(reinterpret_cast<const std::uint8_t*>(text_.data()) + at, text_.size() - at); }

  [[nodiscard]] bool starts_with(std::string_view s) const { return text_.substr(at_).starts_with(s); }

  /// White space and comments; false at the end of the text.
  bool skip_trivia() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        is_first_on_line_ = true;
        ++at_;
      } else if (c == ' ' || c == '\t' || c == '\r') {
        ++at_;
      } else if (starts_with("//")) {
        const std::size_t begin = at_;
        at_ = std::min(text_.find('\n', at_), text_.size());
        out_.comments.push_back(span(begin, at_));
      } else if (starts_with("/*")) {
        block_comment();
      } else {
        return true;
      }
    }
    return false;
  }

  void block_comment() {
    const std::size_t begin = at_;
    std::size_t depth = 0;
    do {
      if (starts_with("/*")) {
        ++depth;
        at_ += 2;
      } else if (starts_with("*/")) {
        --depth;
        at_ += 2;
      } else {
        if (text_[at_] == '\n') is_first_on_line_ = true;
        ++at_;
      }
    } while (depth > 0 && at_ < text_.size());
    if (depth > 0) return error(diag::syntax, begin, begin + 2, "this comment is not closed", "block comments nest: each `/*` needs its own `*/`");
    out_.comments.push_back(span(begin, at_));
  }

  void token() {
    const char c = text_[at_];
    if (is_letter(c) || c == '%') return word();
    if (is_digit(c)) return number();
    if (c == '"') return string();
    if (c == '_' && (at_ + 1 == text_.size() || !is_word(text_[at_ + 1]))) return add(TokenKind::underscore, at_ + 1);
    if (c == '_') return word();
    if (starts_with("->")) return add(TokenKind::arrow, at_ + 2);
    static constexpr auto operators = [] {
      std::array<TokenKind, 256> out{};
      out.fill(TokenKind::bad);
      constexpr std::string_view characters = "{}()<>,:;=./@*";
      constexpr TokenKind kinds[] = {TokenKind::left_brace, TokenKind::right_brace, TokenKind::left_paren, TokenKind::right_paren, TokenKind::less,
                                     TokenKind::greater,    TokenKind::comma,       TokenKind::colon,      TokenKind::semicolon,   TokenKind::equals,
                                     TokenKind::dot,        TokenKind::slash,       TokenKind::at,         TokenKind::star};
      for (std::size_t i = 0; i < characters.size(); ++i) out[static_cast<unsigned char>(characters[i])] = kinds[i];
      return out;
    }();
    if (const TokenKind kind = operators[static_cast<unsigned char>(c)]; kind != TokenKind::bad) return add(kind, at_ + 1);
    const std::size_t length = character_at(at_).length;
    if (errors_ == 0 || out_.tokens.empty() || out_.tokens.back().kind != TokenKind::bad || out_.tokens.back().end != at_) {
      error(diag::syntax, at_, at_ + length, fmt::format("unexpected character `{}`", text_.substr(at_, length)));
    }
    add(TokenKind::bad, at_ + length);
  }

  void word() {
    const bool is_escaped = text_[at_] == '%';
    std::size_t end = at_ + (is_escaped ? 1 : 0);
    std::uint8_t characters = 0;
    while (end < text_.size() && is_word(text_[end])) characters |= word_character(text_[end++]);
    if (end - at_ > max_name) {
      error(diag::limit_exceeded, at_, end, fmt::format("this name is longer than {} bytes", max_name));
      return add(TokenKind::bad, end);
    }
    const std::string_view name = text_.substr(at_ + (is_escaped ? 1 : 0), end - at_ - (is_escaped ? 1 : 0));
    const bool is_simple = characters == lower_letter;  // and so a label
    if (!is_escaped && (is_simple || characters == (lower_letter | digit))) {
      if (const auto keyword = find_keyword(name)) {
        add(TokenKind::keyword, end);
        out_.tokens.back().keyword = *keyword;
        return;
      }
    }
    if (!is_simple && !is_label(name)) {
      const std::string kebab = kebab_case(name);
      error(diag::bad_name, at_, end, fmt::format("`{}` is not a valid identifier", name),
            kebab.empty() ? "an identifier is words of letters and digits joined by `-`, each word all lower or all upper case, the first beginning with a letter"
                          : fmt::format("words of a name are joined by `-` and are all lower or all upper case: `{}`", escape_name(kebab)));
    }
    add(TokenKind::identifier, end);
  }

  /// An integer, or a whole semantic version: `1.2.3-rc.1+build`. A dot belongs to it only if a version goes on behind it (`use a:b/c@1.0.0.{d}`).
  void number() {
    std::size_t end = at_;
    const auto digits = [&] {
      const std::size_t begin = end;
      while (end < text_.size() && is_digit(text_[end])) ++end;
      return end > begin;
    };
    digits();
    const std::size_t integer_end = end;
    for (int part = 0; part < 2; ++part) {
      if (end >= text_.size() || text_[end] != '.' || !(++end, digits())) {
        end = integer_end;
        break;
      }
    }
    if (end == integer_end) {
      while (end < text_.size() && is_word(text_[end])) ++end;
      if (end != integer_end) error(diag::syntax, at_, end, fmt::format("`{}` is not a number", text_.substr(at_, end - at_)));
      return add(TokenKind::integer, end);
    }
    const auto identifiers = [&](char mark) {
      if (end >= text_.size() || text_[end] != mark) return;
      ++end;
      while (end < text_.size() && (is_digit(text_[end]) || is_letter(text_[end]) || text_[end] == '-' ||
                                    (text_[end] == '.' && end + 1 < text_.size() && (is_digit(text_[end + 1]) || is_letter(text_[end + 1]))))) ++end;
    };
    identifiers('-');
    identifiers('+');
    if (!SemVer::parse(text_.substr(at_, end - at_))) {
      const std::string_view version = text_.substr(at_, end - at_);
      std::size_t run = 0, longest = 0;  // digits
      for (const char c : version.substr(0, version.find_first_of("-+"))) longest = std::max(longest, run = is_digit(c) ? run + 1 : 0);
      constexpr std::size_t largest = 19;  // digits that every number of so many has room for
      error(diag::bad_name, at_, end, fmt::format("`{}` is not a semantic version", version),
            longest > largest ? "a number of it is too large: it can be 2^64 - 1 at most" : "versions look like `1.2.3` or `1.2.3-rc.1`, without leading zeros");
    }
    add(TokenKind::version, end);
  }

  void string() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"' && text_[end] != '\n') end += text_[end] == '\\' && end + 1 < text_.size() ? 2 : 1;
    if (end >= text_.size() || text_[end] == '\n') {
      error(diag::syntax, at_, at_ + 1, "this string is not closed");
      return add(TokenKind::bad, std::min(end, text_.size()));
    }
    for (std::size_t i = at_; i < end; ++i) {
      if (text_[i] != '\t' && text_[i] != '\r') continue;
      error(diag::syntax, i, i + 1, "a string cannot hold this control character as it is", text_[i] == '\t' ? "write it as `\\t`" : "write it as `\\r`");
    }
    add(TokenKind::string, end + 1);
  }

  void add(TokenKind kind, std::size_t end) {
    const auto comments = static_cast<std::uint32_t>(out_.comments.size());
    const bool has_comments = comments != comments_taken_;
    if (has_comments) out_.commented.push_back({static_cast<std::uint32_t>(out_.tokens.size()), {comments_taken_, comments}});
    out_.tokens.push_back({.begin = static_cast<std::uint32_t>(at_), .end = static_cast<std::uint32_t>(end), .kind = kind, .keyword = {}, .is_first_on_line = is_first_on_line_,
                           .has_comments = has_comments});
    comments_taken_ = comments;
    is_first_on_line_ = false;
    at_ = end;
  }

  SourceId source_;
  Report& report_;
  std::string_view text_;
  TokenList out_;
  std::size_t at_ = 0;
  std::size_t errors_ = 0;
  std::uint32_t comments_taken_ = 0;
  bool is_first_on_line_ = true;
};

std::string_view trim_end(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool is_doc_comment(std::string_view comment) {
  if (comment.starts_with("///")) return !comment.starts_with("////");
  return comment.starts_with("/**") && comment.size() > 4 && !comment.starts_with("/***");
}

/// The lines of a block comment behind its first one begin with a `*`, as many people write them.
bool has_margin(std::string_view comment) {
  std::size_t at = comment.find('\n');
  bool has_lines = false;
  for (; at != std::string_view::npos; at = comment.find('\n', at)) {
    at = comment.find_first_not_of(" \t\r", at + 1);
    if (at == std::string_view::npos) break;  // the line of the end
    if (comment[at] != '*') return false;
    has_lines = true;
  }
  return has_lines;
}
std::string without_margin(std::string_view comment) {
  std::string out;
  for (bool is_first = true;; is_first = false) {
    const std::size_t end = comment.find('\n');
    std::string_view line = trim_end(comment.substr(0, end));
    if (!is_first) {
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      if (line.starts_with('*')) line.remove_prefix(1);
      if (line.starts_with(' ')) line.remove_prefix(1);
    }
    if (!out.empty()) out += '\n';
    out += line;
    if (end == std::string_view::npos) return out;
    comment.remove_prefix(end + 1);
  }
}

}  // namespace

TokenList::CommentRange TokenList::comments_before(const Token& token) const {
  if (!token.has_comments) return {};
  const auto number = static_cast<std::uint32_t>(&token - tokens.data());
  return std::lower_bound(commented.begin(), commented.end(), number, [](const Commented& c, std::uint32_t n) { return c.token < n; })->range;
}

TokenList lex(SourceId source, Report& report) { return Lexer(source, report).run(); }

namespace {
/// Takes the first comment off `text`, with what white space is before it; empty if there is none.
std::string_view take_comment(std::string_view& text) {
  const std::size_t begin = std::min(text.find('/'), text.size());
  std::size_t end = text.size();
  if (text.substr(begin).starts_with("//")) {
    end = std::min(text.find('\n', begin), text.size());
  } else if (begin < text.size()) {
    std::size_t depth = 0;
    for (std::size_t i = begin; i < text.size(); ++i) {
      const std::string_view two = text.substr(i, 2);
      if (two != "/*" && two != "*/") continue;
      depth += two == "/*" ? 1 : -1;
      ++i;
      if (depth > 0) continue;
      end = i + 1;
      break;
    }
  }
  const std::string_view out = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return out;
}
}  // namespace

std::string docs_text(std::string_view comments, bool all_comments_are_docs) {
  struct Piece {
    std::string_view text;
    bool is_indented;  ///< a line comment's, whose indentation means something beside that of others
    bool has_margin;   ///< all lines but the first begin with `*`
  };
  std::vector<Piece> pieces;
  std::size_t indentation = SIZE_MAX, size = 0;
  for (;;) {
    std::string_view comment = take_comment(comments);
    if (comment.empty()) break;
    if (!all_comments_are_docs && !is_doc_comment(comment)) continue;
    if (comment.starts_with("/**") && comment.size() > 4) {
      comment = comment.substr(3, comment.size() - 5);
      comment.remove_prefix(std::min(comment.find_first_not_of(" \t\r"), comment.size()));
      pieces.push_back({trim_end(comment), false, has_margin(comment)});
      size += comment.size() + 1;
      continue;
    }
    comment.remove_prefix(std::min(comment.find_first_not_of('/'), comment.size()));
    comment = trim_end(comment);
    pieces.push_back({comment, true, false});
    size += comment.size() + 1;
    if (!comment.empty()) indentation = std::min(indentation, comment.find_first_not_of(' '));
  }
  std::string out;
  out.reserve(size);
  for (const Piece& piece : pieces) {
    if (&piece != &pieces.front()) out += '\n';
    if (piece.has_margin && !all_comments_are_docs) out += without_margin(piece.text);
    else out += piece.is_indented ? piece.text.substr(std::min(indentation, piece.text.size())) : piece.text;
  }
  out.resize(trim_end(out).size());
  return out;
}

std::string_view to_string(TokenKind kind) {
  static constexpr std::string_view names[] = {
      "the end of the file", "an identifier", "a keyword", "`_`", "a number", "a version such as `1.2.3`", "a string",
      "`{`", "`}`", "`(`", "`)`", "`<`", "`>`", "`,`", "`:`", "`;`", "`=`", "`.`", "`/`", "`@`", "`->`", "`*`", "an unexpected character"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Keyword keyword) { return keyword_texts[static_cast<std::size_t>(keyword)]; }

}  // namespace wcomp::wit
