// Handlers of moves, branches, calls and returns, and of instructions that are a call of a function of engine/bulk.h.
// Units that follow an instruction are named in brackets. Those that end in `_acc` take the operand named first from the accumulator (select:
// its condition). What makes a value leaves it in `acc` as well, also when its bits are a float's (a constant in both); so does a call of one result.
#pragma once

#include "engine/interp/bodies.h"

namespace wcomp::engine::interp {

// --- moves ---
inline constexpr HandlerFn& move = sequence<Move>;                ///< a = b
inline constexpr HandlerFn& move_acc = sequence<MoveAcc>;
inline constexpr HandlerFn& move_facc = sequence<MoveFacc>;       ///< a = the accumulator of floats
inline constexpr HandlerFn& move2 = sequence<Move2>;              ///< a = b, then low half of c = high half
inline constexpr HandlerFn& const32 = sequence<Const32<false>>;   ///< a = c, sign-extended if b
inline constexpr HandlerFn& const32_acc = sequence<Const32<true>>;  ///< the same, to both accumulators only
inline constexpr HandlerFn& const64 = sequence<Const64<false>>;   ///< a = [word]
inline constexpr HandlerFn& const64_acc = sequence<Const64<true>>;
inline constexpr HandlerFn& select = sequence<Select<false>>;     ///< a = high half of c ? b : low half of c
inline constexpr HandlerFn& select_acc = sequence<Select<true>>;
inline constexpr HandlerFn& global_get = sequence<GlobalGet>;     ///< a = [cell]
inline constexpr HandlerFn& global_set = sequence<GlobalSet<false>>;  ///< [cell] = a
inline constexpr HandlerFn& global_set_acc = sequence<GlobalSet<true>>;
HandlerFn ref_is_null;         ///< a = b is null

// --- control ---
inline constexpr HandlerFn& jump = sequence<Jump<false>>;         ///< c
inline constexpr HandlerFn& jump_back = sequence<Jump<true>>;     ///< c, looking for an interrupt
inline constexpr HandlerFn& jump_if = sequence<JumpIf<false, false>>;      ///< c if a
inline constexpr HandlerFn& jump_if_zero = sequence<JumpIf<false, true>>;  ///< c if not a
inline constexpr HandlerFn& jump_if_acc = sequence<JumpIf<true, false>>;
inline constexpr HandlerFn& jump_if_zero_acc = sequence<JumpIf<true, true>>;
inline constexpr HandlerFn& jump_table = sequence<JumpTable<false>>;       ///< a, c entries, [where each goes]
inline constexpr HandlerFn& jump_table_acc = sequence<JumpTable<true>>;
inline constexpr HandlerFn& enter = sequence<Enter>;  ///< zero slots a..b; frame of c slots
HandlerFn use_fuel;            ///< c
inline constexpr HandlerFn& return_none = sequence<Return<Result1::none>>;  ///< header at c
inline constexpr HandlerFn& return_one = sequence<Return<Result1::slot>>;   ///< a; header at c
inline constexpr HandlerFn& return_acc = sequence<Return<Result1::acc>>;
HandlerFn return_many;         ///< a..a+b; header at c
inline constexpr HandlerFn& call = sequence<Call>;    ///< frame at a, header at b, [FuncInst, its entry]
HandlerFn call_foreign;        ///< likewise; set_mem0 comes after
/// Frame at a, index in b, [TableInst, type id], [ModuleInst]; set_mem0 comes after.
HandlerFn call_indirect;
HandlerFn set_mem0;            ///< pointer2
HandlerFn halt;                ///< back to `run`
HandlerFn host_entry;          ///< [FuncInst]
HandlerFn lazy_entry;          ///< [FuncInst, Interpreter]

// --- helpers, see helper_handlers.cpp: slots as in RegOp with dst first, [ModuleInst, immediate] ---
[[nodiscard]] Handler helper_handler(core::Opcode op);

/// Translates a function and points its entry to the code; false after `stop`.
[[nodiscard]] bool translate_now(void* interpreter, FuncInst& f, RunState* state, std::uint64_t* fp);

}  // namespace wcomp::engine::interp
