#include "core/text/parse.h"

#include "base/text.h"
#include "core/text/module_parser.h"

namespace wcomp::core::text {

Result<Bytes> parse_module(const TokenList& list, Cursor& in) {
  WCOMP_TRY(in.expect_open("module"));
  return parse_module_body(list, in);
}

Result<Bytes> parse_module_body(const TokenList& list, Cursor& in) {
  const std::optional<std::string> id = in.take_id();
  if (in.take_atom("binary")) {
    WCOMP_TRY(const std::string bytes, in.strings());
    WCOMP_TRY(in.expect_close());
    const ByteSpan view = as_bytes(bytes);
    return Bytes(view.begin(), view.end());
  }
  if (in.take_atom("quote")) {
    WCOMP_TRY(std::string source, in.strings());
    WCOMP_TRY(in.expect_close());
    return parse("quoted module", std::move(source));
  }
  WCOMP_TRY(Bytes out, ModuleParser(list, in).fields(id.value_or(std::string())));
  WCOMP_TRY(in.expect_close());
  return out;
}

Result<Bytes> parse(std::string name, std::string source) {
  WCOMP_TRY(const TokenList list, tokenize(std::move(name), std::move(source)));
  Cursor in(list);
  return parse_file(list, in);
}

Result<Bytes> parse_file(const TokenList& list, Cursor& in) {
  Bytes out;
  if (in.at_open("module")) {
    WCOMP_TRY(out, parse_module(list, in));
  } else {
    if (in.at_open("component")) return fail(diag::unsupported, "this is a component's text, a core module is needed", in.where());
    if (in.at(TokenKind::end) && !list.has_annotations) return in.unexpected("a module");
    WCOMP_TRY(out, ModuleParser(list, in).fields({}));
  }
  if (!in.at(TokenKind::end)) return in.unexpected("the end of the text");
  return out;
}

bool is_text(ByteSpan bytes) { return !as_text(bytes).starts_with(std::string_view("\0asm", 4)); }

}  // namespace wcomp::core::text
