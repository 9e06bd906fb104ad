// What changed between two versions of WIT packages, and whom that breaks.
//
// A component is built against one version and meets another. Importers are components that import what changed: they were built against
// the old version and are run where the new one is offered, so what they use must still be there, with the same type. Exporters are
// components that export it: they were built against the old version and are called by what expects the new one, so what the new one has
// must be there already. Types match only if they are equal (Explainer.md "Type Checking"), so a changed type breaks both; an interface
// may have more than is asked for, so something new breaks exporters only and something that is gone importers only. What a world imports
// and exports follows in the same way. Names of compatible versions (0.2.0 and 0.2.12) find each other, others do not.
//
// Packages are compared by name, those of `deps/` too. A named type is the same if its name and interface are; if it changed, that is said
// where it is declared and not for everything that uses it. Docs are not compared. What a gate that is off hides is not there.
#pragma once

#include <string>
#include <vector>

#include "wit/graph.h"

namespace wcomp::wit {

enum class ChangeKind : std::uint8_t { added, removed, changed, noted };

struct Change {
  ChangeKind kind{};
  std::string package;    ///< `wasi:io`
  std::string container;  ///< `interface streams`, `world command`; empty for the package itself
  std::string what;       ///< `function `read` is gone`; names are those of the input, in backticks
  bool breaks_importers = false;
  bool breaks_exporters = false;
};

/// In order of packages and, in them, as declared.
[[nodiscard]] std::vector<Change> diff(const Graph& before, const Graph& after);

}  // namespace wcomp::wit
