// Tail calls, calls and branches by reference, and throws as instructions; handlers of exceptions as positions in them.
#include "engine/interp/call_handlers.h"
#include "engine/interp/translator.h"

namespace wcomp::engine::interp {

std::uint32_t Translator::call_or_throw(const RegOp& o) {
  // Operands are read from their slots: a reference that a branch looks at is still there afterwards.
  auto emit_own = [&](const void* callee, std::uint64_t type) {
    Inst& unit = emit_unit();
    unit.pointer = callee;
    unit.word2 = type;
    Inst& own = emit_unit();
    own.pointer = &inst_;
    own.pointer2 = func_.mem0;
  };
  auto is_64 = [&] { return inst_.tables[o.c]->type.limits.is_64; };
  switch (o.op) {
    case Opcode::call_ref:
      emit(&call_ref, o.a, o.b, 0);
      emit_pointer(&inst_);
      emit_set_mem0();
      return 1;
    case Opcode::return_call:
      emit(&return_call, o.a, 0, in_.header);
      emit_own(inst_.funcs[o.imm], 0);
      return 1;
    case Opcode::return_call_indirect:
      emit(is_64() ? &return_call_indirect64 : &return_call_indirect, o.a, o.b, in_.header);
      emit_own(inst_.tables[o.c], type_id(static_cast<u32>(o.imm)));
      return 1;
    case Opcode::return_call_ref:
      emit(&return_call_ref, o.a, o.b, in_.header);
      emit_own(nullptr, 0);
      return 1;
    case Opcode::br_on_null: return jump_to(emit(&jump_if_null), o.a, o.imm);
    case Opcode::br_on_non_null: return jump_to(emit(&jump_if_not_null), o.a, o.imm);
    case Opcode::ref_as_non_null: emit(&ref_as_non_null, o.dst, o.a, 0); return 1;
    case Opcode::throw_:
      emit(&throw_tag, o.a, 0, 0);
      emit_pointer(inst_.tags[o.imm]);
      return 1;
    case Opcode::throw_ref: emit(&throw_ref, o.a, 0, 0); return 1;
    default: return 0;
  }
}

void Translator::place_handlers() {
  out_.handlers.reserve(in_.handlers.size());
  for (const CatchHandler& h : in_.handlers) {
    out_.handlers.push_back({.begin = positions_[h.begin],
                             .end = positions_[h.end],
                             .tag = h.tag == any_tag ? nullptr : inst_.tags[h.tag],
                             .is_delegate = h.is_delegate,
                             .target = h.is_delegate ? h.target : positions_[h.target],
                             .dst = h.dst,
                             .ref = h.ref});
  }
  out_.frame = in_.frame;
}

}  // namespace wcomp::engine::interp
