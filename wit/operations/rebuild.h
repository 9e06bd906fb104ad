// Putting a graph in order again after its cross references were changed.
//
// An entry of a graph refers only to earlier ones (wit/graph.h), and operations that make one interface stand for another break that. They
// change what a TypeDecl names (`alias_of`), what interfaces and worlds have and which interface an item is, and then have the graph copied:
// everything that a package reaches, each after what it needs and otherwise in the old order; what nothing reaches any more is left out.
#pragma once

#include <unordered_map>

#include "base/result.h"
#include "wit/graph.h"

namespace wcomp::wit {

/// What is gone, and what stands for it. No value is itself gone.
struct Replaced {
  std::unordered_map<PackageId, PackageId> packages = {};
  std::unordered_map<InterfaceId, InterfaceId> interfaces = {};
  std::unordered_map<TypeDeclId, TypeDeclId> types = {};
};

/// `graph` copied. A declaration with `alias_of` is an alias of that, whatever its entry says. Fails if interfaces or packages now depend on
/// themselves.
[[nodiscard]] Result<Graph> rebuild(const Graph& graph, const Replaced& replaced);

}  // namespace wcomp::wit
