// Components as text: what people read, and what `parse` (component/text/parse.h) makes the same bytes of.
//
// Definitions stand in the order of the binary, each with its index as a comment. Names of the `component-name` section become
// identifiers (a name that is there twice gets its index as a suffix, and its name as an annotation); other items are referred to by their
// index, so that no name is invented. `parse` makes the bytes that `encode` writes, names and order included; where the identifiers do not
// make the name section that was there, it is printed beside them as a custom section. Values are printed as their bytes. Core modules are printed by core/print.h; one that it cannot read is printed as its bytes. Custom sections are annotations.
// Output grows linearly with the input: deep indentation stops, and long identifiers are not repeated.
// https://webassembly.github.io/spec/core/text/index.html, Explainer.md
#pragma once

#include <string>

#include "component/component.h"
#include "core/print.h"

namespace wcomp::component::text {

struct PrintOptions {
  bool is_folded = false;    ///< instructions of core modules
  bool use_names = true;     ///< identifiers from name sections; indices otherwise
  bool is_skeleton = false;  ///< core modules without their contents; `...` stands for those
  bool has_operands = false; ///< in core modules, after each instruction, what is on the operand stack; they have to be valid
};

[[nodiscard]] std::string print(const Component& component, const PrintOptions& options = {});
/// The same text in pieces, so that it need not be held.
void print(const Component& component, const PrintOptions& options, const core::TextSink& sink);

}  // namespace wcomp::component::text
