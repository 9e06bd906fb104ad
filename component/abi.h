// What the Canonical ABI makes of the functions of a world: for people who write bindings by hand, or look at a binary and wonder.
//
// Core signatures and layout are those of cabi::FuncShape; the names by which core modules import and export a function are those that
// componentize/ looks for. Only synchronous lifts and lowers have signatures here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "canonical-abi/shape.h"
#include "wit/graph.h"

namespace wcomp::component {

/// How a core module has a function: an import's module and name; or an export's name, and that of its post-return.
struct CoreNames {
  std::string module;
  std::string name;
  std::string post_return;  ///< exports whose result is in memory
};

struct FuncAbi {
  bool is_import = false;
  std::string interface;  ///< `ns:pkg/iface@1.2.3`; empty: of the world itself
  wit::Function func;
  cabi::FuncShape shape;
  CoreNames legacy, standard;  ///< `standard`: of memories with 32-bit addresses only
  bool needs_realloc = false;  ///< on the side that is meant

  /// `ns:pkg/iface@1.2.3#f`
  [[nodiscard]] std::string full_name() const { return interface.empty() ? func.abi_name : interface + "#" + func.abi_name; }
  [[nodiscard]] const core::FuncType& core_type() const { return is_import ? shape.lowered : shape.lifted; }
};

/// The functions of a world, imports first; without a world those of the root packages' interfaces, as imports and as exports. `name` leaves
/// those that it means: `f`, `r.f`, `[method]r.f`, with an interface and `#` in front if several have one (`iface`, `ns:pkg/iface`, with or
/// without version); empty: all. `ptr`: the type of the memory's addresses. Errors: `unknown-item`, with names that there are; limits of types.
[[nodiscard]] Result<std::vector<FuncAbi>> abi_of(const wit::Graph& graph, std::optional<wit::WorldId> world, std::string_view name,
                                                  core::ValType ptr = core::ValType::i32);

}  // namespace wcomp::component
