// Register code to the interpreter's own instructions.
//
// The register code that comes in is canonical: one operation per wasm instruction, operands and result in slots of the frame. What goes out
// is made for this interpreter only. Three things are done on the way:
// - fusion (fuse.cpp): a constant into the operation that takes it, a comparison into the branch on it, a load into the operation on what it
//   loads, a scaled index into the address. Only operations that no branch comes between are fused.
// - accumulators (emit.cpp): what one instruction leaves in an accumulator and the next one wants is taken from there (see inst.h); a place
//   of the operand stack that is read there is never written to its slot.
// - instructions that often follow one another get one handler for all of them when all is translated (sequences.h).
// These only look at the operations they know. Every other operation has one plain form that reads and writes slots, and forgets the accumulators.
//
// To add an instruction of wasm:
// 1. A function of plain values gets its row in opcodes.def and `eval` in core/numeric.h. That is all: numeric_handlers.cpp makes every form.
// 2. One that calls into the engine (tables, sizes, bulk memory) gets a `run` in helper_handlers.cpp.
// 3. One with an immediate or a shape of its own gets a handler: declared in a header with what its fields mean, defined in the .cpp of its
//    group, and emitted by a case of `Translator::control` (translate.cpp):  `emit(&handler, o.dst, o.a, o.b)`, then `emit_unit()` for each
//    unit that follows it, `return 1` for the one operation consumed. Nothing else is needed for it to be correct:
//    - a handler ends in `[[clang::musttail]] return pc[n].handler(fp, pc + n, mem, state, acc, facc)`, n its units; it may change `acc` and
//      `facc` at will, for after an operation that calls neither `hold` nor `keep` nobody looks at them;
//    - results always go to their slots, and reading operands from slots is always right: a value is only left out of its slot when the
//      instruction right behind takes it with `take_held`, which a case of yours never calls unless you want it to;
//    - what ends a stretch of code or comes back (calls, throws, landing pads) is no special case either: where branches meet (`is_target`)
//      nothing is held. An operation that control may reach other than from the one before it must have `is_target` set;
//    - a branch's distance, in bytes: `fixups_.push_back({here() - 1, target, Reach::c})`;
//    - traps: `[[clang::musttail]] return trap<TrapCode::..>(fp, pc, mem, state, acc, facc)`; the offset for the backtrace is that of `pc`.
// 4. Only then, if programs are full of it: forms that take the accumulator (`emit_with`), leave a result there (`hold`), or a fusion.
//    Values wider than a slot are never held. For rows of sequences.def what it does has to be a body (bodies.h), its handler `sequence<Body>`.
//
// A function that needs another unit of its own (an address of the instance) may hold pointers: code is made for one instance.
#pragma once

#include <memory>
#include <vector>

#include "engine/instance.h"
#include "engine/interp/inst.h"
#include "engine/register_code.h"

namespace wcomp::engine::interp {

/// As CatchHandler, by units of `insts`.
struct PlacedHandler {
  std::uint32_t begin = 0, end = 0;
  const TagInst* tag = nullptr;  ///< null: any
  bool is_delegate = false;
  std::uint32_t target = 0;
  std::uint32_t dst = no_slot, ref = no_slot;
};

struct Code {
  std::vector<Inst> insts;
  std::vector<PlacedHandler> handlers;
  std::uint32_t frame = 0;  ///< slots
  std::vector<std::uint32_t> offsets;     ///< by unit of `insts`: the wasm instruction's offset in the body
  std::unique_ptr<const Inst*[]> table;   ///< where every br_table goes
};

/// `f` is a function of an instance. With `is_metered` function entries and loops use fuel; with `is_deterministic` NaNs are canonical.
[[nodiscard]] Code translate(const FuncInst& f, const RegisterCode& code, bool is_metered, bool is_deterministic);

}  // namespace wcomp::engine::interp
