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

enum class AnnotationKind : std::uint8_t {
  name,          ///< `(@name "..")`
  branch_hint,   ///< `(@metadata.code.branch_hint "\00")`
  name_section,  ///< `(@wcomp.name-section)`: the section's place among the custom sections at the end
  data_count,    ///< `(@wcomp.data-count)`: there is a data count section although no instruction needs one
  section,       ///< `(@wcomp.section)`: the definition of a component begins a section although it could share one
  own_name,      ///< `(@wcomp.own-name "..")`: what a nested module or component calls itself, where its component calls it something else
  name_form,     ///< `(@wcomp.name-form "\01")`: the name of an import or export is written in another form that means the same
};

/// An annotation that means something where it stands: beside the tokens, because the grammar of tokens does not know of it.
struct Annotation {
  AnnotationKind kind = AnnotationKind::name;
  std::uint32_t token = 0;  ///< the number of the token that follows
  std::uint32_t begin = 0;  ///< byte offsets in the source
  std::uint32_t end = 0;
  std::string value;  ///< what its string stands for: UTF-8 for names, one byte 0 or 1 for hints
};

/// A source and its tokens. Comments are gone; so are annotations that are neither `@custom`, `@producers` nor `@dylink.0` (those are
/// tokens) nor an Annotation, with all that they hold.
struct TokenList {
  SourceMap sources;
  SourceId source;
  std::vector<Token> tokens;
  std::vector<Annotation> annotations;  ///< in the order of the text
  std::vector<std::uint32_t> hinted;    ///< the tokens behind branch hints, ascending
  bool has_annotations = false;         ///< that are no tokens

  [[nodiscard]] std::string_view text(const Token& t) const { return sources.text(source).substr(t.begin, t.end - t.begin); }
  [[nodiscard]] TextPos where(const Token& t) const { return sources.locate({source, t.begin, t.end}); }
  [[nodiscard]] TextPos where(const Annotation& a) const { return sources.locate({source, a.begin, a.end}); }
  /// The first annotation of the kind that stands right before a token; nullptr if there is none.
  [[nodiscard]] const Annotation* annotation(AnnotationKind kind, std::size_t token) const;
};

[[nodiscard]] Result<TokenList> tokenize(std::string name, std::string source);

/// The bytes that a string token stands for. Checked by `tokenize`, so it cannot fail.
[[nodiscard]] std::string string_value(std::string_view token);

}  // namespace wcomp::core::text
