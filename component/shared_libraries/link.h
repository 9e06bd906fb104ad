// Shared libraries linked into one core module: `wcomp link`.
//
// A shared library is a core module with a section `dylink.0` (core/dylink.h). It imports the memory, the table and the stack pointer that
// all libraries of a program share, functions of other libraries (module `env`), and the addresses of their data and functions (`GOT.mem`,
// `GOT.func`). A loader would place each library and give it those addresses at run time. In a component everything is there before the
// program starts, so nothing has to wait: the libraries are merged into one module in which addresses are constants, and calls between
// libraries are direct calls. `componentize` makes a component of it like of any other module, because to it there is nothing special:
// adapters, resources, async functions and the rest need no rule of their own. Phases, each from one structure to the next:
//
//   library.h   a binary               -> Library: its module, `dylink.0`, exports by name
//   symbols.h   Libraries              -> Bindings: what each import of each library is; what nobody has
//   order.h     Libraries, Bindings    -> which are reached, and in which order they are initialised
//   layout.h    the same               -> Layout: where each library's memory and table lie, the slots of functions, tables for `dlopen`
//   merge.h     all of these           -> core::Module (rewrite.h renumbers the code)
//
// What an import means. `env` functions, tags, and globals that are no addresses: the export of that name and type of the first library, in
// the order given, that has one; it may be the importing library's own. `GOT.mem x`: where the first library that exports an immutable i32
// global `x` has its memory, plus the global's value. `GOT.func f`: a slot of the table, the same for the same function. Symbols that the
// linker itself defines are the rows of symbols.def. Imports of other modules (functions of WIT, of adapters) stay imports, equal ones merged.
//
// What runs. When the module is instantiated: each library's start function, then each one's `__wasm_apply_data_relocs`. From
// `_initialize` (in a program from `_start`): each one's `__wasm_call_ctors` or `_initialize`. Libraries that another needs come before it.
//
// What is exported: what componentize looks for, from the first library that has it; the same function of WIT in two is an error. Libraries
// that no such export, no `_start` and no `dlopen` reaches are left out, with their WIT.
//
// Memory, from address 0: the stack; the tables for `dlopen` and for thread-local storage; the libraries; the heap up to the memory's end.
// The functions of `dlopen` are those of a library like any other; one is built in (libdl-src), which finds names in those tables.
// Left out: 64-bit memories; thread-local variables of libraries with a shared memory; what other custom sections say.
// https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace wcomp::component {

struct SharedLibrary {
  std::string name;  ///< as other libraries' lists of needed ones and `dlopen` call it
  std::shared_ptr<const Bytes> bytes;
  bool is_dl_openable = false;  ///< whether `dlopen` finds it
};

struct SharedLinkOptions {
  std::uint32_t stack_size = 1024 * 1024;  ///< rounded up to 16 bytes
  bool stub_missing_functions = false;     ///< a function that no library has traps when it is called, instead of being an error
  bool use_built_in_libdl = false;         ///< adds a library `libdl.so` with `dlopen`, `dlsym`, `dlclose`, `dlerror`
};

struct SharedLinkResult {
  Bytes module;
  std::vector<std::string> unused;  ///< libraries that were left out
};

/// Errors: those of decoding and validating a library (places begin with its name); `missing-import` lists all needed libraries that are
/// not there, or all symbols that no library has; `import-mismatch`, `duplicate-name`, `limit-exceeded`, `unsupported`.
[[nodiscard]] Result<SharedLinkResult> link_shared_libraries(const std::vector<SharedLibrary>& libraries, const SharedLinkOptions& options = {});

}  // namespace wcomp::component
