// Making the imports explicit that a world's items imply, on a graph that is resolved: what every operation does that changes a world.
//
// An item of a world may use types of interfaces that the world does not mention; those are imported, each before its users. An exported
// interface takes what it uses from the exports if those have it, which then come before it, else from the imports.
// WIT.md "Transitive imports and worlds".
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "wit/graph.h"

namespace wcomp::wit {

/// The interfaces whose types each interface uses, in the order of its uses; computed when first asked for. Stays right while no
/// interface changes. The graph has to outlive it.
class Uses {
 public:
  explicit Uses(const Graph& graph) : graph_(graph) {}
  const std::vector<InterfaceId>& of(InterfaceId id);

 private:
  const Graph& graph_;
  std::vector<std::optional<std::vector<InterfaceId>>> known_;
};

/// Gives `world` these items and the imports that they imply. Imports: interfaces, then types, then functions; exports: functions, then
/// interfaces. Fails, and changes nothing, where one export would use an interface both as an export and as an import.
[[nodiscard]] Result<void> elaborate(Graph& graph, WorldId world, std::vector<WorldItem> imports, std::vector<WorldItem> exports, Uses& uses);

/// Whether the item is an interface under its own name (`import wasi:io/poll;`) and not under one that the world gives it.
[[nodiscard]] bool is_under_own_name(const Graph& graph, const WorldItem& item);

}  // namespace wcomp::wit
