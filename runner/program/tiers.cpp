// An executable runs what was compiled when it was made: it has neither compiler nor interpreter.
#include "engine/tiers.h"

namespace wcomp::engine {

Tiers tiers() { return {}; }

}  // namespace wcomp::engine
