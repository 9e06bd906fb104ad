// One declaration, one type in the language that bindings are made for.
//
// A world may have the same interface several times: imported and exported, or under several names. To a component these are different
// instances with different resources, though the graph has one interface and one entry for each of its types. A generator of bindings that
// makes one type of each entry would mix them up. This operation gives every item of a world an interface of its own: where an interface
// comes up again, its item gets a copy with new types, and an exported interface that uses types of a copied one is copied too, so that it
// uses those of the copy. Imports come before exports, an interface under its own name before the same one under other names, so the
// original stays with whom the others use it from. Copies say of what they are one (`Interface::clone_of`) and are in no package's list:
// the text of the packages does not change.
//
// The result, ids included, is that of the reference tool's `--generate-nominal-type-ids`.
#pragma once

#include "wit/graph.h"

namespace wcomp::wit {

[[nodiscard]] Graph generate_nominal_types(Graph graph, WorldId world);

}  // namespace wcomp::wit
