// First stage: which packages, interfaces and worlds there are, and what a path means where.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wit/load.h"
#include "wit/resolve/name_map.h"
#include "wit/resolve/gates.h"

namespace wcomp::wit {

/// An interface or a world as written.
struct Definition {
  const ast::Item* item = nullptr;
  const ast::Name* name = nullptr;
  const ast::List<ast::Item>* items = nullptr;
  bool is_world = false;
  std::size_t package = 0;
  std::size_t scope = 0;
  Gated gated;
};

/// The names of one file, or of one nested package.
struct Scope {
  std::size_t package = 0;
  std::vector<const ast::TopLevelUse*> uses;
  std::unordered_map<std::string_view, const ast::TopLevelUse*> uses_by_name;    ///< by local name
  std::unordered_map<std::string_view, std::optional<std::size_t>> targets;      ///< definitions that they mean; none if that failed
};

struct PackageSource {
  PackageName name;
  Span span;                             ///< of its declaration
  std::string docs;
  bool is_root = false;
  bool is_nested_name = false;           ///< `a:b:c/d`, which a feature gates
  std::size_t group = 0;
  std::vector<std::size_t> definitions;  ///< in the order of the text
  NameMap<std::uint32_t> by_name;        ///< of definitions
};

struct Symbols {
  std::vector<PackageSource> packages;
  std::vector<Scope> scopes;
  std::vector<Definition> definitions;

  [[nodiscard]] std::optional<std::size_t> find_package(const PackageName& name) const;
  /// What `path` means in `scope`; none if it means nothing, which is then reported (given a report), or failed before.
  [[nodiscard]] std::optional<std::size_t> look_up(const ast::Path& path, std::size_t scope, Report* report) const;

  std::map<std::string, std::size_t, std::less<>> packages_by_name;
};

[[nodiscard]] Symbols collect(std::span<const SourceGroup> groups, const Options& options, Report& report);

/// Packages and definitions, each list in dependency order. Reports cycles.
struct DefinitionOrder {
  std::vector<std::size_t> packages;
  std::vector<std::size_t> definitions;
};
[[nodiscard]] DefinitionOrder order_definitions(const Symbols& symbols, Report& report);

}  // namespace wcomp::wit
