// The merged module's bytes without what nobody can call.
//
// Adapters come with everything that they may ask for, instances with exports that the composition has no use for. Functions that cannot be
// reached from an export, the start function, a table or a global are left out; everything else stays, imports too: they are the host's contract.
#pragma once

#include "core/module.h"

namespace wcomp::lower {

/// `module`: valid but for the declarative segment that references in code need (it is added), imports are functions only.
[[nodiscard]] Bytes encode_used(core::Module module);

}  // namespace wcomp::lower
