// Worlds: imports and exports as written, `include`, and the imports that `use` implies.
// WIT.md "WIT Worlds", "Union of Worlds with `include`", "Transitive imports and worlds".
#pragma once

#include "wit/resolve/define.h"

namespace wcomp::wit {

/// Makes the world and the draft of what is written in it.
void define_world(Definitions& all, std::size_t definition);
/// Adds what it includes to the draft; worlds that it includes are elaborated.
void include_worlds(Definitions& all, std::size_t definition);
/// Fills in the world's imports and exports from its draft. Imports: interfaces, then types, then functions; exports: functions, then
/// interfaces. Each interface comes after those whose types it uses.
void elaborate_world(Definitions& all, std::size_t definition);

}  // namespace wcomp::wit
