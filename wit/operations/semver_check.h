// Whether a world may be released as a compatible version of another.
//
// The question is asked for the components that exist: one made for the old world must also run where the new one is expected. So the new
// world may offer more imports, and interfaces with more in them, than the old one; what it offered before must be there with the same
// types. And it may demand fewer exports than the old one, and less of them, but nothing that the old one did not demand. Of what the old
// world imports only that counts which a component can be made to depend on: functions, resources, the types that functions need, and types
// of the world itself; a type that nothing needs may go. Explainer.md "Type Checking", "Instance and component types".
//
// Both worlds are of one package, as two worlds, as two versions of it, or nested beside each other. Versions in names are left out of
// account, as nobody has decided yet what the new one will be called; where an import is thereby met by one of another track, which linking
// would refuse, that is a warning. Resources are the same if they come from the same place: an abstract one of the old world's import is
// whatever the new world has there, one of the new world's export whatever the old one has there.
#pragma once

#include <vector>

#include "base/diagnostic.h"
#include "wit/graph.h"

namespace wcomp::wit {

/// Every mismatch, as an error; none: `next` is compatible with `prev`. Warnings do not count.
[[nodiscard]] std::vector<Diagnostic> semver_check(const Graph& graph, WorldId prev, WorldId next);

}  // namespace wcomp::wit
