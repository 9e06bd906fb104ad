// The opcode table as C++: an enum of all instructions and their rows. Source: core/opcodes.def.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace wcomp::core {

/// What follows an opcode in the binary.
enum class Immediate : std::uint8_t {
  none, block_type, label, label_table, func, type_table, local, global, table, table_table, ref_type, func_ref, select_types,
  mem_arg, mem, mem_mem, data_mem, data, elem_table, elem, i32_const, i64_const, f32_const, f64_const,
};

/// Enumerators are the instruction names with `.` and `/` as `_`, keywords with a trailing `_` (`if_`, `return_`).
/// The value is the opcode; those behind prefix 0xfc are 0xfc00 + sub-opcode.
enum class Opcode : std::uint16_t {
#define WCOMP_OPCODE(name, text, code, immediate, signature) name = code,
#include "core/opcodes.def"
#undef WCOMP_OPCODE
};

struct OpcodeRow {
  Opcode opcode;
  std::string_view text;       ///< `i32.add`
  Immediate immediate;
  std::string_view signature;  ///< `ii:i`: params, colon, results, by letters i I f F; empty for rows the validator types by rule
  std::uint8_t access_bytes;   ///< loads and stores: bytes of memory that they touch; 0 for others
};

/// The row, or nullptr for a number that is no instruction.
[[nodiscard]] const OpcodeRow* find_opcode(std::uint16_t code);

/// All rows, in the order of opcodes.def.
[[nodiscard]] std::span<const OpcodeRow> opcode_rows();

}  // namespace wcomp::core
