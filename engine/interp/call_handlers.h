// Handlers of tail calls, of calls and branches by reference, and of what is thrown. Units as in control_handlers.h.
//
// A tail call moves the arguments to where its own frame began, writes the callee's header there with where this frame would have returned
// to, and goes on in the callee: the stack is as high as before. A plain call expects that memory 0 is still that of its instance when it is
// returned to. A tail call into another instance therefore makes the callee return through a step that brings it back (`returning`).
// There is one such step for each place that is returned to, so that any number of tail calls uses no more.
//
// A throw looks for a handler in the frames of this run, innermost first, by the instruction that each of them stands at (in no
// table that running code maintains: only throwing costs). Nothing is found beyond a host function, or beyond an
// instance that stops exceptions (the adapter between two components): there the exception has become a trap.
#pragma once

#include "engine/interp/inst.h"

namespace wcomp::engine {
struct TagInst;
}

namespace wcomp::engine::interp {

HandlerFn call_indirect64;       ///< as call_indirect, with an index of 64 bits
/// Frame at a, reference in b, [ModuleInst]; set_mem0 comes after.
HandlerFn call_ref;
/// Arguments at a, own header at c, [FuncInst], [ModuleInst, memory 0].
HandlerFn return_call;
/// Arguments at a, index in b, own header at c, [TableInst, type id], [ModuleInst, memory 0].
HandlerFn return_call_indirect;
HandlerFn return_call_indirect64;
/// Arguments at a, reference in b, own header at c, [-], [ModuleInst, memory 0].
HandlerFn return_call_ref;
/// [memory 0 in pointer2], [the instruction to return to].
HandlerFn return_elsewhere;

HandlerFn jump_if_null;          ///< c if a is null
HandlerFn jump_if_not_null;
HandlerFn ref_as_non_null;       ///< a = b

HandlerFn throw_tag;             ///< values at a, [TagInst]
HandlerFn throw_ref;             ///< a

/// The instruction that called, by what is in a frame header: somewhere in its units.
[[nodiscard]] inline const Inst* call_site(std::uint64_t return_to) {
  const auto* to = reinterpret_cast<const Inst*>(return_to);
  return (to->handler == &return_elsewhere ? static_cast<const Inst*>(to[1].pointer) : to) - 1;
}
/// What a callee has to return to so that memory 0 is `mem0` then. `interpreter` as in Stop.
[[nodiscard]] std::uint64_t returning(RunState* state, std::uint64_t return_to, std::uint8_t* mem0);

/// Finds who catches an exception with the values: false after `stop`, else `Stop::landing` is set. `ref` is 0 if there is none yet.
[[nodiscard]] bool raise(RunState* state, std::uint64_t* fp, const Inst* pc, const TagInst& tag, const std::uint64_t* values, std::uint64_t ref);
[[nodiscard]] bool raise(RunState* state, std::uint64_t* fp, const Inst* pc, std::uint64_t ref);

}  // namespace wcomp::engine::interp
