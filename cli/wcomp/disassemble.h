// The processor's instructions that a module becomes, beside its own: `wcomp inspect --asm`.
//
// The code is what this machine would run (engine/jit/). It is handed to a disassembler that is installed, as an object file with a section for
// each function; what it says is put together with names, and with the wasm instructions that calls, traps and accesses to memory come from: those
// are the places that the code knows of.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "component/sections.h"

namespace wcomp::cli {

struct DisassembleOptions {
  std::vector<std::string> funcs;  ///< names or indices of those that are shown; empty: all
};

/// All core modules of a binary. Errors: an invalid module, no compiler for the machine, no disassembler, no function of such a name.
[[nodiscard]] Result<std::string> disassemble(const component::Sections& sections, const std::string& file, const DisassembleOptions& options);

}  // namespace wcomp::cli
