// The custom section `name`: reading what is there, leniently, and writing names back.
// https://webassembly.github.io/spec/core/appendix/custom.html#name-section
#pragma once

#include "core/module.h"

namespace wcomp::core {

/// Everything up to the first mistake; names out of order are put in order, of several for one index one counts.
[[nodiscard]] Names decode_name_section(ByteSpan contents);

/// Names by an index, then by an index of what that is.
using IndirectNameMap = std::vector<std::pair<std::uint32_t, NameMap>>;
/// Names of the parameters of function types: what Names does not have, because they only matter to a text.
[[nodiscard]] IndirectNameMap decode_type_param_names(ByteSpan contents);

/// The section's contents; empty if there is no name at all.
[[nodiscard]] Bytes encode_name_section(const Names& names, const IndirectNameMap& type_params = {});

}  // namespace wcomp::core
