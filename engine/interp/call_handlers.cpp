#include "engine/interp/call_handlers.h"

#include <cstring>

#include "engine/instance.h"
#include "engine/interp/control_handlers.h"
#include "engine/register_code.h"

namespace wcomp::engine::interp {
namespace {

using u64 = std::uint64_t;

struct Callee {
  const FuncInst* func = nullptr;
  TrapCode trap{};
};

[[gnu::always_inline]] inline Callee in_table(const RunState* state, const Inst& unit, u64 index) {
  const auto* table = static_cast<const TableInst*>(unit.pointer);
  if (index >= table->elements.size()) [[unlikely]] return {nullptr, TrapCode::undefined_element};
  const Ref ref = table->elements[index];
  if (ref == 0) [[unlikely]] return {nullptr, TrapCode::uninitialized_element};
  const FuncInst* f = state->funcs[ref - 1];
  if (f->type_id != unit.word2) [[unlikely]] return {nullptr, TrapCode::indirect_call_type_mismatch};
  return {f};
}

[[gnu::always_inline]] inline const FuncInst* by_reference(const RunState* state, Ref ref) {
  return ref == 0 ? nullptr : state->funcs[ref - 1];
}

/// The frame of a call: returning from another instance, memory 0 has to be ours again, which the last unit does.
[[gnu::always_inline]] inline u64* new_frame(u64* fp, const Inst* pc, int units, const FuncInst* f, const void* instance) {
  u64* frame = fp + pc->a;
  u64* header = frame + f->header;
  header[0] = reinterpret_cast<u64>(pc + units + (f->instance == instance ? 1 : 0));
  header[1] = reinterpret_cast<u64>(fp);
  return frame;
}

/// Makes the frame the callee's.
[[gnu::always_inline]] inline void replace_frame(u64* fp, const Inst* pc, RunState* state, const FuncInst* f) {
  u64 return_to = fp[pc->c];
  const u64 caller = fp[pc->c + 1];
  // A host function leaves memory 0 as it is.
  if (f->instance != pc[2].pointer && !f->is_host()) [[unlikely]] {
    return_to = returning(state, return_to, static_cast<std::uint8_t*>(const_cast<void*>(pc[2].pointer2)));
  }
  std::memmove(fp, fp + pc->a, f->params * sizeof(u64));
  fp[f->header] = return_to;
  fp[f->header + 1] = caller;
}
[[gnu::always_inline]] inline std::uint8_t* memory_of(const FuncInst* f, std::uint8_t* mem) { return f->is_host() ? mem : f->mem0; }

}  // namespace

WCOMP_HANDLER void call_indirect64(u64* fp, const Inst* pc, std::uint8_t*, RunState* state, u64 acc, double facc) {
  const Callee callee = in_table(state, pc[1], fp[pc->b]);
  if (callee.func == nullptr) [[unlikely]] return stop(state, fp, pc, callee.trap);
  u64* frame = new_frame(fp, pc, 3, callee.func, pc[2].pointer);
  const auto* to = static_cast<const Inst*>(callee.func->entry);
  [[clang::musttail]] return to->handler(frame, to, callee.func->mem0, state, acc, facc);
}
WCOMP_HANDLER void call_ref(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const FuncInst* f = by_reference(state, fp[pc->b]);
  if (f == nullptr) [[unlikely]] [[clang::musttail]] return trap<TrapCode::null_function_reference>(fp, pc, mem, state, acc, facc);
  u64* frame = new_frame(fp, pc, 2, f, pc[1].pointer);
  const auto* to = static_cast<const Inst*>(f->entry);
  [[clang::musttail]] return to->handler(frame, to, f->mem0, state, acc, facc);
}

WCOMP_HANDLER void return_call(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const auto* f = static_cast<const FuncInst*>(pc[1].pointer);
  replace_frame(fp, pc, state, f);
  const auto* to = static_cast<const Inst*>(f->entry);
  [[clang::musttail]] return to->handler(fp, to, memory_of(f, mem), state, acc, facc);
}
WCOMP_HANDLER void return_call_indirect(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const Callee callee = in_table(state, pc[1], static_cast<std::uint32_t>(fp[pc->b]));
  if (callee.func == nullptr) [[unlikely]] return stop(state, fp, pc, callee.trap);
  replace_frame(fp, pc, state, callee.func);
  const auto* to = static_cast<const Inst*>(callee.func->entry);
  [[clang::musttail]] return to->handler(fp, to, memory_of(callee.func, mem), state, acc, facc);
}
WCOMP_HANDLER void return_call_indirect64(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const Callee callee = in_table(state, pc[1], fp[pc->b]);
  if (callee.func == nullptr) [[unlikely]] return stop(state, fp, pc, callee.trap);
  replace_frame(fp, pc, state, callee.func);
  const auto* to = static_cast<const Inst*>(callee.func->entry);
  [[clang::musttail]] return to->handler(fp, to, memory_of(callee.func, mem), state, acc, facc);
}
WCOMP_HANDLER void return_call_ref(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const FuncInst* f = by_reference(state, fp[pc->b]);
  if (f == nullptr) [[unlikely]] [[clang::musttail]] return trap<TrapCode::null_function_reference>(fp, pc, mem, state, acc, facc);
  replace_frame(fp, pc, state, f);
  const auto* to = static_cast<const Inst*>(f->entry);
  [[clang::musttail]] return to->handler(fp, to, memory_of(f, mem), state, acc, facc);
}
WCOMP_HANDLER void return_elsewhere(u64* fp, const Inst* pc, std::uint8_t*, RunState* state, u64 acc, double facc) {
  auto* mem = static_cast<std::uint8_t*>(const_cast<void*>(pc->pointer2));
  const auto* to = static_cast<const Inst*>(pc[1].pointer);
  [[clang::musttail]] return to->handler(fp, to, mem, state, acc, facc);
}

WCOMP_HANDLER void jump_if_null(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  if (fp[pc->a] == 0) [[clang::musttail]] return jump_back(fp, pc, mem, state, acc, facc);
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}
WCOMP_HANDLER void jump_if_not_null(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  if (fp[pc->a] != 0) [[clang::musttail]] return jump_back(fp, pc, mem, state, acc, facc);
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}
WCOMP_HANDLER void ref_as_non_null(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const Ref ref = fp[pc->b];
  if (ref == 0) [[unlikely]] [[clang::musttail]] return trap<TrapCode::null_reference>(fp, pc, mem, state, acc, facc);
  fp[pc->a] = ref;
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}

WCOMP_HANDLER void throw_tag(u64* fp, const Inst* pc, std::uint8_t*, RunState* state, u64, double) {
  if (!raise(state, fp, pc, *static_cast<const TagInst*>(pc[1].pointer), fp + pc->a, 0)) return;
  const auto& to = static_cast<Stop*>(state->backend)->landing;
  [[clang::musttail]] return to.pc->handler(to.fp, to.pc, to.mem, state, 0, 0);
}
WCOMP_HANDLER void throw_ref(u64* fp, const Inst* pc, std::uint8_t*, RunState* state, u64, double) {
  if (!raise(state, fp, pc, fp[pc->a])) return;
  const auto& to = static_cast<Stop*>(state->backend)->landing;
  [[clang::musttail]] return to.pc->handler(to.fp, to.pc, to.mem, state, 0, 0);
}

}  // namespace wcomp::engine::interp
