#include "engine/tiers.h"

namespace wcomp::engine {

Tiers tiers() { return {.make_interpreter = &make_interpreter, .compile = &jit::compile}; }

}  // namespace wcomp::engine
