#include "core/opcode.h"

#include <array>

namespace wcomp::core {
namespace {

/// The width is in the name: after `load` or `store`, or else as the type's.
constexpr std::uint8_t access_bytes(std::string_view text, Immediate immediate) {
  if (immediate != Immediate::mem_arg) return 0;
  const std::string_view operation = text.substr(text.find('.'));
  if (operation.find("16") != operation.npos) return 2;
  if (operation.find("32") != operation.npos) return 4;
  if (operation.find('8') != operation.npos) return 1;
  return text.substr(1, 2) == "32" ? 4 : 8;
}

constexpr std::array rows{
#define WCOMP_OPCODE(name, text, code, immediate, signature) \
  OpcodeRow{Opcode::name, text, Immediate::immediate, signature, access_bytes(text, Immediate::immediate)},
#include "core/opcodes.def"
#undef WCOMP_OPCODE
};

constexpr std::uint8_t no_row = 0xff;
static_assert(rows.size() < no_row);

// Numbers of rows by opcode: single bytes first, then those behind prefix 0xfc.
constexpr std::size_t prefixed_count = 0x20;
constexpr auto row_numbers = [] {
  std::array<std::uint8_t, 0x100 + prefixed_count> numbers{};
  numbers.fill(no_row);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto code = static_cast<std::uint16_t>(rows[i].opcode);
    numbers[code < 0x100 ? code : 0x100u + (code - 0xfc00u)] = static_cast<std::uint8_t>(i);
  }
  return numbers;
}();

}  // namespace

const OpcodeRow* find_opcode(std::uint16_t code) {
  std::size_t slot = code;
  if (code >= 0x100) {
    if (code < 0xfc00 || code - 0xfc00u >= prefixed_count) return nullptr;
    slot = 0x100u + (code - 0xfc00u);
  }
  const std::uint8_t number = row_numbers[slot];
  return number == no_row ? nullptr : &rows[number];
}

std::span<const OpcodeRow> opcode_rows() { return rows; }

}  // namespace wcomp::core
