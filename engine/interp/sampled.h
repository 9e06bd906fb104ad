// The interpreter's stack as a signal handler finds it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wcomp::engine {
struct FuncInst;
}

namespace wcomp::engine::interp {

struct SampledFrame {
  const FuncInst* func = nullptr;
  std::uint32_t offset = 0;  ///< of the wasm instruction in the body
};

/// Copies the frames of a run, innermost first, on the thread that runs it; `fp` and `pc` are what the registers may hold: what they say is checked, and
/// what the run has noted is taken instead if it cannot be. Allocates nothing, takes no locks. Gives how many there were.
[[nodiscard]] std::size_t copy_stack(const void* run, const std::uint64_t* fp, const void* pc, std::span<SampledFrame> out);

}  // namespace wcomp::engine::interp
