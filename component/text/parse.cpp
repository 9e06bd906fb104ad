#include "component/text/parse.h"

#include "base/diagnostic.h"
#include "component/text/parser.h"
#include "core/text/module_parser.h"

namespace wcomp::component::text {

Result<Bytes> parse_component(const TokenList& list, Cursor& in, const ParseOptions& options) {
  WCOMP_TRY(in.expect_open("component"));
  return parse_component_body(list, in, options);
}

Result<Bytes> parse_component_body(const TokenList& list, Cursor& in, const ParseOptions& options) {
  Id id{.name = {}, .position = in.position()};
  id.name = in.take_id();
  if (const auto* name = list.annotation(core::text::AnnotationKind::name, in.position())) id.debug_name = name->value;
  if (in.take_atom("binary")) {
    WCOMP_TRY(const std::string bytes, in.strings());
    WCOMP_TRY(in.expect_close());
    const ByteSpan view = as_bytes(bytes);
    return Bytes(view.begin(), view.end());
  }
  if (in.take_atom("quote")) {
    WCOMP_TRY(const std::string fields, in.strings());
    WCOMP_TRY(in.expect_close());
    return parse("quoted component", "(component " + fields + "\n)", options);
  }
  WCOMP_TRY(const Component made, Parser(list, in, options).component(id));
  WCOMP_TRY(in.expect_close());
  return encode(made);
}

Result<Bytes> parse(std::string name, std::string source, const ParseOptions& options) {
  WCOMP_TRY(const TokenList list, core::text::tokenize(std::move(name), std::move(source)));
  Cursor in(list);
  if (!in.at_open("component")) return core::text::parse_file(list, in);
  WCOMP_TRY(Bytes out, parse_component(list, in, options));
  if (!in.at(TokenKind::end)) return in.unexpected("the end of the text");
  return out;
}

bool is_wat(ByteSpan bytes) {
  const std::string_view text = as_text(bytes);
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return core::text::is_text(bytes) && start != std::string_view::npos && (text[start] == '(' || text.substr(start, 2) == ";;");
}

}  // namespace wcomp::component::text
