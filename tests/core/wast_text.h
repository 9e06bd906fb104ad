// The static part of a .wast script: which modules have to be accepted, and which refused.
#pragma once

#include <string>
#include <vector>

#include "core/module.h"
#include "core/text/parse.h"

namespace wcomp::core::test {

struct WastCheck {
  std::string where;  ///< `file:line directive`
  bool is_accepted = false;
  bool should_be = true;
  std::string message;  ///< of the refusal
};

/// Text or binary to a ValidModule.
inline Result<void> accept(Result<Bytes> bytes) {
  WCOMP_TRY(Bytes binary, std::move(bytes));
  WCOMP_TRY(Module module, decode(std::move(binary)));
  WCOMP_TRY(validate(std::move(module)));
  return {};
}

/// Every module of the script, in order. Directives that only run something are left out.
inline Result<std::vector<WastCheck>> check_modules(std::string name, std::string source) {
  WCOMP_TRY(const text::TokenList list, text::tokenize(name, std::move(source)));
  std::vector<WastCheck> out;
  text::Cursor in(list);
  while (!in.at(text::TokenKind::end)) {
    const std::size_t start = in.position();
    const bool is_open = in.at(text::TokenKind::open);
    if (!is_open) return in.unexpected("a directive");
    const text::Cursor directive = in;
    bool should_be = true;
    if (in.take_open("assert_malformed") || in.take_open("assert_invalid")) should_be = false;
    if (in.at_open("module")) {
      text::Cursor definition = in;
      definition.take_open("module");
      definition.take_id();
      if (!definition.at_atom("definition") && !definition.at_atom("instance")) {
        const Result<void> done = accept(text::parse_module(list, in));
        out.push_back({name + ":" + std::to_string(directive.where().line), done.has_value(), should_be,
                       done ? std::string() : done.error().to_string()});
      }
    }
    in.move_to(list.tokens[start].match + 1);
  }
  return out;
}

}  // namespace wcomp::core::test
