// NaNs of one kind only, for code whose results have to be the same on every machine: an instruction behind each one that may make a NaN.
#pragma once

#include "core/nan.h"
#include "engine/interp/inst.h"

namespace wcomp::engine::interp {

/// Makes the NaNs in the lanes at slot a canonical; a number is in its accumulator then. `lanes` is not none.
[[nodiscard]] Handler canonical_handler(core::NanLanes lanes);

}  // namespace wcomp::engine::interp
