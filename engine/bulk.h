// Instructions on memories, tables and segments as plain functions, for any back end to call: bulk operations, growing, element access.
// A trap is a code; nothing is written then. https://webassembly.github.io/spec/core/exec/instructions.html#table-instructions
#pragma once

#include "engine/instance.h"

namespace wcomp::engine {

using MaybeTrap = std::optional<TrapCode>;

[[nodiscard]] MaybeTrap memory_init(ModuleInst& inst, std::uint32_t data, std::uint32_t mem, std::uint32_t dst, std::uint32_t src, std::uint32_t n);
[[nodiscard]] MaybeTrap memory_copy(MemInst& dst_mem, MemInst& src_mem, std::uint32_t dst, std::uint32_t src, std::uint32_t n);
[[nodiscard]] MaybeTrap memory_fill(MemInst& mem, std::uint32_t dst, std::uint32_t value, std::uint32_t n);
[[nodiscard]] MaybeTrap table_get(const TableInst& table, std::uint32_t index, Ref& out);
[[nodiscard]] MaybeTrap table_set(TableInst& table, std::uint32_t index, Ref value);
[[nodiscard]] MaybeTrap table_init(ModuleInst& inst, std::uint32_t elem, std::uint32_t table, std::uint32_t dst, std::uint32_t src, std::uint32_t n);
[[nodiscard]] MaybeTrap table_copy(TableInst& dst_table, TableInst& src_table, std::uint32_t dst, std::uint32_t src, std::uint32_t n);
[[nodiscard]] MaybeTrap table_fill(TableInst& table, std::uint32_t dst, Ref value, std::uint32_t n);

}  // namespace wcomp::engine
