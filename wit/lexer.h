// WIT text as tokens.
//
// Why a hand-written lexer under a Spirit grammar: the grammar stays free of white space, comments and the shapes of versions, and its
// error messages speak of words. White space vanishes; comments are remembered with the token that follows them, so that they may
// stand anywhere and no grammar rule mentions them. WIT.md "Lexical structure".
//
// What is wrong with single characters (encoding, forbidden code points, malformed names, unclosed comments) is reported here, each once,
// and lexing goes on. Limits: a source is smaller than 4 GiB, which the loader makes sure of.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wit/report.h"

namespace wcomp::wit {

enum class TokenKind : std::uint8_t {
  end, identifier, keyword, underscore, integer, version, string,
  left_brace, right_brace, left_paren, right_paren, less, greater, comma, colon, semicolon, equals, dot, slash, at, arrow, star,
  bad,
};

enum class Keyword : std::uint8_t {
#define WCOMP_KEYWORD(name, text) name,
#include "wit/keywords.def"
#undef WCOMP_KEYWORD
};

inline constexpr std::string_view keyword_texts[] = {
#define WCOMP_KEYWORD(name, text) text,
#include "wit/keywords.def"
#undef WCOMP_KEYWORD
};
inline constexpr std::size_t keyword_count = std::size(keyword_texts);


/// Kept small: there are a quarter as many of them as there are bytes of text.
struct Token {
  std::uint32_t begin = 0, end = 0;  ///< bytes of the source; of an identifier with its `%`
  TokenKind kind = TokenKind::end;
  Keyword keyword{};  ///< for TokenKind::keyword
  bool is_first_on_line = false;
  bool has_comments = false;  ///< between it and the token before it
};

struct TokenList {
  struct CommentRange {
    std::uint32_t begin = 0, end = 0;  ///< entries of `comments`
  };
  struct Commented {
    std::uint32_t token = 0;  ///< entry of `tokens`
    CommentRange range;
  };
  std::vector<Token> tokens;  ///< the last one is TokenKind::end
  std::vector<Span> comments;  ///< with their markers
  std::vector<Commented> commented;  ///< tokens with comments before them, in order

  /// `token` has to be one of `tokens`.
  [[nodiscard]] CommentRange comments_before(const Token& token) const;
};

[[nodiscard]] TokenList lex(SourceId source, Report& report);

/// The text of the doc comments (`///`, `/** */`), or of all comments if those are docs, without markers and common indentation, lines joined
/// by newlines. `comments` is a piece of a source with nothing but comments and white space.
[[nodiscard]] std::string docs_text(std::string_view comments, bool all_comments_are_docs);

namespace detail {
constexpr std::size_t keyword_slots = 256;  // a power of two, far more than words: a miss is nearly always decided by one look
constexpr std::size_t keyword_hash(std::string_view word) {
  return (static_cast<unsigned char>(word.front()) * 29u + static_cast<unsigned char>(word.back()) * 7u + word.size() * 67u) % keyword_slots;
}
inline constexpr auto keyword_table = [] {
  std::array<std::uint8_t, keyword_slots> out{};  // number of the keyword + 1
  for (std::size_t k = 0; k < keyword_count; ++k) {
    std::size_t slot = keyword_hash(keyword_texts[k]);
    while (out[slot] != 0) slot = (slot + 1) % keyword_slots;
    out[slot] = static_cast<std::uint8_t>(k + 1);
  }
  return out;
}();
}  // namespace detail

static_assert([] {
  for (const std::string_view text : keyword_texts) {
    for (const char c : text) {
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) return false;
    }
  }
  return true;
}(), "the lexer takes no other words for reserved ones");

/// The reserved word that a word is.
[[nodiscard]] constexpr std::optional<Keyword> find_keyword(std::string_view word) {
  if (word.empty()) return std::nullopt;
  for (std::size_t slot = detail::keyword_hash(word); detail::keyword_table[slot] != 0; slot = (slot + 1) % detail::keyword_slots) {
    const std::size_t k = detail::keyword_table[slot] - 1u;
    if (keyword_texts[k] == word) return static_cast<Keyword>(k);
  }
  return std::nullopt;
}

/// `` `{` ``, `an identifier`: what a kind is called in messages.
[[nodiscard]] std::string_view to_string(TokenKind kind);
[[nodiscard]] std::string_view to_string(Keyword keyword);

}  // namespace wcomp::wit
