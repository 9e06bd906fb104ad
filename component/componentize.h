// A core module made into a component: `wcomp new`.
//
// Takes a core module that carries the WIT of a world (`component-type*` custom sections, component/wit_codec.h) and follows the names of the
// Canonical ABI's C form: imports `ns:pkg/iface@1.0.0` `func` (`$root` for functions of the world itself, `[resource-drop]r`,
// `[export]iface` `[resource-new]r`), exports `ns:pkg/iface@1.0.0#func`, `cabi_post_<export>`, `iface#[dtor]r`, `cabi_realloc`, `memory`,
// `_initialize`. Every import and export is checked against the world; imports of the world that the module does not use are left out.
//
// What comes out: the world's imports as instance imports; a shim module whose functions jump through a table, for imports that need the
// main module's memory before it exists; the main module; a fixup module that fills the table and calls `_initialize`; and each exported
// interface as an instance of a small nested component, which gives its types their names. The same input gives the same bytes.
//
// A module that imports `wasi_snapshot_preview1` gets the built-in adapter (component/adapter-src): a module with a memory of its own,
// reduced to what the imports reach, and a generated module `helpers` that has the guest's memory and the adapter's (multi-memory).
// With an export `_start` and none of `wasi:cli/run`, the component becomes a command. WIT is optional then.
// Left out: `--adapt` with other adapters, async functions, memory64.
#pragma once

#include "component/component.h"

namespace wcomp::component {

struct ComponentizeOptions {
  std::string file;  ///< for messages
};

/// Errors: those of decoding and validating the module; `missing-import` for a core import that the world does not have,
/// `import-mismatch` and `export-mismatch` for core signatures (with the WIT function, what was found and expected), `missing-export`.
/// All mismatches are reported at once.
[[nodiscard]] Result<Bytes> componentize(ByteSpan core_module, const ComponentizeOptions& options = {});

/// The version of the WASI 0.2 interfaces that the preview 1 adapter imports, e.g. `0.2.8`.
[[nodiscard]] std::string_view adapter_wasi_version();

}  // namespace wcomp::component
