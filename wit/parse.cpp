#include "wit/parse.h"

#include <algorithm>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "base/match.h"
#include "wit/grammar.h"
#include "wit/names.h"

namespace wcomp::wit {

namespace {

using grammar::Place;

constexpr std::size_t max_errors_per_file = 20;

std::string_view items_of(Place place) {
  switch (place) {
    case Place::file: return "`interface`, `world`, `use` or `package`";
    case Place::nested_package: return "`interface`, `world`, `use` or `}`";
    case Place::interface: return "a type, a function, `use` or `}`";
    case Place::world: return "`import`, `export`, `include`, `use`, a type or `}`";
    case Place::resource: return "a method, `constructor` or `}`";
  }
  return "";
}

bool may_hold(Place place, Keyword keyword) {
  const bool is_definition = keyword == Keyword::interface || keyword == Keyword::world || keyword == Keyword::package;
  return place == Place::file || place == Place::nested_package || !is_definition;
}

class Parser {
 public:
  Parser(SourceId source, Report& report) : source_(source), report_(report), list_(lex(source, report)), text_(report.sources().text(source)), at_(list_.tokens.data()) {}

  ast::File run() {
    file_.source = source_;
    if (is_keyword(at_, Keyword::package)) package_decl();
    body(Place::file, file_.items, nullptr);
    return std::move(file_);
  }

 private:
  [[nodiscard]] const Token* last() const { return &list_.tokens.back(); }
  [[nodiscard]] static bool is_keyword(const Token* t, Keyword k) { return t->kind == TokenKind::keyword && t->keyword == k; }
  [[nodiscard]] Span span(const Token* t) const { return {source_, t->begin, std::max(t->end, t->begin)}; }
  [[nodiscard]] std::string found(const Token* t) const {
    if (t->kind == TokenKind::end) return "the end of the file";
    const std::string_view text = text_.substr(t->begin, t->end - t->begin);
    return fmt::format("{}`{}`", t->kind == TokenKind::keyword ? "keyword " : "", text.substr(0, 60));
  }

  void package_decl() {
    // `package a:b {` at the start is an item; `package a:b;` is the declaration.
    ast::PackageName name;
    grammar::Failure failure;
    const Token* const start = at_;
    if (grammar::parse_package_decl(at_, input_, name, failure)) {
      file_.package_docs = grammar::docs_before(list_, *start);
      file_.package = name;
    } else if (failure.furthest->kind != TokenKind::left_brace) {
      explain(Place::file, start, failure);
      recover(Place::file, start, failure.furthest);
    }
  }

  /// Items up to the closing brace, which is taken; `open` is the brace that opened the body (none for the file's own).
  void body(Place place, ast::List<ast::Item>& items, const Token* open) {
    const std::size_t first = items_.size();
    body_items(place, open);
    items = ast::List<ast::Item>(file_.memory.copy(std::span<const ast::Item>(items_).subspan(first)));
    items_.resize(first);
  }
  void body_items(Place place, const Token* open) {
    while (at_->kind != TokenKind::end && !(open != nullptr && at_->kind == TokenKind::right_brace)) {
      if (errors_ >= max_errors_per_file) {
        at_ = last();
        return;
      }
      if (open != nullptr && at_->kind == TokenKind::keyword && at_->is_first_on_line && !may_hold(place, at_->keyword)) return unclosed(open);
      const Token* const start = at_;
      grammar::Failure failure;
      ast::Item item;
      if (grammar::parse_item(place, at_, input_, item, failure)) {
        nested_body(item);
        if (const auto* use = std::get_if<ast::Use>(&item.what)) file_.declarations += use->names.size();
        else if (is_type(item)) ++file_.declarations;
        items_.push_back(item);
        continue;
      }
      if (const Token* const inner = unclosed_members(start, failure.furthest)) {
        ++errors_;
        Diagnostic& d = report_.error(diag::syntax, span(failure.furthest), fmt::format("expected a type, found {}: a record holds no functions", found(failure.furthest)));
        d.labels.push_back(report_.label(span(inner), "this `{` is not closed"));
        at_ = failure.furthest - 2;
        continue;
      }
      explain(place, start, failure);
      recover(place, start, failure.furthest);
    }
    if (open == nullptr) return;
    if (at_->kind == TokenKind::end) return unclosed(open);
    ++at_;
  }

