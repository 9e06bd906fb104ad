// A world that imports several compatible versions of one interface, made to import the newest alone.
//
// A world that was put together of parts (by `include`, by linking, through dependencies) may import `wasi:io/streams@0.2.0` for one part
// and `@0.2.3` for another. Versions of one track (Explainer.md "canonical version") are made so that the newer one has all that the older
// has; so the newest stands for all of the track, and what the world has uses its types from there. Interfaces of the world that used a
// type of an older version then use the newest one's; that holds for them wherever else they are used, and worlds that have them import
// the newest version too. Exports are promises under a certain name and stay, and so do imports under names that the world gave itself.
//
// Nothing is checked but what is needed: types that are used must be there in the newest version. A version that the newest is itself built
// on stays an import. The result is that of the reference tool's `--merge-world-imports-based-on-semver`.
#pragma once

#include "base/result.h"
#include "wit/graph.h"

namespace wcomp::wit {

[[nodiscard]] Result<Graph> merge_imports_by_version(Graph graph, WorldId world);

}  // namespace wcomp::wit
