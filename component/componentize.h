// A core module made into a component: `wcomp new`.
//
// Takes a core module that carries the WIT of a world (`component-type*` custom sections, component/wit_codec.h) and follows the names of
// the Canonical ABI's C form or of the standard scheme. C form: imports `ns:pkg/iface@1.0.0` `func` (`$root` for functions of the world
// itself, `[resource-drop]r`, `[export]iface` `[resource-new]r`, and the built-ins of componentize/intrinsics.def), exports
// `ns:pkg/iface@1.0.0#func`, `cabi_post_<export>`, `iface#[dtor]r`, `cabi_realloc`, `memory`, `_initialize`, for asynchronous exports
// `[async-lift]<export>` with `[callback][async-lift]<export>`, or `[async-lift-stackful]<export>`. Standard scheme: `cm32p2|..`. Every
// import and export is checked against the world; imports of the world that the module does not use are left out.
//
// Adapters are core modules that stand for an import module which no world has, such as `wasi_snapshot_preview1`: their own world is added,
// they may call what the main module exports (`__main_module__`), use its memory (`env` `memory`), and export what their world exports. Only
// what is reached of them is kept. For preview 1 there is a built-in one (component/adapter-src) with a memory of its own and a generated
// module `helpers` that has the guest's memory and the adapter's (multi-memory); with an export `_start` and none of `wasi:cli/run`, the
// component becomes a command. WIT is optional then.
//
// What comes out: the world's imports as instance imports; a shim module whose functions jump through a table, for imports that need the
// main module's memory before it exists; the main module and the adapters; a fixup module that fills the table and calls `_initialize`; and
// each exported interface as an instance of a small nested component, which gives its types their names. The same input gives the same
// bytes. A module with a 64-bit memory has the same names, with i64 for every address and length; its component needs the feature `cm64`.
// Left out: such modules with adapters or asynchronous built-ins that take addresses, modules that are linked dynamically.
#pragma once

#include <map>

#include "component/component.h"

namespace wcomp::component {

/// A module for imports of the module `name`.
struct Adapter {
  std::string name;
  std::shared_ptr<const Bytes> bytes;
  std::string file;  ///< for messages
};

struct ComponentizeOptions {
  std::string file;  ///< for messages
  std::vector<Adapter> adapters{};
  bool reject_legacy_names = false;
  bool merge_imports_based_on_semver = true;
  bool realloc_via_memory_grow = false;   ///< in adapters
  bool return_call_ref = false;           ///< shims need tail calls and typed function references, and cost less
  std::map<std::string, std::string, std::less<>> import_names{};  ///< instance imports that get another name
  std::string producer_version{};         ///< of wcomp, for the section `producers`; empty: none is written
};

/// A component in the order of its bytes. The main module's parts are views into what componentize was given.
struct ComponentPieces {
  std::shared_ptr<const Bytes> storage;
  Bytes before;
  std::vector<ByteSpan> module;
  Bytes after;
  [[nodiscard]] std::size_t size() const;
};

/// Errors: those of decoding and validating the modules; `missing-import` for a core import that the world does not have,
/// `import-mismatch` and `export-mismatch` for core signatures (with the WIT function, what was found and expected), `missing-export`.
/// All mismatches are reported at once.
[[nodiscard]] Result<ComponentPieces> componentize_pieces(std::shared_ptr<const Bytes> core_module, const ComponentizeOptions& options = {});
/// The same in one piece.
[[nodiscard]] Result<Bytes> componentize(ByteSpan core_module, const ComponentizeOptions& options = {});

/// The version of the WASI 0.2 interfaces that the preview 1 adapter imports, e.g. `0.2.8`.
[[nodiscard]] std::string_view adapter_wasi_version();

}  // namespace wcomp::component
