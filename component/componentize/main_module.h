// The main module read against its world: what each import is, what each export is for. All mismatches are found here; what follows only
// writes.
#pragma once

#include <set>

#include "canonical-abi/shape.h"
#include "component/componentize/imports.h"
#include "component/wit_codec.h"

namespace wcomp::component {

/// A function of an imported interface, or of the world itself (`interface_name` empty).
struct LowerUse {
  std::string interface_name;
  const wit::Graph* graph = nullptr;
  const wit::Function* func = nullptr;
  cabi::FuncShape shape;
};
/// `[resource-drop]` of an imported resource.
struct ImportedDropUse { Decl resource; };
/// `[resource-new]`, `-rep` and `-drop` of a resource that the module defines.
enum class ResourceOp : std::uint8_t { drop, new_, rep };
struct OwnResourceUse {
  ResourceOp op{};
  Decl resource;
};
struct Preview1Use {};

struct CoreImportUse {
  std::string module, name;
  core::FuncType type;
  std::variant<LowerUse, ImportedDropUse, OwnResourceUse, Preview1Use> what;
  std::vector<std::string> copies;  ///< the other names that `import_names` gives it
};

struct ExportedFunc {
  const wit::Graph* graph = nullptr;
  const wit::Function* func = nullptr;
  std::string core_name;          ///< the core export; for `run` of the adapter empty
  cabi::FuncShape shape;
  std::optional<std::string> post_return;
};
/// An interface that is exported, or one function of the world (`interface` none).
struct WorldExport {
  std::string name;
  std::optional<wit::InterfaceId> interface;
  const wit::Graph* graph = nullptr;
  std::vector<ExportedFunc> funcs;
};
struct ExportedResource {
  Decl decl;
  std::optional<std::string> dtor;  ///< core export
};

struct MainModule {
  std::vector<CoreImportUse> imports;            ///< in order of the module, each once
  std::vector<std::string> import_names;         ///< of all imports, each different within its module; empty: as they are
  std::vector<WorldExport> exports;              ///< in order of the world
  std::vector<ExportedResource> resources;       ///< of exported interfaces
  std::set<std::string, std::less<>> preview1;   ///< functions of the adapter that are used, `run` among them
  std::optional<core::MemType> memory;
  std::optional<std::string> realloc;
  bool has_initialize = false;
};

/// What is wrong with each import and export, all at once.
/// `world` may be null (a command without WIT). `adapter_wit` has `wasi:cli/run`, for commands; null if may_need_adapter says no.
[[nodiscard]] Result<MainModule> read_main_module(const core::Module& module, const DecodedWorld* world, const wit::Graph* adapter_wit, const std::string& file);
/// Whether the module imports preview 1 or looks like a command.
[[nodiscard]] bool may_need_adapter(const core::Module& module);

/// `[constructor]x` and the like from `ns:pkg/iface@1#..`; names as the legacy C form mangles them.
[[nodiscard]] std::string export_core_name(const std::string& interface_name, const wit::Function& func);

/// A function of an interface by its name in the component.
[[nodiscard]] const wit::Function* find_func(const wit::Interface& interface, std::string_view abi_name);
/// An interface by `ns:pkg/iface@1.2.3`.
[[nodiscard]] std::optional<wit::InterfaceId> find_interface(const wit::Graph& graph, std::string_view name);
/// A resource that an interface declares (or names by `use`).
[[nodiscard]] std::optional<Decl> find_resource(const wit::Graph& graph, wit::InterfaceId interface, std::string_view name);

}  // namespace wcomp::component
