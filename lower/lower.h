// A whole composition as one core module, for runtimes that know nothing of components.
//
// The plan (link/plan.h) says which core modules are instantiated in which order, and which functions stand between them. Everything of it
// becomes code of one module: instances are merged (lower/merge.h), adapters are merged as they are, and what adapters ask of their host is
// plain wasm (lower/bodies.h). Each component instance keeps its own memories, its own table of handles, and flags in a global, so what one
// instance can do to another is what it could do before. The module needs multiple memories, and bulk memory operations.
//
// Towards the host the module speaks the Canonical ABI with one memory of its own, whatever memories and encodings the guests have. Names are
// those that `wcomp new` and other tools take core modules with (the C form of the ABI):
//   - a host function is an import, module `ns:pkg/iface@1.2.3` (`$root` for one of the world itself), name as in WIT (`[method]r.f`);
//     `[resource-drop]r` drops a host's handle
//   - an export is `ns:pkg/iface@1.2.3#f`, or `f`; where the result lies in memory, `cabi_post_` and its name ends the call
//   - `memory` and `cabi_realloc`: strings are UTF-8; the host allocates with `cabi_realloc` what it passes in memory
//   - for a resource that the composition defines and exports: imports `[resource-new]r`, `[resource-rep]r`, `[resource-drop]r` of module
//     `[export]ns:pkg/iface`, export `ns:pkg/iface#[dtor]r`: the host has its table of handles
//   - `_initialize`, if anything has to run at instantiation and there are host functions, which need the memory: to be called first. Without
//     host functions that is the module's start function.
//   - global `trap_code`: the TrapCode of a trap that the Canonical ABI demanded; -1 before
// The host is one more party to calls here: values that it gives or takes are copied between its memory and a guest's by the same kind of
// adapter as between two guests, with its handles as representations. What a call put in the host's memory is gone when the call ends.
// The component's world is in the module as a section, so `wcomp new` makes a component of it again that has the same WIT.
//
// Differences to running the component: memory.grow and stack are the host's to bound; a trap does not stop later calls by itself, but the
// instances that it went through stay entered. Exceptions are traps where they would leave an instance, as in the runtime. Refused: what needs
// a runtime, resources at the host's boundary whose interface has no name, imports that are exported again.
#pragma once

#include "link/plan.h"

namespace wcomp::lower {

/// Errors: `unsupported` for what cannot be lowered, with the reason; limits of core modules; those of link::plan.
[[nodiscard]] Result<Bytes> lower(const component::ValidComponent& component);

}  // namespace wcomp::lower
