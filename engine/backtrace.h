// Frames of backtraces, for every back end.
#pragma once

#include <cstdint>

#include "core/module.h"
#include "wcomp/trap.h"

namespace wcomp::engine {

struct FuncInst;

inline constexpr std::size_t max_backtrace_frames = 64;

/// Adds a frame of a function that a module defines; `offset`: of the instruction from the start of its body. False when there are enough.
bool add_frame(Trap& trap, const FuncInst& f, std::uint32_t offset);

/// What a module's debug information says of the offsets of its bytes; null if it has none.
[[nodiscard]] std::shared_ptr<const FrameSource> make_source(std::shared_ptr<const core::Module> module);

}  // namespace wcomp::engine
