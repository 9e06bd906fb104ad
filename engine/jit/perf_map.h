// Names of compiled functions for Linux's `perf`: it looks up addresses in /tmp/perf-PID.map.
//
// The file is of the process, and so is the switch. Code that is mapped from the cache has a file of its own, where perf does not look into the
// map: whoever wants names goes without the cache.
#pragma once

#include "core/module.h"
#include "engine/jit/runtime.h"

namespace wcomp::engine::jit {

/// From now on names of what is loaded are written. False: the file cannot be made.
[[nodiscard]] bool write_perf_map();
/// Adds the module's functions if that was asked for: `component > module#1!name`, with the name it is exported under if it is another one.
void add_to_perf_map(const LoadedCode& code, const core::Module& module);

}  // namespace wcomp::engine::jit
