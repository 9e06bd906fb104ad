#include "wit/format.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "wit/lexer.h"
#include "wit/parse.h"
#include "wit/report.h"

namespace wcomp::wit {

namespace {

enum class Gap : std::uint8_t { none, blank, line };

class Formatter {
 public:
  Formatter(std::string_view text, const TokenList& list) : text_(text), list_(list) {}

  std::string run() {
    body(TokenKind::end);
    gap(Gap::line, 0, 0);  // comments at the end of the file
    while (out_.ends_with('\n')) out_.pop_back();
    if (!out_.empty()) out_ += '\n';
    return std::move(out_);
  }

 private:
  // ---- tokens ----
  [[nodiscard]] const Token& token(std::size_t ahead = 0) const { return list_.tokens[std::min(at_ + ahead, list_.tokens.size() - 1)]; }
  [[nodiscard]] bool is(TokenKind kind, std::size_t ahead = 0) const { return token(ahead).kind == kind; }
  [[nodiscard]] bool is(Keyword keyword, std::size_t ahead = 0) const { return is(TokenKind::keyword, ahead) && token(ahead).keyword == keyword; }
  [[nodiscard]] TokenList::CommentRange comments() const { return list_.comments_before(token()); }
  [[nodiscard]] std::string_view text_of(const Token& t) const { return text_.substr(t.begin, t.end - t.begin); }

  // ---- what stands between tokens ----
  [[nodiscard]] std::size_t newlines(std::size_t begin, std::size_t end) const {
    return static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin), text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  }
  void new_line(std::size_t indent, bool has_empty_line) {
    while (out_.ends_with(' ')) out_.pop_back();
    if (!out_.empty()) out_ += has_empty_line ? "\n\n" : "\n";
    out_.append(indent, ' ');
  }
  void comment(std::string_view c) {
    while (!c.empty() && (c.back() == ' ' || c.back() == '\t' || c.back() == '\r')) c.remove_suffix(1);
    for (std::size_t i = 0; i < c.size(); ++i) {
      if (c[i] != '\r' || i + 1 >= c.size() || c[i + 1] != '\n') out_ += c[i];
    }
  }
  /// Writes the comments before the next token and the white space that `wanted` asks for, as far as comments allow. Own lines of
  /// comments begin at `comment_indent`, a line that the token begins at `indent`.
  void gap(Gap wanted, std::size_t comment_indent, std::size_t indent) {
    const Token& next = token();
    const bool is_after_brace = out_.ends_with('{') || out_.empty();
    std::size_t from = at_ == 0 ? 0 : list_.tokens[at_ - 1].end;
    bool has_comment = false;
    bool needs_line = false;
    const TokenList::CommentRange before = comments();
    const std::uint32_t own = wanted == Gap::line ? first_of_next() : before.end;
    for (std::uint32_t i = before.begin; i < before.end; ++i) {
      const Span c = list_.comments[i];
      const std::size_t lines = newlines(from, c.begin);
      if (out_.empty()) {
        // the first thing in the file
      } else if (i == own) {
        new_line(indent, lines > 1 && !(is_after_brace && !has_comment) && !is_after_gate_);
      } else if (lines == 0 && !needs_line) {
        if (!out_.ends_with(' ') && !out_.ends_with('\n')) out_ += ' ';
      } else {
        new_line(comment_indent, lines > 1 && wanted == Gap::line && !(is_after_brace && !has_comment));
      }
      comment(text_.substr(c.begin, c.end - c.begin));
      needs_line = text_.substr(c.begin).starts_with("//");
      from = c.end;
      has_comment = true;
    }
    const std::size_t lines = newlines(from, next.begin);
    const bool may_be_empty = wanted == Gap::line && next.kind != TokenKind::right_brace && (has_comment || !is_after_brace) && !is_after_gate_;
    if ((wanted == Gap::line && own == before.end) || needs_line || (has_comment && lines > 0)) {
      if (!out_.empty()) new_line(indent, lines > 1 && may_be_empty);
    } else if (has_comment || wanted == Gap::blank) {
      if (!out_.ends_with(' ')) out_ += ' ';
    }
  }

  /// The first of the comments that stand on the next token's line, before it: they go where it goes. Their end if there is none.
  [[nodiscard]] std::uint32_t first_of_next() const {
    const Token& next = token();
    std::size_t to = next.begin;
    const TokenList::CommentRange before = comments();
    std::uint32_t i = before.end;
    if (next.kind == TokenKind::end || next.kind == TokenKind::right_brace) return i;
    while (i > before.begin) {
      const Span c = list_.comments[i - 1];
      if (newlines(c.begin, to) > 0) break;
      to = c.begin;
      --i;
    }
    return i;
  }

  void put(Gap wanted, std::size_t indent, std::size_t comment_indent) {
    gap(wanted, comment_indent, indent);
    out_ += text_of(token());
    ++at_;
  }
  /// A token inside an item.
  void put(Gap wanted) { put(wanted, 2 * depth_ + 2, 2 * depth_ + 2); }
  /// A token that begins a line of the body.
  void put_line() { put(Gap::line, 2 * depth_, 2 * depth_); }
  void close_brace() {
    --depth_;
    put(Gap::line, 2 * depth_, 2 * depth_ + 2);
  }

