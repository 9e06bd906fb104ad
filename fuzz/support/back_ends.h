// One module, run by two back ends: what comes out has to be the same to the last bit.
#pragma once

#include <optional>
#include <string>

#include "engine/engine.h"
#include "fuzz/support/generate.h"

namespace wcomp::fuzz {

struct BackEndOptions {
  bool is_deterministic = false;
  bool explicit_bounds = false;  ///< of the compiled side; the other one has its memories guarded
  bool is_metered = false;       ///< likewise
};

/// What `generate` is asked for, and how both sides run: chosen by the entropy.
struct BackEndRun {
  GenerateOptions how;
  BackEndOptions options;
};
[[nodiscard]] BackEndRun choose_run(Entropy& entropy);

/// Calls every function of the module on both sides, and compares results, traps (code, text, place of every frame), all memories and globals.
/// What differs first, in words; nothing if they agree.
[[nodiscard]] std::optional<std::string> compare_back_ends(const Generated& module, const BackEndOptions& options, Entropy& entropy);

}  // namespace wcomp::fuzz
