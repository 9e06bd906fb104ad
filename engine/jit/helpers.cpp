// Instructions that are a call of a function: bulk operations, tables, sizes and growing.
#include "core/numeric.h"
#include "engine/bulk.h"
#include "engine/jit/runtime.h"

namespace wcomp::engine::jit {
namespace {

using core::Opcode;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// The operands of one instruction.
struct Args {
  ModuleInst& inst;
  u64* frame;
  const Record& r;
  [[nodiscard]] u32 first_index() const { return static_cast<u32>(r.imm); }
  [[nodiscard]] u32 second_index() const { return static_cast<u32>(r.imm >> 32); }
  // An operand, which has 64 bits if it is an address of a memory or table that says so.
  [[nodiscard]] u64 get(u32 slot, bool is_64) const { return is_64 ? frame[slot] : static_cast<u32>(frame[slot]); }
  [[nodiscard]] u64 a(bool is_64 = false) const { return get(r.a, is_64); }
  [[nodiscard]] u64 b(bool is_64 = false) const { return get(r.b, is_64); }
  [[nodiscard]] u64 c(bool is_64 = false) const { return get(r.c, is_64); }
  void result(u64 v, bool is_64) const { frame[r.dst] = is_64 ? v : static_cast<u32>(v); }
  /// What growing gave.
  [[nodiscard]] MaybeTrap grown(std::int64_t old, bool is_64, Budget& budget) const {
    result(static_cast<u64>(old), is_64);
    return old == -1 && budget.must_trap() ? MaybeTrap(TrapCode::limit_exceeded) : std::nullopt;
  }
  [[nodiscard]] MemInst& mem(u32 i) const { return *inst.mems[i]; }
  [[nodiscard]] TableInst& table(u32 i) const { return *inst.tables[i]; }
};

MaybeTrap null_trap(bool is_null) { return is_null ? MaybeTrap(TrapCode::null_reference) : std::nullopt; }

}  // namespace

std::optional<TrapCode> run_helper(ModuleInst& inst, u64* frame, const Record& r) {
  const Args x{inst, frame, r};
  switch (static_cast<Opcode>(r.op)) {
    case Opcode::memory_grow: {
      MemInst& mem = x.mem(r.c);
      return x.grown(mem.grow(x.a(mem.is_64())), mem.is_64(), mem.budget());
    }
    case Opcode::memory_init:
      return memory_init(inst, x.first_index(), x.second_index(), x.a(x.mem(x.second_index()).is_64()), x.b(), x.c());
    case Opcode::memory_copy: {
      // A count has 64 bits if both memories have, or tables.
      MemInst& dst = x.mem(x.first_index());
      MemInst& src = x.mem(x.second_index());
      return memory_copy(dst, src, x.a(dst.is_64()), x.b(src.is_64()), x.c(dst.is_64() && src.is_64()));
    }
    case Opcode::memory_fill: {
      MemInst& mem = x.mem(x.first_index());
      return memory_fill(mem, x.a(mem.is_64()), static_cast<u32>(x.b()), x.c(mem.is_64()));
    }
    case Opcode::data_drop: return inst.datas[x.first_index()] = {}, std::nullopt;
    case Opcode::elem_drop: return inst.elems[x.first_index()] = {}, std::nullopt;
    case Opcode::table_get: {
      const TableInst& table = x.table(x.first_index());
      return table_get(table, x.a(table.is_64()), frame[r.dst]);
    }
    case Opcode::table_set: {
      TableInst& table = x.table(x.first_index());
      return table_set(table, x.a(table.is_64()), frame[r.b]);
    }
    case Opcode::table_size: {
      const TableInst& table = x.table(x.first_index());
      return x.result(table.elements.size(), table.is_64()), std::nullopt;
    }
    case Opcode::table_grow: {
      TableInst& table = x.table(x.first_index());
      return x.grown(table.grow(x.b(table.is_64()), frame[r.a]), table.is_64(), *table.budget);
    }
    case Opcode::table_fill: {
      TableInst& table = x.table(x.first_index());
      return table_fill(table, x.a(table.is_64()), frame[r.b], x.c(table.is_64()));
    }
    case Opcode::table_init:
      return table_init(inst, x.first_index(), x.second_index(), x.a(x.table(x.second_index()).is_64()), x.b(), x.c());
    case Opcode::table_copy: {
      TableInst& dst = x.table(x.first_index());
      TableInst& src = x.table(x.second_index());
      return table_copy(dst, src, x.a(dst.is_64()), x.b(src.is_64()), x.c(dst.is_64() && src.is_64()));
    }
    case Opcode::ref_as_non_null:
      frame[r.dst] = frame[r.a];
      return null_trap(frame[r.a] == 0);
    default: check_failed("an operation of register code", __FILE__, __LINE__);
  }
}

}  // namespace wcomp::engine::jit
