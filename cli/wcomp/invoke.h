// `wcomp run --invoke`: calls one exported function with arguments from the command line and prints what it gives.
#pragma once

#include <string>
#include <vector>

#include "runner/watchdog.h"
#include "wcomp/module.h"
#include "wcomp/value.h"
#include "wcomp/wcomp.h"

namespace wcomp::cli {

/// `call` is `f("x", {a: 1})`, or a name whose arguments are `words`, a WAVE value each; names are those of find_exported_func. Where a call
/// gives a resource, one of its methods may be called on it: `counter(5).add(2)`. Prints the result as WAVE, `()` if there is none; an
/// `err(..)` is a result like any other, a resource is `<handle 1>`. Resources end when all is printed. Gives the exit status.
int invoke(const Component& component, Instance& instance, const std::string& file, const std::string& call, const std::vector<std::string>& words, runner::Watchdog& watchdog);

/// A core module's function: plain numbers, in `words` or in parentheses; results one a line.
int invoke(ModuleInstance& instance, const std::string& file, const std::string& call, const std::vector<std::string>& words, runner::Watchdog& watchdog);

}  // namespace wcomp::cli
