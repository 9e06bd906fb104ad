#include "engine/bulk.h"

#include <algorithm>
#include <cstring>

namespace wcomp::engine {
namespace {

bool fits(std::uint64_t offset, std::uint64_t length, std::uint64_t size) { return length <= size && offset <= size - length; }

}  // namespace

MaybeTrap memory_init(ModuleInst& inst, std::uint32_t data, std::uint32_t mem, std::uint64_t dst, std::uint64_t src, std::uint64_t n) {
  ByteSpan bytes = inst.datas[data];
  MemInst& m = *inst.mems[mem];
  if (!fits(src, n, bytes.size()) || !m.is_inside(dst, n)) return TrapCode::out_of_bounds_memory_access;
  if (n != 0) std::memcpy(m.data() + dst, bytes.data() + src, n);
  return {};
}

MaybeTrap memory_copy(MemInst& dst_mem, MemInst& src_mem, std::uint64_t dst, std::uint64_t src, std::uint64_t n) {
  if (!src_mem.is_inside(src, n) || !dst_mem.is_inside(dst, n)) return TrapCode::out_of_bounds_memory_access;
  if (n != 0) std::memmove(dst_mem.data() + dst, src_mem.data() + src, n);
  return {};
}

MaybeTrap memory_fill(MemInst& mem, std::uint64_t dst, std::uint32_t value, std::uint64_t n) {
  if (!mem.is_inside(dst, n)) return TrapCode::out_of_bounds_memory_access;
  if (n != 0) std::memset(mem.data() + dst, static_cast<int>(value & 0xff), n);
  return {};
}

MaybeTrap table_get(const TableInst& table, std::uint64_t index, Ref& out) {
  if (index >= table.elements.size()) return TrapCode::out_of_bounds_table_access;
  out = table.elements[index];
  return {};
}

MaybeTrap table_set(TableInst& table, std::uint64_t index, Ref value) {
  if (index >= table.elements.size()) return TrapCode::out_of_bounds_table_access;
  table.elements[index] = value;
  return {};
}

MaybeTrap table_init(ModuleInst& inst, std::uint32_t elem, std::uint32_t table, std::uint64_t dst, std::uint64_t src, std::uint64_t n) {
  const std::vector<Ref>& refs = inst.elems[elem];
  TableInst& t = *inst.tables[table];
  if (!fits(src, n, refs.size()) || !t.is_inside(dst, n)) return TrapCode::out_of_bounds_table_access;
  std::copy_n(refs.data() + src, n, t.elements.data() + dst);
  return {};
}

MaybeTrap table_copy(TableInst& dst_table, TableInst& src_table, std::uint64_t dst, std::uint64_t src, std::uint64_t n) {
  if (!src_table.is_inside(src, n) || !dst_table.is_inside(dst, n)) return TrapCode::out_of_bounds_table_access;
  if (n != 0) std::memmove(dst_table.elements.data() + dst, src_table.elements.data() + src, n * sizeof(Ref));
  return {};
}

MaybeTrap table_fill(TableInst& table, std::uint64_t dst, Ref value, std::uint64_t n) {
  if (!table.is_inside(dst, n)) return TrapCode::out_of_bounds_table_access;
  std::fill_n(table.elements.data() + dst, n, value);
  return {};
}

}  // namespace wcomp::engine
