// Handlers of instructions that are a call of a function: bulk operations, tables, sizes and growing.
#include "core/numeric.h"
#include "engine/bulk.h"
#include "engine/instance.h"
#include "engine/interp/control_handlers.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;
using u32 = std::uint32_t;

/// The operands of one instruction, where its handler finds them.
struct Args {
  std::uint64_t* fp;
  const Inst* pc;
  [[nodiscard]] ModuleInst& inst() const { return *static_cast<ModuleInst*>(const_cast<void*>(pc[1].pointer)); }
  [[nodiscard]] u32 first_index() const { return static_cast<u32>(pc[1].word2); }
  [[nodiscard]] u32 second_index() const { return static_cast<u32>(pc[1].word2 >> 32); }
  [[nodiscard]] u32 a() const { return static_cast<u32>(fp[pc->a]); }
  [[nodiscard]] u32 b() const { return static_cast<u32>(fp[pc->b]); }
  [[nodiscard]] u32 c() const { return static_cast<u32>(fp[pc->c]); }
  void result(u32 v) const { fp[pc->a] = v; }
  [[nodiscard]] MemInst& mem(u32 i) const { return *inst().mems[i]; }
  [[nodiscard]] TableInst& table(u32 i) const { return *inst().tables[i]; }
};

// With a result: a is its slot, b and c the operands'. Without: a, b, c are the operands'.
MaybeTrap run(core::Op<Opcode::memory_size>, Args x) { return x.result(x.mem(x.first_index()).pages()), std::nullopt; }
MaybeTrap run(core::Op<Opcode::memory_grow>, Args x) {
  MemInst& mem = x.mem(x.first_index());
  const std::int32_t old = mem.grow(x.b());
  x.result(static_cast<u32>(old));
  return old == -1 && mem.budget().must_trap() ? MaybeTrap(TrapCode::limit_exceeded) : std::nullopt;
}
MaybeTrap run(core::Op<Opcode::memory_init>, Args x) {
  return memory_init(x.inst(), x.first_index(), x.second_index(), x.a(), x.b(), x.c());
}
MaybeTrap run(core::Op<Opcode::memory_copy>, Args x) {
  return memory_copy(x.mem(x.first_index()), x.mem(x.second_index()), x.a(), x.b(), x.c());
}
MaybeTrap run(core::Op<Opcode::memory_fill>, Args x) { return memory_fill(x.mem(x.first_index()), x.a(), x.b(), x.c()); }
MaybeTrap run(core::Op<Opcode::data_drop>, Args x) { return x.inst().datas[x.first_index()] = {}, std::nullopt; }
MaybeTrap run(core::Op<Opcode::elem_drop>, Args x) { return x.inst().elems[x.first_index()] = {}, std::nullopt; }
MaybeTrap run(core::Op<Opcode::table_get>, Args x) { return table_get(x.table(x.first_index()), x.b(), x.fp[x.pc->a]); }
MaybeTrap run(core::Op<Opcode::table_set>, Args x) { return table_set(x.table(x.first_index()), x.a(), x.fp[x.pc->b]); }
MaybeTrap run(core::Op<Opcode::table_size>, Args x) {
  return x.result(static_cast<u32>(x.table(x.first_index()).elements.size())), std::nullopt;
}
MaybeTrap run(core::Op<Opcode::table_grow>, Args x) {
  TableInst& table = x.table(x.first_index());
  const std::int32_t old = table.grow(x.c(), x.fp[x.pc->b]);
  x.result(static_cast<u32>(old));
  return old == -1 && table.budget->must_trap() ? MaybeTrap(TrapCode::limit_exceeded) : std::nullopt;
}
MaybeTrap run(core::Op<Opcode::table_fill>, Args x) { return table_fill(x.table(x.first_index()), x.a(), x.fp[x.pc->b], x.c()); }
MaybeTrap run(core::Op<Opcode::table_init>, Args x) {
  return table_init(x.inst(), x.first_index(), x.second_index(), x.a(), x.b(), x.c());
}
MaybeTrap run(core::Op<Opcode::table_copy>, Args x) {
  return table_copy(x.table(x.first_index()), x.table(x.second_index()), x.a(), x.b(), x.c());
}

/// False after a trap. Keeps the callee's locals out of the handler's frame.
template <Opcode O>
[[gnu::noinline]] bool run_or_stop(std::uint64_t* fp, const Inst* pc, RunState* state) {
  MaybeTrap code = run(core::Op<O>{}, Args{fp, pc});
  if (code) stop(state, fp, pc, *code);
  return !code;
}

template <Opcode O>
WCOMP_HANDLER void helper(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state, std::uint64_t, double) {
  if (!run_or_stop<O>(fp, pc, state)) [[unlikely]] return;
  [[clang::musttail]] return pc[2].handler(fp, pc + 2, mem, state, 0, 0);
}

template <Opcode O>
Handler handler_of() {
  if constexpr (requires(Args x) { run(core::Op<O>{}, x); }) return &helper<O>;
  else return nullptr;
}

}  // namespace

Handler helper_handler(Opcode op) {
  switch (op) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case Opcode::name: return handler_of<Opcode::name>();
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return nullptr;
}

}  // namespace wcomp::engine::interp
