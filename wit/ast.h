// WIT text as written: one tree per file, names not yet looked up. Made by wit/grammar.cpp, read by wit/resolve.
// Names are views of the source texts, which the loader's SourceMap keeps, docs are places in them, and nodes are plain data in the file's
// Arena, as small as they can be: clearing memory for nodes, strings and vectors was what reading WIT spent its time on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/semver.h"
#include "base/source.h"
#include "types/types.h"
#include "wit/arena.h"

namespace wcomp::wit::ast {

/// How large sources, their number and names in them may be, so that a name is two words. The loader and the lexer make sure of it.
constexpr unsigned offset_bits = 28, source_bits = 17, length_bits = 18;

/// An identifier; none if default constructed.
class Name {
 public:
  Name() = default;
  /// `text`: without `%`; `begin`: where it begins in the source, with the `%`.
  Name(std::string_view text, SourceId source, std::uint32_t begin, bool is_escaped)
      : data_(text.data()), begin_(begin), source_(source.value), length_(text.size()), is_escaped_(is_escaped) {}
  [[nodiscard]] bool exists() const { return data_ != nullptr; }
  [[nodiscard]] std::string_view text() const { return {data_, static_cast<std::size_t>(length_)}; }
  [[nodiscard]] SourceId source() const { return SourceId(source_); }
  [[nodiscard]] Span span() const { return {source(), static_cast<std::uint32_t>(begin_), static_cast<std::uint32_t>(begin_ + length_ + is_escaped_)}; }

 private:
  const char* data_ = nullptr;
  std::uint64_t begin_ : offset_bits = 0, source_ : source_bits = 0, length_ : length_bits = 0, is_escaped_ : 1 = 0;
};

/// Where the comments before an item are in its source: `docs_text` (wit/lexer.h) makes docs of them when they are needed.
struct Docs {
  std::uint32_t begin = 0, end = 0;
  [[nodiscard]] bool empty() const { return begin == end; }
};

struct Version {
  std::string_view text;  ///< of the source; the lexer has seen that it is one
  Span span;
  [[nodiscard]] SemVer value() const { return SemVer::parse(text).value_or(SemVer{}); }
};

/// `ns:name@1.0.0`; with nested namespaces and packages `a:b:c/d@1.0.0`.
struct PackageName {
  List<Name> ns;    ///< never empty
  List<Name> name;  ///< never empty
  std::optional<Version> version;
  Span span;
  [[nodiscard]] bool is_nested() const { return ns.size() > 1 || name.size() > 1; }
};

/// `name`, `ns:pkg/name`, `ns:pkg/name@1.0.0`
struct Path {
  PackageName* package = nullptr;  ///< or null; with the version that is written behind the name
  Name name;
  [[nodiscard]] Span span() const {
    Span out = name.span();
    if (package == nullptr) return out;
    out.begin = package->span.begin;
    if (package->version) out.end = package->version->span.end;
    return out;
  }
};

enum class TypeKind : std::uint8_t {
  prim, named, list, map, tuple, option, result, own, borrow, stream, future,
  omitted,  ///< the `_` of `result<_, e>`
};

struct Type {
  TypeKind kind = TypeKind::named;
  types::Prim prim{};
  std::uint32_t length = 0;  ///< of `list<t, 4>`, else 0
  List<Type> args;
  Name name;                 ///< of a named type, and of the resource of own and borrow
  Span span;
};

/// `@since(version = 1.0.0)`, `@unstable(feature = f)`, `@deprecated(version = 1.0.0)`
struct Gate {
  Name kind;
  Name feature;  ///< or none
  std::optional<Version> version;
};

/// A field, parameter, variant case, enum case or flag.
struct Member {
  Name name;
  const Type* type = nullptr;  ///< or null
  Docs docs;
};

struct FuncType {
  List<Member> params;
  const Type* result = nullptr;  ///< or null
  bool is_async = false;
};

struct Item;

struct Record { Name name; List<Member> fields; };
struct Variant { Name name; List<Member> cases; };
struct Enum { Name name; List<Member> cases; };
struct Flags { Name name; List<Member> flags; };
struct TypeAlias { Name name; const Type* type = nullptr; };
struct Resource { Name name; List<Item> functions; bool has_body = false; };

enum class FuncKind : std::uint8_t { plain, static_, constructor };
struct Function { Name name; FuncType type; FuncKind kind = FuncKind::plain; };

/// `a` or `a as b` in `use p.{..}` and `include w with {..}`.
struct Renamed {
  Name name;
  Name as;  ///< or none
  [[nodiscard]] const Name& local() const { return as.exists() ? as : name; }
};
struct Use { Path path; List<Renamed> names; };
struct TopLevelUse { Path path; Name as; };
struct Include { Path path; List<Renamed> with; };

struct InlineInterface { List<Item> items; };
/// `import` and `export` of a world: `import a: func();`, `import a: interface {..}`, `import a: path;`, `import path;` (then no name).
struct Extern {
  Name name;  ///< or none
  std::variant<Path, FuncType, InlineInterface> what;
  bool is_export = false;
};

struct Interface { Name name; List<Item> items; };
struct World { Name name; List<Item> items; };
struct NestedPackage { PackageName* name = nullptr; List<Item> items; };

struct Item {
  std::variant<Record, Variant, Enum, Flags, TypeAlias, Resource, Function, Use, TopLevelUse, Include, Extern, Interface, World, NestedPackage> what;
  List<Gate> gates;
  const std::string_view* external_id = nullptr;  ///< or null
  Docs docs;
  Span span;
};

struct File {
  Arena memory;  ///< of all that follows
  SourceId source;
  std::optional<PackageName> package;
  Docs package_docs;
  std::size_t declarations = 0;  ///< of types, uses included
  List<Item> items;
};

}  // namespace wcomp::wit::ast