  static bool is_type(const ast::Item& item) {
    return match(item.what, [](const auto& node) {
      using T = std::remove_cvref_t<decltype(node)>;
      return std::is_same_v<T, ast::Record> || std::is_same_v<T, ast::Variant> || std::is_same_v<T, ast::Enum> || std::is_same_v<T, ast::Flags> || std::is_same_v<T, ast::TypeAlias> ||
             std::is_same_v<T, ast::Resource>;
    });
  }

  void nested_body(ast::Item& item) {
    const Token* const open = at_ - 1;
    if (auto* i = std::get_if<ast::Interface>(&item.what)) return body(Place::interface, i->items, open);
    if (auto* w = std::get_if<ast::World>(&item.what)) return body(Place::world, w->items, open);
    if (auto* p = std::get_if<ast::NestedPackage>(&item.what)) return body(Place::nested_package, p->items, open);
    if (auto* r = std::get_if<ast::Resource>(&item.what); r != nullptr && r->has_body) return body(Place::resource, r->functions, open);
    if (auto* e = std::get_if<ast::Extern>(&item.what)) {
      if (auto* i = std::get_if<ast::InlineInterface>(&e->what)) return body(Place::interface, i->items, open);
    }
  }

  void unclosed(const Token* open) {
    ++errors_;
    Diagnostic& d = report_.error(diag::syntax, span(at_), fmt::format("expected `}}`, found {}", found(at_)));
    d.labels.push_back(report_.label(span(open), "this `{` is not closed"));
  }

  /// The open brace of a record in which a function begins a line: the record's end was forgotten. Null if that is not what happened.
  [[nodiscard]] const Token* unclosed_members(const Token* start, const Token* furthest) const {
    const bool is_function = is_keyword(furthest, Keyword::func) || is_keyword(furthest, Keyword::async);
    if (!is_keyword(start, Keyword::record) || !is_function || furthest - start < 5 || start[2].kind != TokenKind::left_brace) return nullptr;
    const bool begins_line = furthest[-1].kind == TokenKind::colon && furthest[-2].kind == TokenKind::identifier && furthest[-2].is_first_on_line;
    return begins_line ? start + 2 : nullptr;
  }

  void explain(Place place, const Token* start, const grammar::Failure& failure) {
    ++errors_;
    if (failure.is_too_deep) {
      report_.error(diag::limit_exceeded, span(failure.furthest), fmt::format("types nest deeper than {}", grammar::max_type_depth));
      return;
    }
    const Token* const at = failure.furthest;
    if (at->kind == TokenKind::bad) return;  // the lexer has said it
    if (place == Place::nested_package && is_keyword(at, Keyword::package)) {
      report_.error(diag::syntax, span(at), "a package inside a nested package: only a file may hold packages");
      return;
    }
    if (at->kind == TokenKind::less && at > start && at[-1].kind == TokenKind::identifier) {
      const std::string name(report_.sources().text(span(at - 1)));
      Diagnostic& d = report_.error(diag::unknown_type, span(at - 1), fmt::format("there is no type `{}` with parameters", name));
      NearestName nearest(name);
      for (const std::string_view word : {"list", "map", "tuple", "option", "result", "own", "borrow", "stream", "future"}) nearest.offer(word);
      if (nearest.get()) d.notes.push_back(fmt::format("did you mean `{}`?", *nearest.get()));
      return;
    }
    std::string wanted(items_of(place));
    if (at != start) wanted = list_of(failure.expected);
    Diagnostic& d = report_.error(diag::syntax, span(at), fmt::format("expected {}, found {}", wanted, found(at)));
    const bool is_name_of_function = at == start && at[1].kind == TokenKind::colon;
    const bool wants_name = is_name_of_function || std::find(failure.expected.begin(), failure.expected.end(), "an identifier") != failure.expected.end();
    if (at->kind == TokenKind::keyword && wants_name && (at != start || is_name_of_function)) {
      d.notes.push_back(fmt::format("`{0}` is a keyword; as a name it is written `%{0}`", to_string(at->keyword)));
    }
    if (wanted.find("version such as") != std::string::npos && at->kind == TokenKind::integer) d.notes.push_back("a version has three numbers");
  }

