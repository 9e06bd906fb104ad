// Whether a component fits a world: imports nothing but what the world imports, and exports all that the world exports, with types that do.
//
// Names of interfaces may differ in their version as far as versions are compatible (component/versions.h); what was added in a later one is
// then missing like anything else. Everything that is wrong is reported, down to the functions of an interface.
// Explainer.md "Type Checking", WIT.md "Worlds"
#pragma once

#include "component/validate.h"
#include "wit/graph.h"

namespace wcomp::component {

struct TargetOptions {
  bool same_versions = false;  ///< versions have to be the same
};

/// What keeps `component` from being one of `world`; empty when nothing does. Errors: a world that has no component type.
[[nodiscard]] Result<std::vector<Diagnostic>> target_mismatches(const ValidComponent& component, const wit::Graph& graph, wit::WorldId world, const TargetOptions& options = {});

}  // namespace wcomp::component