  /// Runs `flat`; if that gives more than one line, or one that is too long, takes it back and runs `broken`.
  void flat_or_broken(const auto& flat, const auto& broken) {
    const std::size_t at = at_, size = out_.size();
    flat();
    const std::size_t line = out_.rfind('\n', size == 0 ? 0 : size - 1);
    const std::size_t begin = line == std::string::npos ? 0 : line + 1;
    if (out_.find('\n', size) == std::string::npos && out_.size() - begin <= format_width) return;
    at_ = at;
    out_.resize(size);
    broken();
  }

  // ---- items ----
  void body(TokenKind end) {
    while (!is(end) && !is(TokenKind::end)) item();
  }
  void braced_body() {
    put(Gap::blank);  // {
    if (is(TokenKind::right_brace) && !token().has_comments) return put(Gap::none);
    ++depth_;
    body(TokenKind::right_brace);
    close_brace();
  }

  void item() {
    bool is_first = true;
    const auto first = [&] {
      if (is_first) put_line();
      else put(Gap::blank);
      is_first = false;
    };
    while (is(TokenKind::at)) {
      put_line();
      put(Gap::none);  // since
      put(Gap::none);  // (
      while (!is(TokenKind::right_paren) && !is(TokenKind::end)) put(is(TokenKind::equals) || list_.tokens[at_ - 1].kind == TokenKind::equals ? Gap::blank : Gap::none);
      put(Gap::none);
      is_after_gate_ = true;
    }
    const Token& head = token();
    first();
    is_after_gate_ = false;
    if (head.kind == TokenKind::keyword) {
      switch (head.keyword) {
        case Keyword::package:
          path(Gap::blank);
          if (is(TokenKind::left_brace)) return braced_body();
          return semicolon();
        case Keyword::interface:
        case Keyword::world:
          put(Gap::blank);
          return braced_body();
        case Keyword::resource:
          put(Gap::blank);
          if (is(TokenKind::left_brace)) return braced_body();
          return semicolon();
        case Keyword::record:
        case Keyword::variant:
        case Keyword::enum_:
        case Keyword::flags:
          put(Gap::blank);
          return members();
        case Keyword::type:
          put(Gap::blank);
          put(Gap::blank);  // =
          type(Gap::blank);
          return semicolon();
        case Keyword::use:
          path(Gap::blank);
          if (is(TokenKind::dot)) {
            put(Gap::none);
            list(Gap::none, true, true);
          } else if (is(Keyword::as)) {
            put(Gap::blank);
            put(Gap::blank);
          }
          return semicolon();
        case Keyword::include:
          path(Gap::blank);
          if (is(TokenKind::semicolon)) {
            put(Gap::none);
            if (!is(Keyword::with)) return;
          }
          if (is(Keyword::with)) {
            put(Gap::blank);
            list(Gap::blank, false, false);
          }
          if (is(TokenKind::semicolon)) put(Gap::none);
          return;
        case Keyword::import:
        case Keyword::export_: return extern_item();
        case Keyword::constructor: return function(Gap::none);
        default: break;
      }
    }
    put(Gap::none);  // :
    function(Gap::blank);
  }

  void semicolon() {
    if (is(TokenKind::semicolon)) put(Gap::none);
  }

  /// `import a: func()`, `import a: interface {`, `import a: b:c/d`, `import b:c/d`
  void extern_item() {
    const bool has_label = is(TokenKind::colon, 1) && (is(Keyword::func, 2) || is(Keyword::async, 2) || is(Keyword::interface, 2) ||
                                                       token().end != token(1).begin || token(1).end != token(2).begin);
    if (has_label) {
      put(Gap::blank);
      put(Gap::none);
      if (is(Keyword::interface)) {
        put(Gap::blank);
        return braced_body();
      }
      if (is(Keyword::func) || is(Keyword::async)) return function(Gap::blank);
    }
    path(Gap::blank);
    semicolon();
  }

  /// `a`, `a:b/c@1.0.0`, everything close together.
  void path(Gap before) {
    put(before);
    while (is(TokenKind::colon) || is(TokenKind::slash) || is(TokenKind::at)) {
      put(Gap::none);
      put(Gap::none);
    }
  }

  /// From `static`, `async`, `func` or the parenthesis of a constructor on.
  void function(Gap before) {
    while (is(Keyword::static_) || is(Keyword::async) || is(Keyword::func)) put(before);
    flat_or_broken([&] { signature(false); }, [&] { signature(true); });
  }
  void signature(bool is_broken) {
    put(Gap::none);  // (
    const std::size_t inner = 2 * depth_ + 2;
    bool is_first = true;
    while (!is(TokenKind::right_paren) && !is(TokenKind::end)) {
      const Gap between = is_first ? Gap::none : Gap::blank;
      if (is_broken) put(Gap::line, inner, inner);
      else put(between);
      put(Gap::none);  // :
      type(Gap::blank);
      if (is(TokenKind::comma)) comma(is(TokenKind::right_paren, 1));
      is_first = false;
    }
    if (is_broken && !is_first) put(Gap::line, 2 * depth_, inner);
    else put(Gap::none);
    if (is(TokenKind::arrow)) {
      put(Gap::blank);
      type(Gap::blank);
    }
    semicolon();
  }

