// A core module read against the world: what each import is, what each export is for. The main module and the adapters are read the same
// way. All mismatches are found here; what follows only writes.
#pragma once

#include <set>

#include "component/componentize/intrinsics.h"
#include "component/componentize/signatures.h"
#include "component/componentize/world.h"

namespace wcomp::component {

/// Positions in the list of all core modules: the main module first, then adapters.
using ModuleNo = std::size_t;
inline constexpr ModuleNo main_no = 0;

/// A function of an imported interface, or of the world itself.
struct LowerUse {
  Place place;
  const wit::Function* func = nullptr;
  cabi::FuncShape shape;
  bool is_async = false;
  bool has_main_memory = false;  ///< lowered with the main module's memory though the module's own is another
};
/// `[resource-drop]` of a resource that is imported; of one that is spoken of by an export, too (`is_exported`), when it is no resource of its own.
struct ImportedDropUse {
  Place place;
  Decl resource;
  bool is_exported = false;
};
/// `[resource-new]`, `-rep` and `-drop` of a resource that the component defines.
enum class ResourceOp : std::uint8_t { drop, new_, rep };
struct OwnResourceUse {
  ResourceOp op{};
  Place place;
  Decl resource;
};
/// A row of intrinsics.def.
struct IntrinsicUse {
  Intrinsic intrinsic;                        ///< its `func` is of no use any more
  Place place;
  bool is_exported = false;                   ///< `place` is an export
  std::optional<types::TypeId> payload_type;  ///< the stream or future
  const wit::Function* func = nullptr;        ///< the one that returns
  Needs needs;
};
/// A function of an adapter.
struct AdapterUse {
  ModuleNo adapter{};
  std::string name;  ///< of its core export
};
/// Something that the main module exports, or another module whose instance is given whole.
struct ModuleExportUse {
  ModuleNo from{};
  std::string name;
};
/// What the shim module has: a memory for modules that import theirs, the base of thread-local data where there are no threads.
enum class ShimItem : std::uint8_t { memory, get_tls_base, set_tls_base };
struct ShimUse { ShimItem item{}; };

struct CoreImportUse {
  std::string module, name;
  core::ExternKind kind = core::ExternKind::func;
  core::FuncType type;
  std::variant<LowerUse, ImportedDropUse, OwnResourceUse, IntrinsicUse, AdapterUse, ModuleExportUse, ShimUse> what;
  std::vector<std::string> copies{};  ///< the other names that `import_names` gives it
};

struct ExportedFunc {
  const wit::Function* func = nullptr;
  std::string core_name;
  cabi::FuncShape shape;
  LiftAbi abi = LiftAbi::sync;
  std::optional<std::string> post_return, callback;
};
/// An interface that is exported, or one function of the world (no interface; `place.name` is the function's then).
struct WorldExport {
  Place place;
  ModuleNo from{};
  std::vector<ExportedFunc> funcs;
};
struct ExportedResource {
  Place place;
  Decl decl;
  ModuleNo from{};
  std::optional<std::string> dtor;  ///< core export
};

/// What a module has for others: names of its core exports.
struct ModuleParts {
  std::optional<std::string> memory, realloc, import_realloc, export_realloc, adapter_realloc, initialize, task_hook, table;
};

struct ModuleUse {
  std::vector<CoreImportUse> imports;            ///< in order of the module, each once
  std::vector<std::string> import_names;         ///< of all imports, each different within its module; empty: as they are
  std::vector<WorldExport> exports;              ///< in order of the world
  std::vector<ExportedResource> resources;       ///< of exported interfaces
  ModuleParts parts;
  std::optional<core::MemType> shim_memory;      ///< of the import `env` `memory`
  core::ValType ptr = core::ValType::i32;        ///< ReadOptions::ptr
};

/// What is known about a module before it is read.
struct ModuleInput {
  ModuleNo no{};
  std::string name;                              ///< of an adapter: the module that it stands for
  /// Another module that it stands for, and what its functions for that one begin with, where they differ.
  std::string second_name{}, second_prefix{};
  const core::Module* module = nullptr;
  std::set<std::string, std::less<>> exports;    ///< names of the world's exports that this module has to provide
  /// Import modules that are whole instances of other modules: our own adapters have theirs.
  std::map<std::string, ModuleNo, std::less<>> whole{};
  std::optional<ModuleNo> memory_from{};         ///< whose memory and realloc its lowered functions use; none: the main module's memory
};

struct ReadOptions {
  const World* world = nullptr;
  bool has_wit = true;                           ///< the main module says which world it is for
  bool rejects_legacy_names = false;
  core::ValType ptr = core::ValType::i32;        ///< the type of addresses in the main module's memory (main_ptr)
  std::string file;                              ///< for messages
};

/// i64 where the memory that the main module exports, or imports from `env`, has 64-bit addresses.
[[nodiscard]] core::ValType main_ptr(const core::Module& main);

/// What is wrong with each import and export of one module, all at once. `modules` are all of them; their names and core types are needed.
[[nodiscard]] Result<ModuleUse> read_module(const ModuleInput& input, const std::vector<ModuleInput>& modules, const ReadOptions& options);
/// The core exports that a module offers to others.
[[nodiscard]] ModuleParts parts_of(const core::Module& module, bool rejects_legacy_names);

/// Core names of an exported function, those that lifts look for, in order.
struct ExportNames {
  std::string name;
  LiftAbi abi;
  std::string post_return;  ///< empty: none
  std::string callback;     ///< empty: none
};
[[nodiscard]] std::vector<ExportNames> export_names(const Place& place, const wit::Function& func, bool rejects_legacy_names);
[[nodiscard]] std::string dtor_name(const Place& place, std::string_view resource, NameScheme scheme);
/// Core exports that may be for an export of the world: the functions, their post-returns and callbacks, destructors.
[[nodiscard]] std::vector<std::string> core_names_for(const World& world, std::string_view export_name);

/// Reads the imports of a module of which the rest is known; a part of read_module.
void read_imports(const ModuleInput& input, const std::vector<ModuleInput>& modules, const ReadOptions& options, ModuleUse& out, std::vector<Diagnostic>& errors);

}  // namespace wcomp::component
