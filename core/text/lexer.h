// Tokens of the text format, all at once, with parentheses matched: what follows never has to look for an end.
// https://webassembly.github.io/spec/core/text/lexical.html
#pragma once

#include <string>
#include <vector>

#include "base/source.h"

namespace wcomp::core::text {

enum class TokenKind : std::uint8_t {
  open,        ///< `(`
  annotation,  ///< `(@name`
  close,       ///< `)`
  atom,        ///< keyword or number
  id,          ///< `$name`, `$"name"`
  string,
  end,         ///< of the source; one, the last
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::uint32_t begin = 0;  ///< byte offsets in the source
  std::uint32_t end = 0;
  std::uint32_t match = 0;  ///< open and annotation: the number of the closing token
};

/// A source and its tokens. Comments are gone; so are annotations other than `@custom`, `@producers` and
/// the `@name` of a component's core module, with all that they hold.
struct TokenList {
  SourceMap sources;
  SourceId source;
  std::vector<Token> tokens;
  bool has_annotations = false;  ///< that are gone

  [[nodiscard]] std::string_view text(const Token& t) const { return sources.text(source).substr(t.begin, t.end - t.begin); }
  [[nodiscard]] TextPos where(const Token& t) const { return sources.locate({source, t.begin, t.end}); }
};

[[nodiscard]] Result<TokenList> tokenize(std::string name, std::string source);

/// The bytes that a string token stands for. Checked by `tokenize`, so it cannot fail.
[[nodiscard]] std::string string_value(std::string_view token);

}  // namespace wcomp::core::text
