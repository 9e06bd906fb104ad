// Register code: the canonical form of a function body that every tier of execution starts from.
//
// Wasm's operand stack has a height that is known at each instruction, so each of its places can be a fixed slot of the frame, next to the
// locals. What is left of the body is a list of operations on slots: one for each instruction that computes, loads, stores, branches or
// calls. `local.get` and `drop` are only a choice of operands and leave nothing behind, unless a value has to be saved from a later
// `local.set`; `local.set` becomes the destination of the operation before it where it can, else a copy. Constants are written right before
// the operation that takes them. Blocks are gone: branches name the index of an operation.
//
// A v128 takes two slots in a row, in locals, in the operand stack, in arguments and results alike; everything else takes one. Slots are all
// that numbers here count: `params`, `results`, `locals`, `a`, `b`, `c`, `dst`; a v128 goes by the first of its two.
//
// Exceptions: what a stretch of operations throws is caught by the first entry of `handlers` whose stretch the operation lies in and whose tag
// it has. The entry says where to go on, and to which slots the exception's values and the reference to it go. Handlers are in the order in
// which they have to be asked, those of inner blocks first; no operation marks where a stretch begins or ends. An operation is one that calls
// or throws: nothing else raises an exception, and traps are none. The legacy `try` is the same: `catch` is a handler whose values are places
// of the operand stack, `rethrow` a throw_ref of a place below them, and `delegate` a handler that says with which one to go on asking.
//
// Nothing here is particular to a back end: no fusion, no reordering. A tier that wants compare-and-branch makes it in a form of its own.
//
// The frame, in slots:   locals (arguments first) and, on return, results | header_slots for the back end | operand stack
// The arguments of a call lie on top of the caller's operand stack and are the callee's first locals, so that nothing is copied.
//
// A value that an operation reads from the operand stack is read only there: its slot is free afterwards. (Exceptions: a copy that prepares a
// taken branch, which is always the target of a jump or comes after one, and branches on a reference, and `rethrow`, which leave it where it is.)
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/module.h"
#include "core/opcode.h"
#include "engine/engine.h"
#include "wcomp/trap.h"

namespace wcomp::engine {

/// Frames have at most this many slots; a function that needs more cannot run.
inline constexpr std::uint32_t max_frame_slots = 60'000;
inline constexpr std::uint32_t header_slots = 2;
inline constexpr std::uint32_t no_slot = 0xffff'ffff;

/// The fields by opcode; what is not said is unused.
///   numeric            dst, a, b
///   *.const ref.null   dst, imm: bits
///   v128.const         dst, imm: index into `vectors`
///   shuffle            dst, a, b, imm: lanes, an index into `vectors`
///   *_lane             dst, a, b, lane; those that load or store likewise with imm and c
///   local.get          dst, a: a copy; is_wide
///   global.get/set     dst / a, imm: global; is_wide
///   loads, stores      dst, a: address / a: address, b: value; imm: offset, c: memory
///   select             dst, a, b, c: condition; is_wide
///   br                 imm: operation to go on with
///   br_if, if          a; imm: operation to go on with if a is not zero / is zero
///   br_table           a; imm: first entry of `table`, b: entries, the default last
///   return             a: first result
///   call               a: first argument and first result, imm: function
///   call_indirect      a: likewise, b: index, imm: type, c: table
///   call_ref           a: likewise, b: reference, imm: type
///   return_call*       as without `return_`; the frame makes room for the callee's
///   throw, throw_ref   a: first value, imm: tag / a: reference
///   br_on_null, br_on_non_null  a: reference, imm: operation to go on with if it is null / is not
///   ref.as_non_null    dst, a
///   loop               imm: instructions in its body, those of inner loops apart; a mark where branches go back to
///   memory.size/grow   dst / dst, a; c: memory
///   table.get/set/size/grow   dst, a / a, b / dst / dst, a: value, b: count; imm: table
///   fill, copy, init   a, b, c; imm: memory, table, or first index | second index << 32 in the order of the text format
///   ref.func           dst, imm: function
struct RegOp {
  core::Opcode op{};
  bool is_target : 1 = false;  ///< a branch may come here
  bool is_wide : 1 = false;    ///< what is moved is a v128
  std::uint8_t lane = 0;
  std::uint32_t offset = 0;  ///< of the instruction, from the start of the body
  std::uint32_t dst = no_slot;
  std::uint32_t a = no_slot, b = no_slot, c = no_slot;
  std::uint64_t imm = 0;
};

inline constexpr std::uint32_t any_tag = 0xffff'ffff;

/// What is thrown by the operations from `begin` up to `end`.
struct CatchHandler {
  std::uint32_t begin = 0, end = 0;
  std::uint32_t tag = any_tag;  ///< of the module; any_tag: catches all
  bool is_delegate = false;     ///< catches nothing: the next one to ask is handlers[target], or nobody if that is their number
  std::uint32_t target = 0;     ///< operation to go on with
  std::uint32_t dst = no_slot;  ///< first slot for the values; none are wanted from any_tag
  std::uint32_t ref = no_slot;  ///< slot for the reference, if it is wanted
};

struct RegisterCode {
  std::vector<RegOp> ops;
  std::vector<CatchHandler> handlers;
  std::vector<std::uint32_t> table;  ///< targets of every br_table
  std::vector<std::array<std::uint8_t, 16>> vectors;  ///< immediates of 16 bytes
  std::uint32_t params = 0, results = 0;
  std::uint32_t locals = 0;   ///< parameters included
  std::uint32_t header = 0;   ///< first slot of the header
  std::uint32_t frame = 0;    ///< slots in all
  std::uint64_t cost = 0;     ///< instructions outside of loops
};

/// Slots of the locals of a function that the module defines, parameters included; they may be more than a frame can hold.
[[nodiscard]] std::uint64_t count_local_slots(const core::Module& module, core::FuncIdx f);

/// What calling a function gives whose frame is larger.
[[nodiscard]] Trap frame_too_large();

/// Makes the register code of a function that the (valid) module defines. The error is frame_too_large.
[[nodiscard]] Result<RegisterCode, Trap> make_register_code(const core::Module& module, core::FuncIdx f);

}  // namespace wcomp::engine
