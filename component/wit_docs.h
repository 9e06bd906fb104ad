// Docs and gates of a WIT package in its binary: the custom section `package-docs`, a byte that is its version and JSON.
//
// Component types have no place for docs, `@since` and the like; the reference tool keeps them in this section, with names as keys, and so do
// we, key for key. Version 0 had no gates; a function was only its docs, and exports of worlds were among the imports.
#pragma once

#include "base/bytes.h"
#include "wit/graph.h"

namespace wcomp::component {

inline constexpr std::string_view wit_docs_section = "package-docs";

[[nodiscard]] Bytes encode_docs(const wit::Graph& graph, wit::PackageId package);

/// Gives the items of `package` what the section says about them; what it says about others is left out of account. Errors: malformed,
/// unsupported (another version).
[[nodiscard]] Result<void> apply_docs(ByteSpan section, wit::Graph& graph, wit::PackageId package);

}  // namespace wcomp::component
