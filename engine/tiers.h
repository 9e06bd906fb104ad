// The ways in which functions can be run, as far as they have to be linked in.
//
// `tiers` is defined in a file of its own, tiers.cpp, and nothing else of the engine names what makes code of bodies. A program that runs nothing
// but what was compiled before (runtime/precompiled) defines `tiers` itself, with nulls: then its linker takes neither the compiler with its
// stencils nor the interpreter out of the engine's library.
#pragma once

#include <memory>

#include "engine/backend.h"
#include "engine/jit/jit.h"

namespace wcomp::engine {

struct Tiers {
  /// Null: there is no interpreter in this program.
  std::unique_ptr<Backend> (*make_interpreter)(StoreImpl& store) = nullptr;
  /// Null: there is no compiler in this program.
  Result<jit::CodeObject> (*compile)(const core::ValidModule& module, const jit::CompileOptions& options) = nullptr;
};
[[nodiscard]] Tiers tiers();

}  // namespace wcomp::engine
