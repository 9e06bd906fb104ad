// The composition's own imports: one for each name that the inputs pass on, with everything that any of them uses.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compose/compose.h"

namespace wcomp::compose {

/// Where a type comes from, under the composition's names: export `name` of import `interface`. Resources with the same origin are one.
struct TypeOrigin {
  std::string interface;  ///< compatible_key of the import
  std::string name;
  friend auto operator<=>(const TypeOrigin&, const TypeOrigin&) = default;
};
/// Of one input's imports.
struct TypeOrigins {
  std::map<types::ResourceId, TypeOrigin> resources;
  std::map<types::TypeId, TypeOrigin> values;  ///< of types of values: the first import that shows the entry
};

/// An item of a merged import, in terms of the input it was taken from.
struct MergedExport {
  std::string name;
  const Input* from = nullptr;
  const component::Entity* type = nullptr;
};
struct MergedImport {
  std::string name;                    ///< the highest version's
  std::vector<MergedExport> exports;   ///< instances
  const Input* func_from = nullptr;    ///< a function at the root
  const component::FuncEntity* func = nullptr;
};

/// The imports, each after those whose types it uses, and the origin of each input's imported types.
struct MergedImports {
  std::vector<MergedImport> imports;
  std::map<std::string, std::size_t> by_key;
  std::map<const Input*, TypeOrigins> origins;
};

/// Errors: import-mismatch when two inputs import one name with types that differ; unsupported for root-level types and components.
[[nodiscard]] Result<MergedImports> merge_imports(const Composition& composition);

}  // namespace wcomp::compose
