// Two graphs made one.
//
// Programs meet WIT in pieces: a component's own, that of a library, the packages of a dependency, each with its own copy of what they share.
// Merging takes packages of one name and version for two views of the same package: what only one view has the other gets, and what both
// have must agree. An interface is the union of its types and functions; those of one name must be the same. A world is all or nothing: both
// must have the same imports and exports, as a world with other imports is another contract. Docs and gates that only one view has are
// taken over; two different gates are a contradiction. Everything of `into` stays and comes first; what is new comes after it, packages in
// the order that their dependencies need. The rules are those of the reference tool's library, where every tool that reads WIT from a
// component goes through them.
//
// Fails with what disagrees, and if packages depend on one another only after the merge.
#pragma once

#include "base/result.h"
#include "wit/graph.h"

namespace wcomp::wit {

/// Roots: those of `into`, then those of `from`. Places in texts (`span`) of what came from `from` mean nothing in the result.
[[nodiscard]] Result<Graph> merge(Graph into, const Graph& from);

}  // namespace wcomp::wit
