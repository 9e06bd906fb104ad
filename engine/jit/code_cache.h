// Code of modules on disk: what keys are made of, and how what is found comes to be run.
//
// A key is made of what the module's bytes hash to (those of the whole file that it lies in), the options of the compiler, and the program that compiles: its version and which file it is, so that no
// build gets another one's code. Small modules are not kept: compiling them takes no longer than looking for a file.
#pragma once

#include <memory>

#include "cache/cache.h"
#include "core/module.h"
#include "engine/jit/runtime.h"

namespace wcomp::engine::jit {

/// Says that all of `storage`, in which modules lie, was read from the (binary) file with that stamp: what it hashes to is remembered for the file
/// then, so that the next process need not hash it. From any thread.
void know_file(const std::shared_ptr<const Bytes>& storage, const cache::FileStamp& stamp);

/// Bytes of a module that is worth keeping.
inline constexpr std::size_t min_kept_bytes = 16 * 1024;

/// The module's code as another process left it, mapped; null if there is none.
[[nodiscard]] std::shared_ptr<LoadedCode> find_kept(const cache::Cache& cache, const core::Module& module, const CompileOptions& options);
void keep(const cache::Cache& cache, const core::Module& module, const CodeView& code);

}  // namespace wcomp::engine::jit
