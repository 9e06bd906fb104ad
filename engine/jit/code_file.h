// Compiled code as it lies in the cache: what a module's CodeObject is, written one after another and read where it is mapped.
//
// A file is of one machine and one version; both are part of the key that it is found under, so that nothing is converted. Code begins at a page.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "engine/jit/jit.h"

namespace wcomp::engine::jit {

/// A CodeObject without its bytes: views.
struct CodeView {
  CompileOptions options;
  ByteSpan code;
  std::span<const CodeFunc> funcs;  ///< one more than there are functions
  ByteSpan places;
  std::span<const CodeHandler> handlers;
};
[[nodiscard]] CodeView view(const CodeObject& object);

/// Distance from the front of the file to the code of a module, as a multiple of this.
inline constexpr std::size_t code_alignment = 4096;

/// The modules' code as one file.
[[nodiscard]] Bytes write_code_file(std::span<const CodeView> modules);
/// The views of such a file; nothing if they do not fit into the bytes or are not of `counts.size()` modules with so many functions. What is in the
/// code is not looked at: whoever reads trusts the writer.
[[nodiscard]] std::optional<std::vector<CodeView>> read_code_file(ByteSpan file, std::span<const std::size_t> counts);

}  // namespace wcomp::engine::jit
