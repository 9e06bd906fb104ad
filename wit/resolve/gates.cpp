#include "wit/resolve/gates.h"

#include <fmt/format.h>

namespace wcomp::wit {

GatePolicy gate_policy(const Options& options, const PackageName& package) {
  GatePolicy policy{options, package, std::nullopt};
  const bool is_earlier = options.target_version && package.version && *options.target_version < *package.version &&
                          options.target_version->is_compatible_with(*package.version);
  if (is_earlier) policy.target = options.target_version;
  return policy;
}

Gated read_gates(std::span<const ast::Gate> gates, const GatePolicy& policy, Report& report) {
  Gated out;
  Stability& s = out.stability;
  const auto take = [&](auto& slot, const ast::Gate& gate, auto value) {
    if (slot) report.error(diag::bad_gate, gate.kind.span, fmt::format("`@{}` is given twice", gate.kind.text));
    slot = std::move(value);
  };
  for (const ast::Gate& gate : gates) {
    if (gate.feature) {
      take(s.unstable_feature, gate, gate.feature->text);
      continue;
    }
    const SemVer& version = gate.version->value;
    if (!policy.package.version) {
      report.error(diag::bad_gate, gate.kind.span, fmt::format("`@{}` needs a package with a version, and `{}` has none", gate.kind.text, policy.package.to_string()));
    } else if (version > *policy.package.version) {
      report.error(diag::bad_gate, gate.version->span,
                   fmt::format("version {} is later than that of the package, `{}`", version.to_string(), policy.package.to_string()));
    }
    if (gate.kind.text == "since") take(s.since, gate, version);
    else take(s.deprecated, gate, version);
  }
  if (gates.empty()) return out;
  if (s.since && s.unstable_feature) {
    report.error(diag::bad_gate, gates.back().kind.span, "an item is either `@since` a version or `@unstable`, not both");
  }
  if (s.deprecated && !s.since && !s.unstable_feature) {
    report.error(diag::bad_gate, gates.back().kind.span, "`@deprecated` needs `@since` or `@unstable` beside it");
  }
  const Options& options = policy.options;
  if (s.unstable_feature && !options.all_features && !options.features.contains(*s.unstable_feature)) out.is_included = false;
  if (s.since && policy.target && *s.since > *policy.target) out.is_included = false;
  return out;
}

}  // namespace wcomp::wit
