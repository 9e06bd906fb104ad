// Walking over the tokens of a module.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "core/text/lexer.h"

namespace wcomp::core::text {

class Cursor {
 public:
  explicit Cursor(const TokenList& list, std::size_t pos = 0)
      : list_(&list), tokens_(list.tokens.data()), source_(list.sources.text(list.source)), pos_(pos) {}

  [[nodiscard]] const TokenList& list() const { return *list_; }
  [[nodiscard]] const Token& peek() const { return tokens_[pos_]; }
  [[nodiscard]] std::string_view text() const { return text_of(peek()); }
  [[nodiscard]] std::size_t position() const { return pos_; }
  void move_to(std::size_t pos) { pos_ = pos; }
  /// The end token is never passed.
  void advance() {
    if (peek().kind != TokenKind::end) ++pos_;
  }
  [[nodiscard]] TextPos where() const { return list_->where(peek()); }
  [[nodiscard]] TextPos where(std::size_t pos) const { return list_->where(list_->tokens[pos]); }

  [[nodiscard]] bool at(TokenKind kind) const { return peek().kind == kind; }
  /// A word behind an open parenthesis.
  [[nodiscard]] std::string_view word() const {
    if (!at(TokenKind::open) || tokens_[pos_ + 1].kind != TokenKind::atom) return {};
    return text_of(tokens_[pos_ + 1]);
  }
  [[nodiscard]] bool at_atom(std::string_view text) const { return at(TokenKind::atom) && this->text() == text; }
  /// `(keyword`
  [[nodiscard]] bool at_open(std::string_view keyword) const {
    if (!at(TokenKind::open)) return false;
    const Token& next = tokens_[pos_ + 1];
    return next.kind == TokenKind::atom && text_of(next) == keyword;
  }
  bool take_atom(std::string_view text) {
    if (!at_atom(text)) return false;
    ++pos_;
    return true;
  }
  bool take_open(std::string_view keyword) {
    if (!at_open(keyword)) return false;
    pos_ += 2;
    return true;
  }
  bool take_close() {
    if (!at(TokenKind::close)) return false;
    ++pos_;
    return true;
  }
  [[nodiscard]] Result<void> expect_close() {
    if (take_close()) return {};
    return unexpected("`)`");
  }
  [[nodiscard]] Result<void> expect_open(std::string_view keyword);
  /// Behind the parenthesis that closes the one here.
  void skip_group() { pos_ = peek().match + 1; }
  /// Name of an identifier token, without `$` and quotes.
  std::optional<std::string> take_id();
  /// A string's bytes.
  [[nodiscard]] Result<std::string> string();
  /// A string that has to be UTF-8.
  [[nodiscard]] Result<std::string> name();
  /// The strings that follow, as one.
  [[nodiscard]] Result<std::string> strings();
  [[nodiscard]] Result<std::uint64_t> nat(std::uint64_t max);

  [[nodiscard]] Err<Failure> fail_here(std::string message) const { return fail(diag::syntax, std::move(message), where()); }
  /// What stands here against what should.
  [[nodiscard]] Err<Failure> unexpected(std::string_view wanted) const;

 private:
  [[nodiscard]] std::string_view text_of(const Token& t) const { return source_.substr(t.begin, t.end - t.begin); }

  const TokenList* list_;
  const Token* tokens_;
  std::string_view source_;
  std::size_t pos_;
};

}  // namespace wcomp::core::text
