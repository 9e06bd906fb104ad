// The libraries as one core module, with the sections that say what its WIT is. What it imports, exports and runs is told in link.h.
#pragma once

#include "component/shared_libraries/layout.h"

namespace wcomp::component::shared {

struct MergeInput {
  std::span<const Library> libraries;
  const Bindings& bindings;
  const std::vector<LibraryNumber>& order;  ///< the libraries that are reached, in the order in which they are initialised
  const Layout& layout;
  core::TypeInterner& types;
};

/// Errors: `duplicate-name` for a function of WIT in two libraries, `export-mismatch` for a function that the linker should call, and limits of
/// the memory and table that libraries import.
[[nodiscard]] Result<Bytes> merge(const MergeInput& input);

}  // namespace wcomp::component::shared
