// Handlers of moves, branches, calls and returns, and of instructions that are a call of a function of engine/bulk.h.
// Units that follow an instruction are named in brackets. Those that end in `_acc` take the operand named first from the accumulator (select:
// its condition). What makes a value leaves it in `acc` as well, also when its bits are a float's (a constant in both); so does a call of one result.
#pragma once

#include "engine/interp/inst.h"

namespace wcomp::engine::interp {

// --- moves ---
HandlerFn move;                ///< a = b
HandlerFn move_acc;
HandlerFn move_facc;           ///< a = the accumulator of floats
HandlerFn move2;               ///< a = b, then low half of c = high half
HandlerFn const32;             ///< a = c, sign-extended if b
HandlerFn const32_acc;         ///< the same, to both accumulators only
HandlerFn const64;             ///< a = [word]
HandlerFn const64_acc;
HandlerFn select;              ///< a = high half of c ? b : low half of c
HandlerFn select_acc;
HandlerFn global_get;          ///< a = [cell]
HandlerFn global_set;          ///< [cell] = a
HandlerFn global_set_acc;
HandlerFn ref_is_null;         ///< a = b is null

// --- control ---
HandlerFn jump;                ///< c
HandlerFn jump_back;           ///< c, looking for an interrupt
HandlerFn jump_if;             ///< c if a
HandlerFn jump_if_zero;        ///< c if not a
HandlerFn jump_if_acc;
HandlerFn jump_if_zero_acc;
HandlerFn jump_table;          ///< a, c entries, [int32 distances]
HandlerFn jump_table_acc;
HandlerFn enter;               ///< zero slots a..b; frame of c slots
HandlerFn use_fuel;            ///< c
HandlerFn return_none;         ///< header at c
HandlerFn return_one;          ///< a; header at c
HandlerFn return_acc;
HandlerFn return_many;         ///< a..a+b; header at c
HandlerFn call;                ///< frame at a, header at b, [FuncInst]
HandlerFn call_foreign;        ///< likewise; set_mem0 comes after
/// Frame at a, index in b, [TableInst, type id], [ModuleInst]; set_mem0 comes after.
HandlerFn call_indirect;
HandlerFn set_mem0;            ///< pointer2
HandlerFn halt;                ///< back to `run`
HandlerFn host_entry;          ///< [FuncInst]
HandlerFn lazy_entry;          ///< [FuncCode, Interpreter]

// --- helpers, see helper_handlers.cpp: slots as in RegOp with dst first, [ModuleInst, immediate] ---
[[nodiscard]] Handler helper_handler(core::Opcode op);

/// Translates a function of the interpreter (`code` is its FuncCode) and points its entry to the code; false after `stop`.
[[nodiscard]] bool translate_now(void* interpreter, void* code, RunState* state, std::uint64_t* fp);
/// Where to go on: FuncCode's function.
[[nodiscard]] const Inst* entry_of(void* code);

}  // namespace wcomp::engine::interp
