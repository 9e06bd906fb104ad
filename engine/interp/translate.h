// Register code to the interpreter's instructions, with peephole fusion: a constant into the operation that takes it, a comparison into the
// branch on it, pairs of copies. Only operations that no branch comes between are fused.
#pragma once

#include <memory>
#include <vector>

#include "engine/instance.h"
#include "engine/interp/inst.h"
#include "engine/register_code.h"

namespace wcomp::engine::interp {

struct Code {
  std::vector<Inst> insts;
  std::vector<std::uint32_t> offsets;     ///< by unit of `insts`: the wasm instruction's offset in the body
  std::unique_ptr<std::int32_t[]> table;  ///< distances of every br_table
};

/// `f` is a function of an instance. With `is_metered` function entries and loops use fuel.
[[nodiscard]] Code translate(const FuncInst& f, const RegisterCode& code, bool is_metered);

}  // namespace wcomp::engine::interp
