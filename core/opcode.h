// The opcode table as C++: an enum of all instructions and their rows. Source: core/opcodes.def.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/features.h"

namespace wcomp::core {

/// What follows an opcode in the binary.
enum class Immediate : std::uint8_t {
  none, block_type, label, label_table, func, type_table, type, tag, try_table, local, global, table, table_table, heap_type, func_ref,
  select_types, mem_arg, mem_arg_lane, lane, lanes16, mem, mem_mem, data_mem, data, elem_table, elem, i32_const, i64_const, f32_const,
  f64_const, v128_const,
};

/// Enumerators are the instruction names with `.` and `/` as `_`, keywords with a trailing `_` (`if_`, `return_`).
/// The value is the opcode; those behind a prefix 0xfX are 0xX000 + sub-opcode (see `opcode_behind`).
enum class Opcode : std::uint16_t {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) name = code,
#include "core/opcodes.def"
#undef WCOMP_OPCODE
};

struct OpcodeRow {
  Opcode opcode;
  std::string_view text;       ///< `i32.add`
  Immediate immediate;
  std::string_view signature;  ///< `ai:i`: params, colon, results, by the letters of opcodes.def; empty for rows the validator types by rule
  Feature feature;
  std::uint8_t access_bytes;  ///< loads and stores: bytes of memory that they touch; 0 for others
  std::uint8_t lanes;         ///< rows with lane immediates: how many lanes there are to choose from; 0 for others
};

/// The code of an instruction behind a prefix byte (0xfb to 0xfe); nothing for numbers that no table could hold.
[[nodiscard]] constexpr std::optional<std::uint16_t> opcode_behind(std::uint8_t prefix, std::uint32_t number) {
  if (number > 0xfff) return std::nullopt;
  return static_cast<std::uint16_t>((prefix & 0xfu) << 12 | number);
}
/// The prefix byte of a code, 0 if it has none; the number behind it is the code's low 12 bits.
[[nodiscard]] constexpr std::uint8_t prefix_of(Opcode o) {
  const auto code = static_cast<std::uint16_t>(o);
  return code < 0x100 ? std::uint8_t{0} : static_cast<std::uint8_t>(0xf0 | code >> 12);
}
[[nodiscard]] constexpr std::uint16_t number_of(Opcode o) {
  const auto code = static_cast<std::uint16_t>(o);
  return code < 0x100 ? code : code & 0xfff;
}

/// The row, or nullptr for a number that is no instruction.
[[nodiscard]] const OpcodeRow* find_opcode(std::uint16_t code);

/// All rows, in the order of opcodes.def.
[[nodiscard]] std::span<const OpcodeRow> opcode_rows();

}  // namespace wcomp::core
