// The text format of components to their binary: `.wat` files, and the components inside of `.wast` scripts.
//
// One pass over the tokens makes a component::Component, definition by definition: unlike in core modules, what is used has been defined
// before. The abbreviations are written out on the way, in front of the definition that uses them, in the order in which the reference
// tool does it, so that equal texts give equal bytes:
//   types written in place           first, innermost first: `(list (list u8))` is two types; each use makes its own
//   instances written in place       next, in their order: `(with "a" (instance (export ..)))`
//   exports of instances by name     `(func $i "a" "b")` is an alias for each name, in the order in which they are used
//   identifiers of scopes around     an alias of the outer item for each use
//   exports inside of definitions    `(func (export "f") ..)`: at the end of the component
// So a definition with types inside is walked twice: once for those types, once for itself.
//
// Identifiers become the `component-name` section, those of core modules also their own names; `(@name "..")` behind an identifier says
// another name. `(@custom ..)` and `(@producers ..)` are custom sections. Four annotations are our own, for what a binary can say and the
// text has no words for; the printer writes them where that is so, and readers that do not know them lose nothing that a component means:
//   (@wcomp.name-section)     before a definition: the name section stands here, not at the end
//   (@wcomp.section)          before a definition: it begins a section, although it could share the one before it
//   (@wcomp.own-name "..")    in a nested module or component: it calls itself something else than its component does
//   (@wcomp.name-form "\01")  before a name: which of the forms without attributes it is written in
// Core modules are read by core/text. Nothing is validated here, and features gate nothing: what comes out is decoded and validated like
// any other binary. Values are written for their types, which have to be in the text. Stops at the first error, which has line and column.
// What no part of component/ knows (types of garbage collection, shared functions) is refused by its name. Nesting is bounded.
// Explainer.md; https://webassembly.github.io/spec/core/text/index.html for its lexical part.
#pragma once

#include <string>

#include "core/text/parse.h"

namespace wcomp::component::text {

struct ParseOptions {
  /// References to core items in canonical options and destructors as they were written once: `(memory $i "m")`, `(realloc (func $f))`.
  bool has_lenient_indices = false;
};

/// A whole file: `(component ..)`, `(module ..)`, or a module's fields alone. `name` is the file's, for messages.
[[nodiscard]] Result<Bytes> parse(std::string name, std::string source, const ParseOptions& options = {});

/// A component at the cursor, `(component` and all; `(component binary ..)` and `(component quote ..)` too.
[[nodiscard]] Result<Bytes> parse_component(const core::text::TokenList& list, core::text::Cursor& in, const ParseOptions& options = {});

/// The same behind `(component` (scripts have a word of their own there).
[[nodiscard]] Result<Bytes> parse_component_body(const core::text::TokenList& list, core::text::Cursor& in, const ParseOptions& options = {});

/// Text that begins like a `.wat` file: a parenthesis or a comment, after white space.
[[nodiscard]] bool is_wat(ByteSpan bytes);

}  // namespace wcomp::component::text