  /// A comma that is there, or the one that is left out behind the last.
  void comma(bool is_dropped) {
    if (is_dropped) drop();
    else put(Gap::none);
  }
  /// Leaves a token out; comments before it are written now.
  void drop() {
    if (token().has_comments) gap(Gap::none, 2 * depth_ + 2, 2 * depth_ + 2);
    ++at_;
  }

  void type(Gap before) {
    put(before);
    if (!is(TokenKind::less)) return;
    put(Gap::none);
    std::size_t depth = 1;
    while (depth > 0 && !is(TokenKind::end)) {
      if (is(TokenKind::less)) ++depth;
      if (is(TokenKind::greater)) --depth;
      const bool is_part = !is(TokenKind::less) && !is(TokenKind::greater) && !is(TokenKind::comma);
      put(is_part && list_.tokens[at_ - 1].kind == TokenKind::comma ? Gap::blank : Gap::none);
    }
  }

  // ---- lists in braces ----
  /// Fields, cases, flags: on one line if they are written so and fit.
  void members() {
    std::size_t end = at_;
    while (list_.tokens[end].kind != TokenKind::right_brace && list_.tokens[end].kind != TokenKind::end) ++end;
    const bool is_one_line = newlines(token().begin, list_.tokens[end].begin) == 0;
    if (is(TokenKind::right_brace, 1) && !token(1).has_comments) {
      put(Gap::blank);
      return put(Gap::none);
    }
    if (!is_one_line) return member_list(true);
    flat_or_broken([&] { member_list(false); }, [&] { member_list(true); });
  }
  void member_list(bool is_broken) {
    list_items(Gap::blank, is_broken, true, true, [&] {
      if (is(TokenKind::colon)) {
        put(Gap::none);
        type(Gap::blank);
      } else if (is(TokenKind::left_paren)) {
        put(Gap::none);
        type(Gap::none);
        put(Gap::none);
      }
    });
  }
  /// Names, perhaps with another name each: of `use` (close to the dot) and `include`.
  void list(Gap before, bool is_close, bool has_last_comma) {
    const auto rest = [&] {
      if (!is(Keyword::as)) return;
      put(Gap::blank);
      put(Gap::blank);
    };
    flat_or_broken([&] { list_items(before, false, !is_close, has_last_comma, rest); }, [&] { list_items(before, true, !is_close, has_last_comma, rest); });
  }
  void list_items(Gap before, bool is_broken, bool is_spaced, bool has_last_comma, const auto& rest) {
    put(before);  // {
    ++depth_;
    bool is_first = true;
    while (!is(TokenKind::right_brace) && !is(TokenKind::end)) {
      if (is_broken) put_line();
      else put(is_first && !is_spaced ? Gap::none : Gap::blank);
      rest();
      const bool is_last = is(TokenKind::right_brace) || (is(TokenKind::comma) && is(TokenKind::right_brace, 1));
      if (is(TokenKind::comma)) comma(is_last && !(is_broken && has_last_comma));
      else if (is_last && is_broken && has_last_comma) out_ += ',';
      is_first = false;
    }
    if (is_broken) return close_brace();
    --depth_;
    put(is_spaced && !is_first ? Gap::blank : Gap::none);
  }

  std::string_view text_;
  const TokenList& list_;
  std::string out_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool is_after_gate_ = false;
};

/// Everything but white space and commas: what formatting must leave as it is.
std::vector<std::string> substance(const SourceMap& sources, SourceId source, const TokenList& list) {
  std::vector<std::string> out;
  const auto without_space = [](std::string_view text) {
    std::string kept;
    for (const char c : text) {
      if (c != ' ' && c != '\t' && c != '\r' && c != '\n') kept += c;
    }
    return kept;
  };
  for (const Token& t : list.tokens) {
    const TokenList::CommentRange before = list.comments_before(t);
    for (std::uint32_t i = before.begin; i < before.end; ++i) out.push_back(without_space(sources.text(list.comments[i])));
    if (t.kind != TokenKind::comma) out.emplace_back(sources.text(Span{source, t.begin, t.end}));
  }
  return out;
}

}  // namespace

Result<std::string> format(std::string name, std::string text) {
  SourceMap sources;
  Report report(sources);
  const SourceId source = sources.add(std::move(name), std::move(text));
  (void)parse(source, report);
  if (report.has_errors()) return Err(Failure(report.take_errors()));
  const TokenList list = lex(source, report);
  std::string out = Formatter(sources.text(source), list).run();
  const SourceId formatted = sources.add(std::string(sources.name(source)), out);
  const TokenList again = lex(formatted, report);
  if (report.has_errors() || substance(sources, source, list) != substance(sources, formatted, again)) {
    return fail(diag::invalid, fmt::format("`{}` was left as it is: formatting it would change more than white space", sources.name(source)));
  }
  return out;
}

}  // namespace wcomp::wit
