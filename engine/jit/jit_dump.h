// Compiled functions with their code and lines for Linux's `perf`: `perf record -k mono`, then `perf inject --jit`.
// https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/tools/perf/Documentation/jitdump-specification.txt
//
// Unlike the map of names (perf_map.h) it holds the code itself, so that `perf annotate` shows it after the program has ended.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "engine/observer.h"

namespace wcomp::engine::jit {

/// Writes `jit-PID.dump` in the folder from now on, as long as it lives and is the process's observer. Errors: file-error; the file is there already.
[[nodiscard]] Result<std::unique_ptr<CodeObserver>> make_jit_dump(const std::filesystem::path& folder);

}  // namespace wcomp::engine::jit
