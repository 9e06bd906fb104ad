// The text format to the binary format: `.wat` files, and the modules inside of `.wast` scripts.
//
// Two passes over the tokens of a module: the first gives every field its index and identifier, so that the second can resolve what is used before
// it is defined; the second writes a core::Module, which is encoded. Identifiers and `(@name "..")` become the name section,
// `(@custom ..)`, `(@producers ..)` and `(@dylink.0 ..)` custom sections, `(@metadata.code.branch_hint "..")` one more; other annotations are space.
// `(@wcomp.name-section)` and `(@wcomp.data-count)` are our own: the printer writes them where a module has these sections in a place or
// for a reason that nothing else in the text shows. Readers that do not know them lose nothing that a module means.
// Nothing is validated here: decode and validate see the bytes like any others.
// Covered: what core/opcodes.def has, and modules as far as there is no garbage collection. Stops at the first error, which has line and column.
// https://webassembly.github.io/spec/core/text/index.html
#pragma once

#include <string>

#include "base/bytes.h"
#include "core/text/cursor.h"

namespace wcomp::core::text {

/// A whole file: `(module ..)`, or a module's fields alone. `name` is the file's, for messages.
[[nodiscard]] Result<Bytes> parse(std::string name, std::string source);

/// The same for a file's tokens.
[[nodiscard]] Result<Bytes> parse_file(const TokenList& list, Cursor& in);

/// A module at the cursor, `(module` and all; `(module binary ..)` and `(module quote ..)` too.
[[nodiscard]] Result<Bytes> parse_module(const TokenList& list, Cursor& in);

/// The same behind `(module` (scripts have a word of their own there): its identifier, fields and `)`.
[[nodiscard]] Result<Bytes> parse_module_body(const TokenList& list, Cursor& in);

/// Whether text, not a binary, is what these bytes hold: they do not begin with wasm's magic number.
[[nodiscard]] bool is_text(ByteSpan bytes);

}  // namespace wcomp::core::text
