// WIT text as written: one tree per file, names not yet looked up. Made by wit/grammar.cpp, read by wit/resolve.
// Names are views of the source texts, which the loader's SourceMap keeps, and nodes plain data in the file's Arena: making strings and
// vectors was what reading WIT spent its time on.
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

struct Name {
  std::string_view text;  ///< without `%`; of the source
  Span span;
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
  Span span;
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
  Name name;                            ///< of a named type, and of the resource of own and borrow
  Span span;
};

/// `@since(version = 1.0.0)`, `@unstable(feature = f)`, `@deprecated(version = 1.0.0)`
struct Gate {
  Name kind;
  std::optional<Version> version;
  std::optional<Name> feature;
};

/// A field, parameter, variant case, enum case or flag.
struct Member {
  Name name;
  const Type* type = nullptr;  ///< or null
  std::string_view docs;
};

struct FuncType {
  bool is_async = false;
  List<Member> params;
  const Type* result = nullptr;  ///< or null
};

struct Item;

struct Record { Name name; List<Member> fields; };
struct Variant { Name name; List<Member> cases; };
struct Enum { Name name; List<Member> cases; };
struct Flags { Name name; List<Member> flags; };
struct TypeAlias { Name name; Type type; };
struct Resource { Name name; bool has_body = false; List<Item> functions; };

enum class FuncKind : std::uint8_t { plain, static_, constructor };
struct Function { Name name; FuncKind kind = FuncKind::plain; FuncType type; };

/// `a` or `a as b` in `use p.{..}` and `include w with {..}`.
struct Renamed {
  Name name;
  std::optional<Name> as;
  [[nodiscard]] const Name& local() const { return as ? *as : name; }
};
struct Use { Path path; List<Renamed> names; };
struct TopLevelUse { Path path; std::optional<Name> as; };
struct Include { Path path; List<Renamed> with; };

struct InlineInterface { List<Item> items; };
/// `import` and `export` of a world: `import a: func();`, `import a: interface {..}`, `import a: path;`, `import path;` (then no name).
struct Extern {
  bool is_export = false;
  std::optional<Name> name;
  std::variant<Path, FuncType, InlineInterface> what;
};

struct Interface { Name name; List<Item> items; };
struct World { Name name; List<Item> items; };
struct NestedPackage { PackageName name; List<Item> items; };

struct Item {
  std::string_view docs;
  List<Gate> gates;
  std::optional<std::string_view> external_id;
  std::variant<Record, Variant, Enum, Flags, TypeAlias, Resource, Function, Use, TopLevelUse, Include, Extern, Interface, World, NestedPackage> what;
  Span span;
};

struct File {
  Arena memory;  ///< of all that follows
  SourceId source;
  std::optional<PackageName> package;
  std::string package_docs;
  List<Item> items;
};

}  // namespace wcomp::wit::ast
