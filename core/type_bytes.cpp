#include "core/type_bytes.h"

#include "core/expr_reader.h"

namespace wcomp::core {

void write_opcode(ByteWriter& out, Opcode o) {
  const auto code = static_cast<std::uint16_t>(o);
  if (code < 0x100) {
    out.u8(static_cast<std::uint8_t>(code));
  } else {
    out.u8(prefix_of(o));
    out.leb_u32(number_of(o));
  }
}

void write_heap_type(ByteWriter& out, HeapType t) {
  if (is_concrete(t)) {
    out.leb_s64(type_idx_of(t).value);
  } else {
    out.u8(static_cast<std::uint8_t>(t));
  }
}

void write_val_type(ByteWriter& out, ValType t) {
  if (!is_ref(t) || (is_nullable(t) && !is_concrete_ref(t))) {
    out.u8(static_cast<std::uint8_t>(t));
  } else {
    out.u8(is_nullable(t) ? ref_null_byte : ref_byte);
    write_heap_type(out, heap_type_of(t));
  }
}

void write_limits(ByteWriter& out, const Limits& l) {
  out.u8(static_cast<std::uint8_t>((l.max ? 1 : 0) | (l.is_shared ? 2 : 0) | (l.is_64 ? 4 : 0)));
  out.leb_u64(l.min);
  if (l.max) out.leb_u64(*l.max);
}

void write_table_type(ByteWriter& out, const TableType& t) {
  write_val_type(out, t.element);
  write_limits(out, t.limits);
}

void write_global_type(ByteWriter& out, const GlobalType& t) {
  write_val_type(out, t.type);
  out.u8(t.is_mutable ? 1 : 0);
}

}  // namespace wcomp::core
