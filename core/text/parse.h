// The text format to the binary format: `.wat` files, and the modules inside of `.wast` scripts.
//
// Two passes over the tokens of a module: the first gives every field its index and identifier, so that the second can resolve what is used before
// it is defined; the second writes a core::Module, which is encoded. Identifiers become the name section, `(@custom ..)` custom sections.
// Nothing is validated here: decode and validate see the bytes like any others.
// Covered: what core/opcodes.def has, multi-memory, reference types, bulk memory. Stops at the first error, which has line and column.
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
