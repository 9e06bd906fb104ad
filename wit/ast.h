// WIT text as written: one tree per file, names not yet looked up. Made by wit/grammar.cpp, read by wit/resolve.
// Names are views of the source texts, which the loader's SourceMap keeps: making strings was what reading WIT spent its time on.
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

namespace wcomp::wit::ast {

struct Name {
  std::string_view text;  ///< without `%`; of the source
  Span span;
};

struct Version {
  SemVer value;
  Span span;
};

/// `ns:name@1.0.0`; with nested namespaces and packages `a:b:c/d@1.0.0`.
struct PackageName {
  std::vector<Name> ns;    ///< never empty
  std::vector<Name> name;  ///< never empty
  std::optional<Version> version;
  Span span;
  [[nodiscard]] bool is_nested() const { return ns.size() > 1 || name.size() > 1; }
};

/// `name`, `ns:pkg/name`, `ns:pkg/name@1.0.0`
struct Path {
  std::optional<PackageName> package;  ///< with the version that is written behind the name
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
  std::vector<Type> args;
  std::optional<std::uint32_t> length;  ///< of `list<t, 4>`
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
  std::optional<Type> type;
  std::string docs;
};

struct FuncType {
  bool is_async = false;
  std::vector<Member> params;
  std::optional<Type> result;
};

struct Item;

struct Record { Name name; std::vector<Member> fields; };
struct Variant { Name name; std::vector<Member> cases; };
struct Enum { Name name; std::vector<Member> cases; };
struct Flags { Name name; std::vector<Member> flags; };
struct TypeAlias { Name name; Type type; };
struct Resource { Name name; bool has_body = false; std::vector<Item> functions; };

enum class FuncKind : std::uint8_t { plain, static_, constructor };
struct Function { Name name; FuncKind kind = FuncKind::plain; FuncType type; };

/// `a` or `a as b` in `use p.{..}` and `include w with {..}`.
struct Renamed {
  Name name;
  std::optional<Name> as;
  [[nodiscard]] const Name& local() const { return as ? *as : name; }
};
struct Use { Path path; std::vector<Renamed> names; };
struct TopLevelUse { Path path; std::optional<Name> as; };
struct Include { Path path; std::vector<Renamed> with; };

struct InlineInterface { std::vector<Item> items; };
/// `import` and `export` of a world: `import a: func();`, `import a: interface {..}`, `import a: path;`, `import path;` (then no name).
struct Extern {
  bool is_export = false;
  std::optional<Name> name;
  std::variant<Path, FuncType, InlineInterface> what;
};

struct Interface { Name name; std::vector<Item> items; };
struct World { Name name; std::vector<Item> items; };
struct NestedPackage { PackageName name; std::vector<Item> items; };

struct Item {
  std::string docs;
  std::vector<Gate> gates;
  std::optional<std::string> external_id;
  std::variant<Record, Variant, Enum, Flags, TypeAlias, Resource, Function, Use, TopLevelUse, Include, Extern, Interface, World, NestedPackage> what;
  Span span;
};

struct File {
  SourceId source;
  std::optional<PackageName> package;
  std::string package_docs;
  std::vector<Item> items;
};

}  // namespace wcomp::wit::ast
