// The custom section `name`: reading what is there, leniently, and writing names back.
// https://webassembly.github.io/spec/core/appendix/custom.html#name-section
#pragma once

#include "core/module.h"

namespace wcomp::core {

/// Everything up to the first mistake; names out of order are put in order, of several for one index one counts.
[[nodiscard]] Names decode_name_section(ByteSpan contents);

/// The section's contents; empty if there is no name at all.
[[nodiscard]] Bytes encode_name_section(const Names& names);

}  // namespace wcomp::core
