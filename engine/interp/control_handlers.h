// Handlers of moves, branches, calls and returns, and of instructions that are a call of a function of engine/bulk.h.
// Units that follow an instruction are named in brackets.
#pragma once

#include "engine/interp/inst.h"

namespace wcomp::engine::interp {

// --- moves ---
WCOMP_HANDLER void move(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);        ///< a = b
WCOMP_HANDLER void move2(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);       ///< a = b, then low half of c = high half
WCOMP_HANDLER void const32(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);     ///< a = c, sign-extended if b
WCOMP_HANDLER void const64(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);     ///< a = [word]
WCOMP_HANDLER void select(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);      ///< a = high half of c ? b : low half of c
WCOMP_HANDLER void global_get(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);  ///< a = [cell]
WCOMP_HANDLER void global_set(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);  ///< [cell] = a
WCOMP_HANDLER void ref_is_null(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state); ///< a = b is null

// --- control ---
WCOMP_HANDLER void jump(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);             ///< c
WCOMP_HANDLER void jump_back(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);        ///< c, looking for an interrupt
WCOMP_HANDLER void jump_if(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);          ///< c if a
WCOMP_HANDLER void jump_if_zero(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);     ///< c if not a
WCOMP_HANDLER void jump_table(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);       ///< a, c entries, [int32 distances]
WCOMP_HANDLER void enter(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);            ///< zero slots a..b; frame of c slots
WCOMP_HANDLER void use_fuel(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);         ///< c
WCOMP_HANDLER void return_none(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);      ///< header at c
WCOMP_HANDLER void return_one(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);       ///< a; header at c
WCOMP_HANDLER void return_many(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);      ///< a..a+b; header at c
WCOMP_HANDLER void call(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);             ///< frame at a, header at b, [FuncInst]
WCOMP_HANDLER void call_foreign(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);     ///< likewise; set_mem0 comes after
/// Frame at a, index in b, [TableInst, type id], [ModuleInst]; set_mem0 comes after.
WCOMP_HANDLER void call_indirect(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);
WCOMP_HANDLER void set_mem0(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);         ///< pointer2
WCOMP_HANDLER void halt(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);             ///< back to `run`
WCOMP_HANDLER void host_entry(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);       ///< [FuncInst]
WCOMP_HANDLER void lazy_entry(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state);       ///< [FuncCode, Interpreter]

// --- helpers, see helper_handlers.cpp: slots as in RegOp with dst first, [ModuleInst, immediate] ---
[[nodiscard]] Handler helper_handler(core::Opcode op);

/// Translates a function of the interpreter (`code` is its FuncCode) and points its entry to the code; false after `stop`.
[[nodiscard]] bool translate_now(void* interpreter, void* code, RunState* state, std::uint64_t* fp);
/// Where to go on: FuncCode's function.
[[nodiscard]] const Inst* entry_of(void* code);

}  // namespace wcomp::engine::interp
