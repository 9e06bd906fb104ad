// Modules as .wat text: what people read and what `parse` (core/text/parse.h) reads back to an equal module.
//
// Fields stand in the order of the binary's sections, each with its index as a comment; names of the name section become identifiers where
// they can (a name that is there twice gets its index as suffix). Numbers are decimal and exact. Output grows linearly with the
// module: indentation stops at a depth that only hostile input reaches.
// https://webassembly.github.io/spec/core/text/index.html
#pragma once

#include <string>

#include "core/module.h"

namespace wcomp::core {

struct PrintOptions {
  bool is_folded = false;  ///< operands as children: `(i32.add (local.get 0) (i32.const 1))`
  bool use_names = true;   ///< identifiers from the name section; indices otherwise
};

/// The whole module. Error: a body or expression that cannot be read (never for a ValidModule).
[[nodiscard]] Result<std::string> print(const Module& module, const PrintOptions& options = {});

/// One function that the module defines, with its type and body.
[[nodiscard]] Result<std::string> print_func(const Module& module, FuncIdx func, const PrintOptions& options = {});

}  // namespace wcomp::core
