// The compiler: machine code by copy-and-patch, made per module.
//
// When wcomp is built, clang compiles the semantic functions that the interpreter uses into stencils, and a build step reads them out of the
// object file (stencils/extract.py). Compiling a function is walking its register code, copying the stencil of each operation and patching it:
// constants, slots, distances - and registers, for a stencil is compiled for several choices of registers, from which the build step learns
// where in the bytes they are. So values live in registers: the locals that loops use most for a whole function, the rest between labels.
//
// What is made belongs to a module, not to an instance: it holds no address, may lie anywhere in memory, is never written again, and is shared by
// instances, stores and threads. All that is an instance's is reached through a context (context.h).
//
// Code speaks of wasm's operations in their order; what it does between two of them nobody sees: a trap stops at the operation that the interpreter
// would stop at, with the same frames. A value that nobody can read any more may be gone.
//
// What a processor only guesses (Spectre). A guarded memory is reached by its base and an address of 32 bits plus an offset of 31 bits, both unsigned, and
// no branch decides about it: a guess about a branch cannot take a load out of the reservation. That is all that is promised. Not kept from
// guessing are: the index of a table (call_indirect compares it, then loads), the type of a callee and the target of an indirect call or jump, bounds of
// memories that are not guarded (several memories, 64-bit addresses, no reservation to be had), values that a store still hides from a
// load (v4), and all of what the host does for a guest. Indices are not masked and no retpolines or fences are made: they would cost every guest
// what only hosts with secrets in their own process need, who have processes to put them in (SECURITY.md, "Processors that guess").
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/module.h"
#include "engine/backend.h"
#include "engine/jit/target.h"

namespace wcomp::engine::jit {

/// What code is made for; code for one choice does not run in a store or instance that wants another.
struct CompileOptions {
  bool is_metered = false;        ///< function entries and loops use fuel
  bool is_deterministic = false;  ///< NaNs are canonical
  bool is_guarded = true;         ///< memory 0 exists and is guarded (engine/memory.h)
  Target target = host_target().value_or(Target::x86_64_linux);
  friend bool operator==(const CompileOptions&, const CompileOptions&) = default;
};

/// Who catches what is thrown between two places of the code; as CatchHandler, in bytes of `CodeObject::code`.
struct CodeHandler {
  std::uint32_t begin = 0, end = 0;  ///< of return addresses: a call that ends at `begin` is outside, one that ends at `end` inside
  std::uint32_t tag = 0;             ///< of the module, or any_tag
  std::uint32_t is_delegate = 0;
  std::uint32_t target = 0;  ///< code; a delegate: the next handler to ask, by position in the function's list
  std::uint32_t dst = 0, ref = 0;
};

/// A function that the module defines.
struct CodeFunc {
  std::uint32_t entry = 0, end = 0;  ///< in `code`
  std::uint32_t header = 0, frame = 0;  ///< slots
  std::uint32_t places = 0;             ///< where its list begins in `places`; it ends where the next function's begins
  std::uint32_t handlers = 0;           ///< likewise in `handlers`
};

/// The code of a module: five lists of plain data without a pointer, which may be written to a file and mapped from one as they are (the byte
/// order is the machine's). `funcs` has one more than there are functions: where the last one's lists end.
struct CodeObject {
  CompileOptions options;
  std::vector<std::uint8_t> code;  ///< to be executed, and constants; 16-byte alignment suffices
  std::vector<CodeFunc> funcs;
  std::vector<std::uint8_t> places;  ///< where in a body an instruction of the processor comes from, see places.h
  std::vector<CodeHandler> handlers;
};

/// Changes whenever code of an earlier version must not be run.
inline constexpr std::uint32_t code_version = 2;

/// Whether this machine has what compiled code needs.
[[nodiscard]] bool can_compile();

/// Compiles all functions of a module. Errors: limit-exceeded, the code would be too large; unsupported, there are no stencils for the target.
[[nodiscard]] Result<CodeObject> compile(const core::ValidModule& module, const CompileOptions& options);

}  // namespace wcomp::engine::jit

namespace wcomp::engine {
/// The back end that compiles (engine/jit/); only where jit::can_compile().
[[nodiscard]] std::unique_ptr<Backend> make_compiler(StoreImpl& store);
}  // namespace wcomp::engine
