// What profilers call the functions of guests.
#pragma once

#include <string>

#include "core/module.h"

namespace wcomp::engine {

/// The function's name, demangled, with the name that it is exported under if it is another one: that of a WIT function, for components.
[[nodiscard]] std::string describe_func(const core::Module& module, core::FuncIdx f);
/// What a call of an imported function is called: `wasi:cli/stdout@0.2.0#get-stdout`.
[[nodiscard]] std::string describe_import(const core::Module& module, core::FuncIdx f);
/// What the instruction at an offset of a function's body has the host or the engine do: the import that it calls, else the instruction's name;
/// empty if there is none.
[[nodiscard]] std::string describe_callee(const core::Module& module, std::uint32_t defined_func, std::uint32_t offset);

}  // namespace wcomp::engine
