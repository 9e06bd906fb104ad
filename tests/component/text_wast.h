// The static part of a component's .wast script: which components have to be accepted, and which refused.
#pragma once

#include <string>
#include <vector>

#include "component/text/parse.h"
#include "component/validate.h"

namespace wcomp::component::test {

struct WastComponent {
  std::string where;  ///< `file:line`
  bool should_be = true;
  bool is_text = true;       ///< not `(component binary ..)` or `quote`
  Result<Bytes> bytes;       ///< of the text
  std::string_view refusal;  ///< a diagnostic's code; empty when it is valid
  std::string message;
};

/// Every component of the script, in order, parsed and validated. Directives that only run something are left out.
inline Result<std::vector<WastComponent>> read_wast(const std::string& name, std::string source, const text::ParseOptions& options = {}) {
  using namespace core::text;
  WCOMP_TRY(const TokenList list, tokenize(name, std::move(source)));
  std::vector<WastComponent> out;
  Cursor in(list);
  while (!in.at(TokenKind::end)) {
    const std::size_t start = in.position();
    if (!in.at(TokenKind::open)) return in.unexpected("a directive");
    const std::uint32_t line = in.where().line;
    const bool should_be = !in.at_open("assert_malformed") && !in.at_open("assert_invalid");
    if (!in.at_open("component") && list.tokens[start + 2].kind == TokenKind::open) in.move_to(start + 2);
    if (in.at_open("component")) {
      Cursor look = in;
      look.take_open("component");
      const std::string_view text = list.sources.text(list.source);
      const Token& open = list.tokens[in.position()];
      const Token& close = list.tokens[open.match];
      std::string component(text.substr(open.begin, close.end - open.begin));
      if (look.at_atom("definition")) component = "(component " + std::string(text.substr(look.peek().end, close.end - look.peek().end));
      if (!look.at_atom("instance")) {
        look.take_atom("definition");
        look.take_id();
        WastComponent c{.where = name + ":" + std::to_string(line), .should_be = should_be, .is_text = !look.at_atom("binary") && !look.at_atom("quote"), .bytes = text::parse(name, std::move(component), options), .refusal = {}, .message = {}};
        const auto valid = [&]() -> Result<void> {
          if (!c.bytes) return Err(Failure(c.bytes.error().first()));
          WCOMP_TRY(const auto decoded, decode(*c.bytes));
          WCOMP_TRY(validate(decoded));
          return {};
        }();
        if (!valid) {
          c.refusal = valid.error().first().code;
          c.message = valid.error().to_string();
        }
        out.push_back(std::move(c));
      }
    }
    in.move_to(list.tokens[start].match + 1);
  }
  return out;
}

}  // namespace wcomp::component::test
