// The grammar of WIT's items as one function per place where an item may stand. Only grammar.cpp knows that it is written with Spirit X3.
#pragma once

#include <string_view>
#include <vector>

#include "wit/ast.h"
#include "wit/lexer.h"

namespace wcomp::wit::grammar {

/// Where an item stands, which decides what it may be.
enum class Place : std::uint8_t { file, nested_package, interface, world, resource };

/// How far parsing of an item got, for the message: what the rules would have taken at the furthest token that they looked at.
struct Failure {
  const Token* furthest = nullptr;
  std::vector<std::string_view> expected;
  bool is_too_deep = false;  ///< a type nests deeper than max_type_depth
};

constexpr int max_type_depth = 100;

/// Elements of lists that are being read, of each kind the outer lists' first.
struct Scratch {
  std::vector<ast::Member> members;
  std::vector<ast::Type> types;
  std::vector<ast::Renamed> renamed;
  std::vector<ast::Member>& of(const ast::Member&) { return members; }
  std::vector<ast::Type>& of(const ast::Type&) { return types; }
  std::vector<ast::Renamed>& of(const ast::Renamed&) { return renamed; }
};

/// Where the docs of an item that begins with `token` are.
[[nodiscard]] inline ast::Docs docs_before(const TokenList& list, const Token& token) {
  const TokenList::CommentRange range = list.comments_before(token);
  return range.begin == range.end ? ast::Docs{} : ast::Docs{list.comments[range.begin].begin, list.comments[range.end - 1].end};
}

/// A file's text as far as it is read, and where trees of it go.
struct Input {
  SourceId source;
  std::string_view text;
  const TokenList& list;
  ast::Arena& memory;
  Scratch& scratch;
};

/// Parses one item from `*first` on. An item with a body ends behind its `{`. On success `first` is behind the item; otherwise it is
/// unchanged and `failure` says why.
bool parse_item(Place place, const Token*& first, const Input& in, ast::Item& out, Failure& failure);
/// `package ns:name@version;`
bool parse_package_decl(const Token*& first, const Input& in, ast::PackageName& out, Failure& failure);

}  // namespace wcomp::wit::grammar