  static std::string list_of(const std::vector<std::string_view>& expected) {
    // "a type" stands for the words that begin one.
    const bool has_type = std::find(expected.begin(), expected.end(), "a type") != expected.end();
    static constexpr std::string_view type_words[] = {"`list`", "`map`", "`tuple`", "`option`", "`result`", "`own`", "`borrow`", "`stream`", "`future`", "an identifier"};
    std::vector<std::string_view> words;
    for (std::string_view w : expected) {
      if (has_type && std::find(std::begin(type_words), std::end(type_words), w) != std::end(type_words)) continue;
      words.push_back(w);
    }
    if (words.empty()) return "something else";
    std::string out(words[0]);
    for (std::size_t i = 1; i < words.size(); ++i) out += fmt::format("{} {}", i + 1 == words.size() ? " or" : ",", words[i]);
    return out;
  }

  /// Goes on behind a broken item: at the token that was not understood if it begins a line outside of any bracket (something was left
  /// out before it), else behind the item's `;` or closing brace, or at the brace that closes what the item stands in.
  void recover(Place place, const Token* start, const Token* furthest) {
    std::size_t depth = 0;    // of braces
    std::ptrdiff_t inner = 0;  // of parentheses and angles
    for (const Token* t = start; t->kind != TokenKind::end; ++t) {
      const bool may_begin_item = t->is_first_on_line && (t->kind == TokenKind::identifier || t->kind == TokenKind::keyword || t->kind == TokenKind::at);
      if (t >= furthest && t > start && depth == 0 && inner <= 0 && may_begin_item) {
        at_ = t;
        return;
      }
      if (t > start && t->is_first_on_line && t->kind == TokenKind::keyword && depth <= 1 && place != Place::file &&
          (t->keyword == Keyword::interface || t->keyword == Keyword::world)) {
        at_ = t;  // a brace is missing
        return;
      }
      if (t->kind == TokenKind::less || t->kind == TokenKind::left_paren) ++inner;
      if (t->kind == TokenKind::greater || t->kind == TokenKind::right_paren) --inner;
      if (t->kind == TokenKind::left_brace) ++depth;
      if (t->kind == TokenKind::semicolon && depth == 0 && t >= furthest) {
        at_ = t + 1;
        return;
      }
      if (t->kind == TokenKind::right_brace) {
        if (depth == 0 && place != Place::file) {
          at_ = t;
          return;
        }
        if (depth <= 1) {
          at_ = t + (t[1].kind == TokenKind::semicolon ? 2 : 1);
          return;
        }
        --depth;
      }
    }
    at_ = last();
  }

  SourceId source_;
  Report& report_;
  TokenList list_;
  std::string_view text_;
  ast::File file_;
  grammar::Scratch scratch_;
  grammar::Input input_{source_, text_, list_, file_.memory, scratch_};
  std::vector<ast::Item> items_;  ///< of the bodies that are being read, the outer ones first
  const Token* at_;
  std::size_t errors_ = 0;
};

}  // namespace

ast::File parse(SourceId source, Report& report) { return Parser(source, report).run(); }

}  // namespace wcomp::wit
