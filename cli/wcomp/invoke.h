// `wcomp run --invoke`: calls one exported function with arguments from the command line and prints what it gives.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/wcomp/watchdog.h"
#include "wcomp/module.h"
#include "wcomp/value.h"
#include "wcomp/wcomp.h"

namespace wcomp::cli {

/// The exported function that people mean by `name`: `f`, `iface.f`, `ns:pkg/iface.f`, `ns:pkg/iface.f@1.2.3`, `ns:pkg/iface@1.2.3#f`. A
/// function of the component itself wins over those of interfaces. Errors: missing-export and ambiguous, with the candidates.
[[nodiscard]] Result<ExportedFunc> find_exported_func(std::span<const ExportedFunc> funcs, std::string_view name);

/// `call` is `f("x", {a: 1})`, or a name whose arguments are `words`, a WAVE value each. Prints the result as WAVE, `()` if there is none;
/// an `err(..)` is a result like any other. Gives the exit status.
int invoke(const Component& component, Instance& instance, const std::string& file, const std::string& call, const std::vector<std::string>& words, Watchdog& watchdog);

/// A core module's function: plain numbers, in `words` or in parentheses; results one a line.
int invoke(ModuleInstance& instance, const std::string& file, const std::string& call, const std::vector<std::string>& words, Watchdog& watchdog);

}  // namespace wcomp::cli
