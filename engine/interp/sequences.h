// Instructions that programs are full of, one right after the other, get one handler for all of them (engine/interp/sequences.def).
//
// Nothing else changes: each instruction stays where it is, with its own fields and its own handler, of which that of the first is replaced.
// So branches into the middle, returns to it and the offsets of backtraces need no care, and what is not in the table is just not joined.
#pragma once

#include <cstdint>
#include <span>

#include "engine/interp/inst.h"

namespace wcomp::engine::interp {

/// `is_head` tells instructions from units that follow them.
void join_sequences(std::span<Inst> insts, std::span<const std::uint8_t> is_head);

/// Where nothing notes the place: of the processor's instruction that faulted, how many units after the one in the register for `pc` the
/// interpreter's instruction is that it belongs to.
[[nodiscard]] std::uint32_t units_at(std::uint64_t address);

}  // namespace wcomp::engine::interp
