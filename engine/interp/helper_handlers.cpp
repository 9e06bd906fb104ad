// Handlers of instructions that are a call of a function: bulk operations, tables, sizes and growing.
#include "core/numeric.h"
#include "engine/bulk.h"
#include "engine/instance.h"
#include "engine/interp/control_handlers.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// The operands of one instruction, where its handler finds them.
struct Args {
  std::uint64_t* fp;
  const Inst* pc;
  [[nodiscard]] ModuleInst& inst() const { return *static_cast<ModuleInst*>(const_cast<void*>(pc[1].pointer)); }
  [[nodiscard]] u32 first_index() const { return static_cast<u32>(pc[1].word2); }
  [[nodiscard]] u32 second_index() const { return static_cast<u32>(pc[1].word2 >> 32); }
  // An operand, which has 64 bits if it is an address of a memory or table that says so.
  [[nodiscard]] u64 a(bool is_64 = false) const { return is_64 ? fp[pc->a] : static_cast<u32>(fp[pc->a]); }
  [[nodiscard]] u64 b(bool is_64 = false) const { return is_64 ? fp[pc->b] : static_cast<u32>(fp[pc->b]); }
  [[nodiscard]] u64 c(bool is_64 = false) const { return is_64 ? fp[pc->c] : static_cast<u32>(fp[pc->c]); }
  void result(u64 v, bool is_64) const { fp[pc->a] = is_64 ? v : static_cast<u32>(v); }
  /// What growing gave.
  [[nodiscard]] MaybeTrap grown(std::int64_t old, bool is_64, Budget& budget) const {
    result(static_cast<u64>(old), is_64);
    return old == -1 && budget.must_trap() ? MaybeTrap(TrapCode::limit_exceeded) : std::nullopt;
  }
  [[nodiscard]] MemInst& mem(u32 i) const { return *inst().mems[i]; }
  [[nodiscard]] TableInst& table(u32 i) const { return *inst().tables[i]; }
};

// With a result: a is its slot, b and c the operands'. Without: a, b, c are the operands'. Of two memories or tables, a count has 64 bits if
// both have.
MaybeTrap run(core::Op<Opcode::memory_size>, Args x) {
  const MemInst& mem = x.mem(x.first_index());
  return x.result(mem.pages(), mem.is_64()), std::nullopt;
}
MaybeTrap run(core::Op<Opcode::memory_grow>, Args x) {
  MemInst& mem = x.mem(x.first_index());
  return x.grown(mem.grow(x.b(mem.is_64())), mem.is_64(), mem.budget());
}
MaybeTrap run(core::Op<Opcode::memory_init>, Args x) {
  return memory_init(x.inst(), x.first_index(), x.second_index(), x.a(x.mem(x.second_index()).is_64()), x.b(), x.c());
}
MaybeTrap run(core::Op<Opcode::memory_copy>, Args x) {
  MemInst& dst = x.mem(x.first_index());
  MemInst& src = x.mem(x.second_index());
  return memory_copy(dst, src, x.a(dst.is_64()), x.b(src.is_64()), x.c(dst.is_64() && src.is_64()));
}
MaybeTrap run(core::Op<Opcode::memory_fill>, Args x) {
  MemInst& mem = x.mem(x.first_index());
  return memory_fill(mem, x.a(mem.is_64()), static_cast<u32>(x.b()), x.c(mem.is_64()));
}
MaybeTrap run(core::Op<Opcode::data_drop>, Args x) { return x.inst().datas[x.first_index()] = {}, std::nullopt; }
MaybeTrap run(core::Op<Opcode::elem_drop>, Args x) { return x.inst().elems[x.first_index()] = {}, std::nullopt; }
MaybeTrap run(core::Op<Opcode::table_get>, Args x) {
  const TableInst& table = x.table(x.first_index());
  return table_get(table, x.b(table.is_64()), x.fp[x.pc->a]);
}
MaybeTrap run(core::Op<Opcode::table_set>, Args x) {
  TableInst& table = x.table(x.first_index());
  return table_set(table, x.a(table.is_64()), x.fp[x.pc->b]);
}
MaybeTrap run(core::Op<Opcode::table_size>, Args x) {
  const TableInst& table = x.table(x.first_index());
  return x.result(table.elements.size(), table.is_64()), std::nullopt;
}
MaybeTrap run(core::Op<Opcode::table_grow>, Args x) {
  TableInst& table = x.table(x.first_index());
  return x.grown(table.grow(x.c(table.is_64()), x.fp[x.pc->b]), table.is_64(), *table.budget);
}
MaybeTrap run(core::Op<Opcode::table_fill>, Args x) {
  TableInst& table = x.table(x.first_index());
  return table_fill(table, x.a(table.is_64()), x.fp[x.pc->b], x.c(table.is_64()));
}
MaybeTrap run(core::Op<Opcode::table_init>, Args x) {
  return table_init(x.inst(), x.first_index(), x.second_index(), x.a(x.table(x.second_index()).is_64()), x.b(), x.c());
}
MaybeTrap run(core::Op<Opcode::table_copy>, Args x) {
  TableInst& dst = x.table(x.first_index());
  TableInst& src = x.table(x.second_index());
  return table_copy(dst, src, x.a(dst.is_64()), x.b(src.is_64()), x.c(dst.is_64() && src.is_64()));
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
