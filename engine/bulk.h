// Instructions on memories, tables and segments as plain functions, for any back end to call: bulk operations, growing, element access.
// A trap is a code; nothing is written then. Addresses and counts of 32 bits come widened. https://webassembly.github.io/spec/core/exec/instructions.html#table-instructions
#pragma once

#include "engine/instance.h"

namespace wcomp::engine {

using MaybeTrap = std::optional<TrapCode>;

[[nodiscard]] MaybeTrap memory_init(ModuleInst& inst, std::uint32_t data, std::uint32_t mem, std::uint64_t dst, std::uint64_t src, std::uint64_t n);
[[nodiscard]] MaybeTrap memory_copy(MemInst& dst_mem, MemInst& src_mem, std::uint64_t dst, std::uint64_t src, std::uint64_t n);
[[nodiscard]] MaybeTrap memory_fill(MemInst& mem, std::uint64_t dst, std::uint32_t value, std::uint64_t n);
[[nodiscard]] MaybeTrap table_get(const TableInst& table, std::uint64_t index, Ref& out);
[[nodiscard]] MaybeTrap table_set(TableInst& table, std::uint64_t index, Ref value);
[[nodiscard]] MaybeTrap table_init(ModuleInst& inst, std::uint32_t elem, std::uint32_t table, std::uint64_t dst, std::uint64_t src, std::uint64_t n);
[[nodiscard]] MaybeTrap table_copy(TableInst& dst_table, TableInst& src_table, std::uint64_t dst, std::uint64_t src, std::uint64_t n);
[[nodiscard]] MaybeTrap table_fill(TableInst& table, std::uint64_t dst, Ref value, std::uint64_t n);

}  // namespace wcomp::engine
