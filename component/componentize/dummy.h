// A core module that fits a world from nothing: every import of the world is imported, every export is there and traps. For tests, and as
// a template to look at.
#pragma once

#include "component/componentize/signatures.h"
#include "component/componentize/world.h"

namespace wcomp::component {

struct DummyOptions {
  NameScheme names = NameScheme::standard;
  /// How asynchronous functions are lifted; other than `sync`, they are lowered asynchronously, and built-ins are imported. Legacy names only.
  LiftAbi abi = LiftAbi::sync;
};

[[nodiscard]] Result<Bytes> dummy_module(const wit::Graph& graph, wit::WorldId world, const DummyOptions& options);

}  // namespace wcomp::component
