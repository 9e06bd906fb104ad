// The module `spectest`, which the scripts of WebAssembly's test suite import from: functions that print (here: nothing), globals, tables
// and a memory. https://github.com/WebAssembly/spec/tree/main/interpreter#spectest-host-module
#pragma once

#include <map>
#include <string>

#include "engine/engine.h"

namespace wcomp::wast {

using Exports = std::map<std::string, engine::Extern, std::less<>>;

/// Adds its items to the store. A trap: the store's limits are too small for them.
[[nodiscard]] Result<Exports, Trap> add_spectest(engine::Store& store);

}  // namespace wcomp::wast
