// Feature gates: WIT.md "Feature Gates".
#pragma once

#include <span>

#include "wit/ast.h"
#include "wit/graph.h"
#include "wit/report.h"
#include "wit/wit.h"

namespace wcomp::wit {

struct Gated {
  Stability stability;
  bool is_included = true;
};

/// Which versions and features count in one package.
struct GatePolicy {
  const Options& options;
  PackageName package;    ///< as declared
  std::optional<SemVer> target;  ///< of Options::target_version, if it is an earlier version of this package
};

[[nodiscard]] GatePolicy gate_policy(const Options& options, const PackageName& package);
/// Reads an item's gates; reports those that break the rules.
[[nodiscard]] Gated read_gates(std::span<const ast::Gate> gates, const GatePolicy& policy, Report& report);

}  // namespace wcomp::wit
