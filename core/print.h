// Modules as .wat text: what people read and what `parse` (core/text/parse.h) reads back to an equal module.
//
// Fields stand in the order of the binary's sections, each with its index as a comment. Names become identifiers; where one cannot say its
// name (it is there twice, or empty), `(@name "..")` does. Numbers are decimal and exact. Branch hints are annotations in the code, other
// custom sections `(@custom ..)` in their places; core/text/parse.h has two more annotations that keep sections where they were. So a
// canonical binary (shortest numbers, locals in runs, no names of nothing) comes back as the same bytes.
// Output grows linearly with the module: indentation stops at a depth that only hostile input reaches, long names are not repeated, and
// more locals than a text holds are refused.
// https://webassembly.github.io/spec/core/text/index.html
#pragma once

#include <functional>
#include <string>

#include "core/module.h"

namespace wcomp::core {

struct PrintOptions {
  bool is_folded = false;  ///< operands as children: `(i32.add (local.get 0) (i32.const 1))`
  bool use_names = true;   ///< identifiers from the name section; indices otherwise
  bool has_operands = false;  ///< after each instruction, as a comment, what is on the operand stack
};

/// The whole module. Error: a body or expression that cannot be read (never for a ValidModule); with `has_operands`, that it is not valid.
[[nodiscard]] Result<std::string> print(const Module& module, const PrintOptions& options = {});

/// Takes a text piece by piece.
using TextSink = std::function<void(std::string_view)>;
/// Gives `text` to the sink, if there is one, when there is enough of it to be worth a call.
void flush_text(const TextSink* sink, std::string& text);

/// The same text in pieces, so that a text that is many times as large as its module need not be held. On an error nothing was given out.
[[nodiscard]] Result<void> print(const Module& module, const PrintOptions& options, const TextSink& sink);

/// One function that the module defines, with its type and body.
[[nodiscard]] Result<std::string> print_func(const Module& module, FuncIdx func, const PrintOptions& options = {});

}  // namespace wcomp::core
