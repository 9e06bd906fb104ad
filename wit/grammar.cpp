// The WIT grammar, WIT.md, in Boost.Spirit X3 over tokens. The only file that includes X3.
//
// Rules carry their tree node as attribute; `set<&Node::member>` and `append<&Node::member>` put what a part parsed into it. There are no
// expectation points: every terminal that fails records what it wanted, and the wishes at the furthest token make the message.
#include "wit/grammar.h"

#include <array>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/spirit/home/x3.hpp>

#include "base/text.h"

namespace wcomp::wit::grammar {

namespace {

namespace x3 = boost::spirit::x3;
using Iterator = const Token*;

/// What terminals and node makers need to know, reached through x3::with.
struct Context {
  const Input& in;
  Failure& failure;
  bool has_wishes = false;  ///< keep what terminals wanted: only a second reading, of an item that failed, does
  int type_depth = 0;

  void wish(Iterator at, std::string_view what) {
    if (!has_wishes) return;
    if (failure.furthest != nullptr && at < failure.furthest) return;
    if (at != failure.furthest) failure.expected.clear();
    failure.furthest = at;
    for (std::string_view known : failure.expected) {
      if (known == what) return;
    }
    failure.expected.push_back(what);
  }
  [[nodiscard]] std::string_view text_of(Iterator token) const { return in.text.substr(token->begin, token->end - token->begin); }
  [[nodiscard]] Span span(Iterator first, Iterator last) const { return {in.source, first->begin, last->end}; }
};
struct ContextTag;
template <class C>
Context& context_of(const C& c) {
  return x3::get<ContextTag>(c).get();
}

// ---- terminals ----

/// A token of one kind, without attribute.
struct Punct : x3::parser<Punct> {
  using attribute_type = x3::unused_type;
  [[maybe_unused]] static constexpr bool has_attribute = false;
  TokenKind kind;
  constexpr explicit Punct(TokenKind k) : kind(k) {}
  template <class I, class C, class R, class A>
  bool parse(I& first, const I&, const C& c, const R&, A&) const {
    if (first->kind == kind) return ++first, true;
    context_of(c).wish(first, to_string(kind));
    return false;
  }
};

/// A reserved word, or (as an identifier) a word that means something only here.
struct Word : x3::parser<Word> {
  using attribute_type = x3::unused_type;
  [[maybe_unused]] static constexpr bool has_attribute = false;
  std::string_view word, quoted;
  std::optional<Keyword> keyword;
  constexpr explicit Word(std::string_view quoted_word) : word(quoted_word.substr(1, quoted_word.size() - 2)), quoted(quoted_word), keyword(find_keyword(word)) {}
  template <class I, class C, class R, class A>
  bool parse(I& first, const I&, const C& c, const R&, A&) const {
    Context& context = context_of(c);
    if (keyword) {
      if (first->kind == TokenKind::keyword && first->keyword == *keyword) return ++first, true;
    } else if (first->kind == TokenKind::identifier && context.text_of(first) == word) {
      return ++first, true;
    }
    context.wish(first, quoted);
    return false;
  }
};

/// An identifier with its place.
struct NameToken : x3::parser<NameToken> {
  using attribute_type = ast::Name;
  [[maybe_unused]] static constexpr bool has_attribute = true;
  template <class I, class C, class R, class A>
  bool parse(I& first, const I&, const C& c, const R&, A& out) const {
    Context& context = context_of(c);
    if (first->kind != TokenKind::identifier) return context.wish(first, "an identifier"), false;
    if constexpr (std::is_same_v<A, ast::Name>) {
      std::string_view text = context.text_of(first);
      const bool is_escaped = text.starts_with('%');
      if (is_escaped) text.remove_prefix(1);
      out = ast::Name(text, context.in.source, first->begin, is_escaped);
    }
    return ++first, true;
  }
};

struct VersionToken : x3::parser<VersionToken> {
  using attribute_type = ast::Version;
  [[maybe_unused]] static constexpr bool has_attribute = true;
  template <class I, class C, class R, class A>
  bool parse(I& first, const I&, const C& c, const R&, A& out) const {
    Context& context = context_of(c);
    if (first->kind != TokenKind::version) return context.wish(first, to_string(TokenKind::version)), false;
    if constexpr (std::is_same_v<A, ast::Version>) out = {context.text_of(first), context.span(first, first)};
    return ++first, true;
  }
};

/// The length of a fixed-length list: a number from 1 on.
struct LengthToken : x3::parser<LengthToken> {
  using attribute_type = std::uint32_t;
  [[maybe_unused]] static constexpr bool has_attribute = true;
  template <class I, class C, class R, class A>
  bool parse(I& first, const I&, const C& c, const R&, A& out) const {
    Context& context = context_of(c);
    std::uint64_t value = 0;
    if (first->kind == TokenKind::integer && !context.text_of(first).starts_with('0')) {
      for (const char digit : context.text_of(first)) value = value > UINT32_MAX ? value : value * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    if (value == 0 || value > UINT32_MAX) return context.wish(first, "a length from 1 to 4294967295"), false;
    if constexpr (std::is_same_v<A, std::uint32_t>) out = static_cast<std::uint32_t>(value);
    return ++first, true;
  }
};

/// The value of a string literal: escapes of the core text format's names.
std::optional<std::string> unescape(std::string_view literal) {
  literal = literal.substr(1, literal.size() - 2);
  const auto hex = [](char c) -> int { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
  std::string out;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    if (literal[i] != '\\') {
      out += literal[i];
      continue;
    }
    if (++i == literal.size()) return std::nullopt;
    static constexpr std::string_view letters = "tnr\"'\\", values = "\t\n\r\"'\\";
    if (const std::size_t k = letters.find(literal[i]); k != std::string_view::npos) {
      out += values[k];
    } else if (literal[i] == 'u' && i + 1 < literal.size() && literal[i + 1] == '{') {
      std::uint32_t value = 0;
      std::size_t digits = 0;
      for (i += 2; i < literal.size(); ++i) {  // `_` may stand between two digits
        if (literal[i] == '_' && digits > 0 && literal[i - 1] != '_' && i + 1 < literal.size() && hex(literal[i + 1]) >= 0) continue;
        if (hex(literal[i]) < 0 || value > 0xffff'ffu) break;
        value = value * 16 + static_cast<std::uint32_t>(hex(literal[i]));
        ++digits;
      }
      if (digits == 0 || i == literal.size() || literal[i] != '}' || !append_utf8(out, value)) return std::nullopt;
    } else if (i + 1 < literal.size() && hex(literal[i]) >= 0 && hex(literal[i + 1]) >= 0) {
      out += static_cast<char>(hex(literal[i]) * 16 + hex(literal[i + 1]));
      ++i;
    } else {
      return std::nullopt;
    }
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

struct StringToken : x3::parser<StringToken> {
  using attribute_type = std::string_view;
  [[maybe_unused]] static constexpr bool has_attribute = true;
  template <class I, class C, class R, class A>
  bool parse(I& first, const I&, const C& c, const R&, A& out) const {
    Context& context = context_of(c);
    std::optional<std::string> value;
    if (first->kind == TokenKind::string) value = unescape(context.text_of(first));
    if (!value) return context.wish(first, "a string in double quotes"), false;
    if constexpr (std::is_same_v<A, std::string_view>) out = context.in.memory.copy(*value);
    return ++first, true;
  }
};

/// The primitive type that a word names. All but one are reserved words.
std::optional<types::Prim> prim_of(Iterator token, const Context& context) {
  if (token->kind == TokenKind::keyword) {
    static constexpr auto by_keyword = [] {
      std::array<std::optional<types::Prim>, keyword_count> out{};
#define WCOMP_PRIM(name, text, opcode, size, core) \
  if (const auto k = find_keyword(text)) out[static_cast<std::size_t>(*k)] = types::Prim::name;
#include "types/primitives.def"
#undef WCOMP_PRIM
      return out;
    }();
    return by_keyword[static_cast<std::size_t>(token->keyword)];
  }
  if (token->kind == TokenKind::identifier && context.text_of(token) == types::to_string(types::Prim::error_context)) return types::Prim::error_context;
  return std::nullopt;
}

/// The name of a primitive type.
struct PrimToken : x3::parser<PrimToken> {
  using attribute_type = types::Prim;
  [[maybe_unused]] static constexpr bool has_attribute = true;
  template <class I, class C, class R, class A>
  bool parse(I& first, const I&, const C& c, const R&, A& out) const {
    Context& context = context_of(c);
    if (const std::optional<types::Prim> p = prim_of(first, context)) {
      if constexpr (std::is_same_v<A, types::Prim>) out = *p;
      return ++first, true;
    }
    context.wish(first, "a type");
    return false;
  }
};

/// Succeeds without taking a token where `a:b` is written without blanks, which is a package name and never a label with a type.
struct GluedPackage : x3::parser<GluedPackage> {
  using attribute_type = x3::unused_type;
  [[maybe_unused]] static constexpr bool has_attribute = false;
  template <class I, class C, class R, class A>
  bool parse(I& first, const I&, const C&, const R&, A&) const {
    return first[0].kind == TokenKind::identifier && first[1].kind == TokenKind::colon && first[2].kind == TokenKind::identifier &&
           first[0].end == first[1].begin && first[1].end == first[2].begin;
  }
};

/// A type inside a type; refuses to go deeper than max_type_depth.
template <class Subject>
struct Deeper : x3::unary_parser<Subject, Deeper<Subject>> {
  using base = x3::unary_parser<Subject, Deeper<Subject>>;
  using attribute_type = ast::Type;
  [[maybe_unused]] static constexpr bool has_attribute = true;
  static constexpr bool handles_container = false;
  constexpr explicit Deeper(const Subject& s) : base(s) {}
  template <class I, class C, class R, class A>
  bool parse(I& first, const I& last, const C& c, const R& r, A& out) const {
    Context& context = context_of(c);
    if (context.type_depth + 1 >= max_type_depth) {  // the outermost type is the first level
      context.wish(first, "");
      context.failure.is_too_deep = true;
      return false;
    }
    ++context.type_depth;
    const bool is_parsed = this->subject.parse(first, last, c, r, out);
    --context.type_depth;
    return is_parsed;
  }
};
template <class Subject>
constexpr auto deeper(const Subject& s) {
  return Deeper<Subject>(s);
}

// ---- actions ----

template <auto Member>
constexpr auto set = [](auto& c) { x3::_val(c).*Member = std::move(x3::_attr(c)); };
/// For short lists that hardly anything has.
template <auto Member>
constexpr auto append = [](auto& c) { (x3::_val(c).*Member).push_back(context_of(c).in.memory, x3::_attr(c)); };
/// For a member that points to its node.
template <auto Member>
constexpr auto put = [](auto& c) { x3::_val(c).*Member = context_of(c).in.memory.make(x3::_attr(c)); };
/// The type of a field, case or parameter. Those without parts need no node of their own.
const auto put_member_type = [](auto& c) {
  const ast::Type& type = x3::_attr(c);
  static constexpr auto primitives = [] {
    std::array<ast::Type, static_cast<std::size_t>(types::Prim::error_context)> out{};  // the last one is gated, and then its place is reported
    for (std::size_t p = 0; p < out.size(); ++p) out[p] = {.kind = ast::TypeKind::prim, .prim = static_cast<types::Prim>(p), .args = {}, .name = {}, .span = {}};
    return out;
  }();
  const auto prim = static_cast<std::size_t>(type.prim);
  x3::_val(c).type = type.kind == ast::TypeKind::prim && prim < primitives.size() ? &primitives[prim] : context_of(c).in.memory.make(type);
};
/// Keeps an element of a list that `gathered` makes.
const auto gather = [](auto& c) { context_of(c).in.scratch.of(x3::_attr(c)).push_back(x3::_attr(c)); };
template <auto Member, auto value>
constexpr auto mark = [](auto& c) { x3::_val(c).*Member = value; };

/// Gives the rule's node its span and docs when the subject has matched. (X3's on_success sees no node in rules with actions.)
template <class Subject>
struct Located : x3::unary_parser<Subject, Located<Subject>> {
  using base = x3::unary_parser<Subject, Located<Subject>>;
  using attribute_type = x3::unused_type;
  static constexpr bool has_attribute = false;
  constexpr explicit Located(const Subject& s) : base(s) {}
  template <class I, class C, class Node, class A>
  bool parse(I& first, const I& last, const C& c, Node& node, A& out) const {
    const I begin = first;
    if (!this->subject.parse(first, last, c, node, out)) return false;
    Context& context = context_of(c);
    if constexpr (requires { node.span = Span{}; }) node.span = context.span(begin, first - 1);
    if constexpr (requires { node.docs; }) {
      if (begin->has_comments) node.docs = docs_before(context.in.list, *begin);
    }
    return true;
  }
};
/// Makes a list of the elements that `gather` kept while the subject matched: in one piece, since their number is known only then.
template <auto Member, class Subject>
struct Gathered : x3::unary_parser<Subject, Gathered<Member, Subject>> {
  using base = x3::unary_parser<Subject, Gathered<Member, Subject>>;
  using attribute_type = x3::unused_type;
  static constexpr bool has_attribute = false;
  constexpr explicit Gathered(const Subject& s) : base(s) {}
  template <class I, class C, class Node, class A>
  bool parse(I& first, const I& last, const C& c, Node& node, A& out) const {
    const Input& in = context_of(c).in;
    using Element = std::remove_reference_t<decltype((node.*Member)[0])>;
    std::vector<Element>& scratch = in.scratch.of(Element{});
    const std::size_t before = scratch.size();
    const bool is_parsed = this->subject.parse(first, last, c, node, out);
    if (is_parsed) node.*Member = ast::List<Element>(in.memory.copy(std::span<const Element>(scratch).subspan(before)));
    scratch.resize(before);
    return is_parsed;
  }
};
template <auto Member, class Subject>
constexpr auto gathered(const Subject& subject) {
  const auto parser = x3::as_parser(subject);
  return Gathered<Member, std::remove_const_t<decltype(parser)>>(parser);
}

template <class Subject>
constexpr auto located(const Subject& subject) {
  const auto parser = x3::as_parser(subject);
  return Located<std::remove_const_t<decltype(parser)>>(parser);
}

// ---- grammar ----

constexpr Punct lbrace(TokenKind::left_brace), rbrace(TokenKind::right_brace), lparen(TokenKind::left_paren), rparen(TokenKind::right_paren),
    less(TokenKind::less), greater(TokenKind::greater), comma(TokenKind::comma), colon(TokenKind::colon), semicolon(TokenKind::semicolon),
    equals(TokenKind::equals), dot(TokenKind::dot), slash(TokenKind::slash), at(TokenKind::at), arrow(TokenKind::arrow), underscore(TokenKind::underscore);
constexpr NameToken name;
constexpr VersionToken version;
constexpr LengthToken length;
constexpr StringToken string_literal;
constexpr PrimToken prim;
constexpr GluedPackage glued_package;
constexpr Word operator""_w(const char* quoted, std::size_t size) { return Word(std::string_view(quoted, size)); }

#define WCOMP_RULE(name, Node) \
  struct name##_tag {}; \
  const x3::rule<name##_tag, Node> name = #name
WCOMP_RULE(package_name, ast::PackageName);
WCOMP_RULE(package_decl, ast::PackageName);
WCOMP_RULE(path, ast::Path);
WCOMP_RULE(type, ast::Type);
WCOMP_RULE(omitted, ast::Type);
WCOMP_RULE(gate, ast::Gate);
WCOMP_RULE(field, ast::Member);
WCOMP_RULE(variant_case, ast::Member);
WCOMP_RULE(label, ast::Member);
WCOMP_RULE(func_type, ast::FuncType);
WCOMP_RULE(constructor_type, ast::FuncType);
WCOMP_RULE(record, ast::Record);
WCOMP_RULE(variant, ast::Variant);
WCOMP_RULE(enum_, ast::Enum);
WCOMP_RULE(flags, ast::Flags);
WCOMP_RULE(type_alias, ast::TypeAlias);
WCOMP_RULE(resource, ast::Resource);
WCOMP_RULE(function, ast::Function);
WCOMP_RULE(method, ast::Function);
WCOMP_RULE(renamed, ast::Renamed);
WCOMP_RULE(must_rename, ast::Renamed);
WCOMP_RULE(use, ast::Use);
WCOMP_RULE(top_level_use, ast::TopLevelUse);
WCOMP_RULE(include, ast::Include);
WCOMP_RULE(inline_interface, ast::InlineInterface);
WCOMP_RULE(extern_, ast::Extern);
WCOMP_RULE(interface, ast::Interface);
WCOMP_RULE(world, ast::World);
WCOMP_RULE(nested_package, ast::NestedPackage);
WCOMP_RULE(file_item, ast::Item);
WCOMP_RULE(nested_item, ast::Item);
WCOMP_RULE(interface_item, ast::Item);
WCOMP_RULE(world_item, ast::Item);
WCOMP_RULE(resource_item, ast::Item);

using ast::Item;
using ast::Type;

// `a:b`, `a:b:c/d`: all words before colons but the last are namespaces. (An item of a path is read behind the last slash.)
const auto add_ns = [](auto& c) {
  ast::PackageName& p = x3::_val(c);
  p.ns.push_back(context_of(c).in.memory, p.name.back());
  p.name.back() = x3::_attr(c);
};
const auto add_path_package = [](auto& c) {
  ast::Path& p = x3::_val(c);
  ast::Arena& memory = context_of(c).in.memory;
  if (p.package == nullptr) {
    p.package = memory.make(ast::PackageName{});
    p.package->ns.push_back(memory, x3::_attr(c));
  } else if (p.package->name.empty()) {
    p.package->name.push_back(memory, x3::_attr(c));
  } else {
    p.package->ns.push_back(memory, std::exchange(p.package->name.back(), x3::_attr(c)));
  }
};
const auto set_path_name = [](auto& c) {
  ast::Path& p = x3::_val(c);
  if (p.name.exists()) p.package->name.push_back(context_of(c).in.memory, p.name);
  p.name = x3::_attr(c);
  p.package->span = {p.name.source(), p.package->ns.front().span().begin, p.package->name.back().span().end};
};
const auto set_path_version = [](auto& c) { x3::_val(c).package->version = std::move(x3::_attr(c)); };
const auto package_name_def = located(name[append<&ast::PackageName::ns>] >> colon >> name[append<&ast::PackageName::name>] >> *(colon >> name[add_ns]) >>
                                      *(slash >> name[append<&ast::PackageName::name>]) >> -(at >> version[set<&ast::PackageName::version>]));
const auto package_decl_def = "`package`"_w >> package_name[([](auto& c) { x3::_val(c) = std::move(x3::_attr(c)); })] >> semicolon;
const auto path_def = located((name[add_path_package] >> +(colon >> name[add_path_package]) >> +(slash >> name[set_path_name]) >> -(at >> version[set_path_version])) |
                              (x3::eps[([](auto& c) { x3::_val(c).package = nullptr; })] >> name[set<&ast::Path::name>]));

const auto sub_type = deeper(type)[gather];
template <ast::TypeKind kind>
const auto kind_of = x3::eps[mark<&Type::kind, kind>];
using Kind = ast::TypeKind;
const auto omitted_def = located(underscore >> kind_of<Kind::omitted>);
const auto type_def = located((prim[set<&Type::prim>] >> kind_of<Kind::prim>) | gathered<&Type::args>(
    ("`list`"_w >> kind_of<Kind::list> >> less >> sub_type >> -(comma >> length[set<&Type::length>]) >> greater) |
    ("`map`"_w >> kind_of<Kind::map> >> less >> sub_type >> comma >> sub_type >> greater) |
    ("`tuple`"_w >> kind_of<Kind::tuple> >> less >> -((sub_type % comma) >> -comma) >> greater) |
    ("`option`"_w >> kind_of<Kind::option> >> less >> sub_type >> greater) |
    ("`result`"_w >> kind_of<Kind::result> >>
     -(less >> ((omitted[gather] >> comma >> sub_type) | (sub_type >> -(comma >> sub_type))) >> greater)) |
    ("`own`"_w >> kind_of<Kind::own> >> less >> name[set<&Type::name>] >> greater) |
    ("`borrow`"_w >> kind_of<Kind::borrow> >> less >> name[set<&Type::name>] >> greater) |
    ("`stream`"_w >> kind_of<Kind::stream> >> -(less >> sub_type >> greater)) |
    ("`future`"_w >> kind_of<Kind::future> >> -(less >> sub_type >> greater))) |
    (name[set<&Type::name>] >> kind_of<Kind::named>));

const auto version_gate = "`version`"_w >> equals >> version[set<&ast::Gate::version>];
const auto feature_gate = "`feature`"_w >> equals >> name[set<&ast::Gate::feature>];
const auto gate_name = [](auto& c) { x3::_val(c).kind = std::move(x3::_attr(c)); };
template <class W>
auto named_gate(W word) {
  return &word >> name[gate_name];
}
const auto gate_def = at >> ((named_gate("`since`"_w) >> lparen >> version_gate >> rparen) | (named_gate("`deprecated`"_w) >> lparen >> version_gate >> rparen) |
                             (named_gate("`unstable`"_w) >> lparen >> feature_gate >> rparen));
const auto gates = *(gate[append<&Item::gates>] | (at >> "`external-id`"_w >> lparen >> string_literal[put<&Item::external_id>] >> rparen));

const auto field_def = located(name[set<&ast::Member::name>] >> colon >> type[put_member_type]);
const auto variant_case_def = located(name[set<&ast::Member::name>] >> -(lparen >> type[put_member_type] >> rparen));
const auto label_def = located(name[set<&ast::Member::name>]);
const auto members_of = [](const auto& member) { return lbrace >> -((member[gather] % comma) >> -comma) >> rbrace; };
const auto record_def = "`record`"_w >> name[set<&ast::Record::name>] >> gathered<&ast::Record::fields>(members_of(field));
const auto variant_def = "`variant`"_w >> name[set<&ast::Variant::name>] >> gathered<&ast::Variant::cases>(members_of(variant_case));
const auto enum__def = "`enum`"_w >> name[set<&ast::Enum::name>] >> gathered<&ast::Enum::cases>(members_of(label));
const auto flags_def = "`flags`"_w >> name[set<&ast::Flags::name>] >> gathered<&ast::Flags::flags>(members_of(label));
const auto type_alias_def = "`type`"_w >> name[set<&ast::TypeAlias::name>] >> equals >> type[put<&ast::TypeAlias::type>] >> semicolon;
const auto resource_def = "`resource`"_w >> name[set<&ast::Resource::name>] >> (semicolon | (lbrace >> x3::eps[mark<&ast::Resource::has_body, true>]));

const auto params = gathered<&ast::FuncType::params>(lparen >> -((field[gather] % comma) >> -comma) >> rparen);
const auto constructor_type_def = params >> -(arrow >> type[put<&ast::FuncType::result>]);
const auto func_type_def = -("`async`"_w >> x3::eps[mark<&ast::FuncType::is_async, true>]) >> "`func`"_w >> params >>
                           -(arrow >> type[put<&ast::FuncType::result>]);
const auto set_func_type = set<&ast::Function::type>;
const auto function_def = name[set<&ast::Function::name>] >> colon >> func_type[set_func_type] >> semicolon;
const auto method_def = ("`constructor`"_w >> x3::eps[mark<&ast::Function::kind, ast::FuncKind::constructor>] >> 
                         constructor_type[set_func_type] >> semicolon) |
                        (name[set<&ast::Function::name>] >> colon >> -("`static`"_w >> x3::eps[mark<&ast::Function::kind, ast::FuncKind::static_>]) >>
                         func_type[set_func_type] >> semicolon);

const auto renamed_def = name[set<&ast::Renamed::name>] >> -("`as`"_w >> name[set<&ast::Renamed::as>]);
const auto must_rename_def = name[set<&ast::Renamed::name>] >> "`as`"_w >> name[set<&ast::Renamed::as>];
const auto use_def = "`use`"_w >> path[set<&ast::Use::path>] >> dot >> gathered<&ast::Use::names>(members_of(renamed)) >> semicolon;
const auto top_level_use_def = "`use`"_w >> path[set<&ast::TopLevelUse::path>] >> -("`as`"_w >> name[set<&ast::TopLevelUse::as>]) >> semicolon;
const auto include_def = "`include`"_w >> path[set<&ast::Include::path>] >>
                         ((-semicolon >> "`with`"_w >> lbrace >> (must_rename[append<&ast::Include::with>] % comma) >> -comma >> rbrace >> -semicolon) | semicolon);
const auto inline_interface_def = "`interface`"_w >> lbrace;
const auto set_what = set<&ast::Extern::what>;
const auto labelled = name[set<&ast::Extern::name>] >> colon;
const auto extern__def = ("`import`"_w | ("`export`"_w >> x3::eps[mark<&ast::Extern::is_export, true>])) >>
                         ((labelled >> func_type[set_what] >> semicolon) | (labelled >> inline_interface[set_what]) |
                          (!glued_package >> labelled >> path[set_what] >> semicolon) |
                          (x3::eps[([](auto& c) { x3::_val(c).name = {}; })] >> path[set_what] >> semicolon));
const auto interface_def = "`interface`"_w >> name[set<&ast::Interface::name>] >> lbrace;
const auto world_def = "`world`"_w >> name[set<&ast::World::name>] >> lbrace;
const auto nested_package_def = "`package`"_w >> package_name[put<&ast::NestedPackage::name>] >> lbrace;

const auto what = set<&Item::what>;
const auto typedef_ = record[what] | variant[what] | enum_[what] | flags[what] | type_alias[what] | resource[what];
const auto file_item_def = located(gates >> (interface[what] | world[what] | top_level_use[what] | nested_package[what]));
const auto nested_item_def = located(gates >> (interface[what] | world[what] | top_level_use[what]));
const auto interface_item_def = located(gates >> (typedef_ | use[what] | function[what]));
const auto world_item_def = located(gates >> (extern_[what] | include[what] | use[what] | typedef_));
const auto resource_item_def = located(gates >> method[what]);

BOOST_SPIRIT_DEFINE(package_name, package_decl, path, type, omitted, gate, field, variant_case, label, func_type, constructor_type, record, variant, enum_, flags, type_alias,
                    resource, function, method, renamed, must_rename, use, top_level_use, include, inline_interface, extern_, interface, world, nested_package,
                    file_item, nested_item, interface_item, world_item, resource_item)

/// Sound items, nearly all, are read once and without keeping books of what would have been allowed where.
template <class Rule, class Node>
bool run(const Rule& rule, const Token*& first, const Input& in, Failure& failure, Node& out) {
  Context context{.in = in, .failure = failure};
  const Token* const last = &in.list.tokens.back();
  Iterator at_token = first;
  if (x3::parse(at_token, last, x3::with<ContextTag>(std::ref(context))[rule], out)) {
    first = at_token;
    return true;
  }
  Node unused;
  at_token = first;
  context.has_wishes = true;
  (void)x3::parse(at_token, last, x3::with<ContextTag>(std::ref(context))[rule], unused);
  return false;
}

}  // namespace

bool parse_item(Place place, const Token*& first, const Input& in, ast::Item& out, Failure& failure) {
  switch (place) {
    case Place::file: return run(file_item, first, in, failure, out);
    case Place::nested_package: return run(nested_item, first, in, failure, out);
    case Place::interface: return run(interface_item, first, in, failure, out);
    case Place::world: return run(world_item, first, in, failure, out);
    case Place::resource: return run(resource_item, first, in, failure, out);
  }
  return false;
}

bool parse_package_decl(const Token*& first, const Input& in, ast::PackageName& out, Failure& failure) { return run(package_decl, first, in, failure, out); }

}  // namespace wcomp::wit::grammar
