// Types and opcodes back to bytes: the one place for it. https://webassembly.github.io/spec/core/binary/types.html
#pragma once

#include "base/bytes.h"
#include "core/module.h"
#include "core/opcode.h"

namespace wcomp::core {

void write_opcode(ByteWriter& out, Opcode o);
/// In front of a table's type: an expression for its elements follows the type.
inline constexpr std::uint8_t has_initializer_byte = 0x40;
/// In place of the kind of an import without a name: it is a group, of names with a type each or of names of one type.
inline constexpr std::uint8_t group_of_items_byte = 0x7f, group_of_one_type_byte = 0x7e;

/// In the shortest form: nullable references to abstract heap types are one byte.
void write_val_type(ByteWriter& out, ValType t);
void write_heap_type(ByteWriter& out, HeapType t);
void write_limits(ByteWriter& out, const Limits& l);
void write_table_type(ByteWriter& out, const TableType& t);
void write_global_type(ByteWriter& out, const GlobalType& t);

}  // namespace wcomp::core
