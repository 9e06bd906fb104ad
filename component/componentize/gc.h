// Keeps of a core module what some of its exports reach: functions and function imports. For the adapter, whose imports decide which
// WASI interfaces a component asks its host for.
#pragma once

#include <set>
#include <string>

#include "core/module.h"

namespace wcomp::component {

/// The module's binary with only the function exports named in `keep`, what they call (directly, through element segments or `ref.func`),
/// and the imports these use. Imports that are not functions, memories, tables, globals, data and non-function exports stay; custom
/// sections go. `module` has to be valid.
[[nodiscard]] Bytes keep_reachable(const core::ValidModule& module, const std::set<std::string, std::less<>>& keep);

}  // namespace wcomp::component
