// Code of single modules on disk: what keys are made of, and how what is found comes to be run. Whole programs that are loaded from files have a better
// way (runtime/precompiled/kept.h), which finds them without hashing; this one is for what is left: code that counts fuel, unguarded memories.
//
// A key is made of what the module's bytes hash to, the options of the compiler, and the program that compiles: its version and which file it is, so
// that no build gets another one's code. Small modules are not kept: compiling them takes no longer than looking for a file.
#pragma once

#include <memory>

#include "cache/cache.h"
#include "core/module.h"
#include "engine/jit/runtime.h"

namespace wcomp::engine::jit {

/// Which program this is: every build is a file of its own. With inode 0 if the system does not say.
[[nodiscard]] cache::FileStamp program_stamp();

/// Bytes of a module that is worth keeping.
inline constexpr std::size_t min_kept_bytes = 16 * 1024;

/// The module's code as another process left it, mapped; null if there is none.
[[nodiscard]] std::shared_ptr<LoadedCode> find_kept(const cache::Cache& cache, const core::Module& module, const CompileOptions& options);
void keep(const cache::Cache& cache, const core::Module& module, const CodeView& code);

}  // namespace wcomp::engine::jit
