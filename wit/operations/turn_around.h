// Importize and exportize: a world seen from its other side.
//
// `importize` gives the world of somebody who uses a component of this world: what the component exports they import. What the component
// imports is none of their business and goes, but for types, which the exports may mention; interfaces whose types are used come back as
// imports that `use` implies. `exportize` gives the world of somebody who provides what this world imports: imports become exports, all of
// them or those that are named, and what the world exported goes. A world has no exports of types, so types stay imported, and with them
// the functions of resources, which belong to them.
//
// The world changes its name, to `NAME-importized` or `NAME-exportized` if none is given, and its place: it becomes the last of its package.
// Other worlds and all interfaces stay as they are. These are the operations of the reference tool's `--importize-world` and
// `--exportize-world`; where that breaks down (a resource of a world in exportize) types stay, as said above.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wit/graph.h"

namespace wcomp::wit {

/// Fails if an export has the name of a type that stays, or another world or interface of the package has the name already.
[[nodiscard]] Result<Graph> importize(Graph graph, WorldId world, std::string_view name = {});

/// `only`: plain names (`f`), names of interfaces (`streams`) or full ones (`wasi:io/streams@0.2.0`) of the imports to move; none: all.
/// `unknown` takes those of `only` that no import has.
[[nodiscard]] Result<Graph> exportize(Graph graph, WorldId world, std::string_view name = {}, std::span<const std::string> only = {}, std::vector<std::string>* unknown = nullptr);

}  // namespace wcomp::wit
