#include "engine/interp/control_handlers.h"

#include <cstring>

#include "engine/fault.h"
#include "engine/instance.h"
#include "engine/interp/call_handlers.h"
#include "engine/register_code.h"

namespace wcomp::engine::interp {
namespace {

using u64 = std::uint64_t;

/// Why a frame does not fit: the limit is also how an interrupt shows itself to code without loops.
[[gnu::noinline, gnu::cold]] void say_limit(RunState* state, u64* fp, const Inst* pc) {
  bool is_interrupt = state->stack_limit.load(std::memory_order_acquire) == nullptr;
  stop(state, fp, pc, is_interrupt ? TrapCode::interrupted : TrapCode::call_stack_exhausted);
}

/// For a frame that does not fit: true if it was only the near limit that it crossed, which is gone then.
[[gnu::noinline, gnu::cold]] bool move_limit(RunState* state) {
  std::uint64_t* limit = state->stack_limit.load(std::memory_order_acquire);
  // An interrupt may come in between: it stays.
  return limit != nullptr && limit != state->end_of_stack && state->stack_limit.compare_exchange_strong(limit, state->end_of_stack);
}

/// True if the host function trapped.
[[gnu::noinline]] bool call_host(const FuncInst& f, u64* fp, RunState* state) {
  if (f.quick != nullptr && f.quick(f.context, fp)) return false;
  state->stack_top = fp + f.header + header_slots;
  HostScope scope;
  auto& left = static_cast<Stop*>(state->backend)->left;
  left = {reinterpret_cast<const u64*>(fp[f.header + 1]), call_site(fp[f.header])};
  std::optional<Trap> trap = f.host(f.context, fp);
  left = {};
  if (!trap) return false;
  // The frame of a host function has no code of ours: the trap is its caller's.
  auto* caller = reinterpret_cast<u64*>(fp[f.header + 1]);
  stop(state, caller, call_site(fp[f.header]), trap->code());
  static_cast<Stop*>(state->backend)->trap = std::move(trap);
  return true;
}

}  // namespace

WCOMP_HANDLER void stop_at_limit(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  if (!move_limit(state)) return say_limit(state, fp, pc);
  [[clang::musttail]] return pc->handler(fp, pc, mem, state, acc, facc);
}
WCOMP_HANDLER void ref_is_null(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  fp[pc->a] = acc = fp[pc->b] == 0;
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}


WCOMP_HANDLER void use_fuel(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  if (state->fuel < pc->c) [[unlikely]] [[clang::musttail]] return trap<TrapCode::out_of_fuel>(fp, pc, mem, state, acc, facc);
  state->fuel -= pc->c;
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}
WCOMP_HANDLER void return_many(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const auto* to = reinterpret_cast<const Inst*>(fp[pc->c]);
  auto* caller = reinterpret_cast<u64*>(fp[pc->c + 1]);
  for (std::uint32_t i = 0; i < pc->b; ++i) fp[i] = fp[pc->a + i];
  [[clang::musttail]] return to->handler(caller, to, mem, state, acc, facc);
}

WCOMP_HANDLER void call_foreign(u64* fp, const Inst* pc, std::uint8_t*, RunState* state, u64 acc, double facc) {
  u64* frame = fp + pc->a;
  u64* header = frame + pc->b;
  header[0] = reinterpret_cast<u64>(pc + 2);
  header[1] = reinterpret_cast<u64>(fp);
  const auto* f = static_cast<const FuncInst*>(pc[1].pointer);
  const auto* to = static_cast<const Inst*>(f->entry);
  [[clang::musttail]] return to->handler(frame, to, f->mem0, state, acc, facc);
}
WCOMP_HANDLER void call_indirect(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const auto* table = static_cast<const TableInst*>(pc[1].pointer);
  auto index = static_cast<std::uint32_t>(fp[pc->b]);
  if (index >= table->elements.size()) [[unlikely]] [[clang::musttail]] return trap<TrapCode::undefined_element>(fp, pc, mem, state, acc, facc);
  Ref ref = table->elements[index];
  if (ref == 0) [[unlikely]] [[clang::musttail]] return trap<TrapCode::uninitialized_element>(fp, pc, mem, state, acc, facc);
  const FuncInst* f = state->funcs[ref - 1];
  if (f->type_id != pc[1].word2) [[unlikely]] [[clang::musttail]] return trap<TrapCode::indirect_call_type_mismatch>(fp, pc, mem, state, acc, facc);
  u64* frame = fp + pc->a;
  u64* header = frame + f->header;
  // Returning from another instance, memory 0 has to be ours again.
  header[0] = reinterpret_cast<u64>(pc + (f->instance == pc[2].pointer ? 4 : 3));
  header[1] = reinterpret_cast<u64>(fp);
  const auto* to = static_cast<const Inst*>(f->entry);
  [[clang::musttail]] return to->handler(frame, to, f->mem0, state, acc, facc);
}
WCOMP_HANDLER void set_mem0(u64* fp, const Inst* pc, std::uint8_t*, RunState* state, u64 acc, double facc) {
  auto* mem = static_cast<std::uint8_t*>(const_cast<void*>(pc->pointer2));
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}
WCOMP_HANDLER void halt(u64*, const Inst*, std::uint8_t*, RunState*, u64, double) {}

WCOMP_HANDLER void host_entry(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64, double) {
  const auto* f = static_cast<const FuncInst*>(pc[1].pointer);
  u64* header = fp + f->header;
  while (header + header_slots > state->stack_limit.load(std::memory_order_relaxed)) [[unlikely]] {
    if (move_limit(state)) continue;
    say_limit(state, reinterpret_cast<u64*>(header[1]), call_site(header[0]));
    return;
  }
  if (call_host(*f, fp, state)) [[unlikely]] return;
  const auto* to = reinterpret_cast<const Inst*>(header[0]);
  auto* caller = reinterpret_cast<u64*>(header[1]);
  [[clang::musttail]] return to->handler(caller, to, mem, state, fp[0], 0);
}
WCOMP_HANDLER void lazy_entry(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64, double) {
  auto* f = static_cast<FuncInst*>(const_cast<void*>(pc[1].pointer));
  if (!translate_now(const_cast<void*>(pc[1].pointer2), *f, state, fp)) return;
  const auto* to = static_cast<const Inst*>(f->entry);
  [[clang::musttail]] return to->handler(fp, to, mem, state, 0, 0);
}

}  // namespace wcomp::engine::interp
