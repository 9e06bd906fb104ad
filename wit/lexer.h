// WIT text as tokens.
//
// Why a hand-written lexer under a Spirit grammar: the grammar stays free of white space, comments and the shapes of versions, and its
// error messages speak of words. White space and comments vanish; doc comments (`///`, `/** */`) are remembered with the token that
// follows them, so that they may stand anywhere and no grammar rule mentions them. WIT.md "Lexical structure".
//
// What is wrong with single characters (encoding, forbidden code points, malformed names, unclosed comments) is reported here, each once,
// and lexing goes on. Limits: a source is smaller than 4 GiB, which the loader makes sure of.
#pragma once

#include <cstdint>
#include <string>
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

struct Token {
  TokenKind kind = TokenKind::end;
  Keyword keyword{};               ///< for TokenKind::keyword
  bool is_first_on_line = false;
  std::uint32_t begin = 0, end = 0;  ///< bytes of the source; of an identifier with its `%`
  std::uint32_t docs_begin = 0, docs_end = 0;  ///< entries of TokenList::docs that stand before it
};

struct TokenList {
  std::vector<Token> tokens;  ///< the last one is TokenKind::end
  std::vector<Span> docs;     ///< doc comments with their markers
};

[[nodiscard]] TokenList lex(SourceId source, Report& report);

/// The text of doc comments without markers, lines joined by newlines.
[[nodiscard]] std::string docs_text(const SourceMap& sources, const TokenList& list, const Token& token);

/// `` `{` ``, `an identifier`: what a kind is called in messages.
[[nodiscard]] std::string_view to_string(TokenKind kind);
[[nodiscard]] std::string_view to_string(Keyword keyword);

}  // namespace wcomp::wit
