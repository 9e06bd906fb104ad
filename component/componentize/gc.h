// Keeps of a core module what some of its exports reach: for adapters, whose imports decide what a component asks its host for.
//
// An adapter that a C or Rust compiler made has a stack pointer without a stack: it lives in the main module's memory, and a linker that
// would have laid out a stack there has not seen it. So it is given one: a page that the main module's allocator, or `memory.grow`, hands
// out. An adapter with a global `allocation_state` gets it at the first call of one of its exports, because the main module's allocator may
// call the adapter in turn; any other when it is instantiated.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/module.h"

namespace wcomp::component {

struct GcOptions {
  std::set<std::string, std::less<>> keep;                  ///< function exports; names that are not there mean nothing
  std::map<std::string, std::string, std::less<>> renames{};  ///< of exports that are kept
  bool gives_stack = false;
  bool main_has_realloc = false;                            ///< the main module's `cabi_realloc` can be imported
  bool realloc_via_memory_grow = false;                     ///< it is not, all the same
};

/// The module's binary with only the function exports in `keep`, what they call (directly, through element segments or `ref.func`), and the
/// imports these use. An imported memory that nothing uses goes; other imports that are not functions, tables, globals, data and exports of
/// other kinds stay; custom sections go. The module need not be valid, as far as it is dropped: the result has to be validated. Errors: code
/// that cannot be read, indices of functions and globals that are not there.
[[nodiscard]] Result<Bytes> keep_reachable(const core::Module& module, const GcOptions& options);

}  // namespace wcomp::component
