// What scripts for components import from outside: functions, and an instance `host` with more of them, an instance, a core module and
// resources, as wasmtime's runner of scripts has it. https://github.com/bytecodealliance/wasmtime/blob/main/crates/wast/src/spectest.rs
// Without its functions of async type.
#pragma once

#include "wcomp/wcomp.h"

namespace wcomp::wast {

void add_host(Linker& linker, const Engine& engine);

}  // namespace wcomp::wast
