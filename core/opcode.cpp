#include "core/opcode.h"

#include <array>
#include <iterator>

namespace wcomp::core {
namespace {

/// The width is in the name: after `load` or `store` (extending loads of vectors name lanes and their number), or else the type's.
constexpr std::uint8_t access_bytes(std::string_view text, Immediate immediate) {
  if (immediate != Immediate::mem_arg && immediate != Immediate::mem_arg_lane) return 0;
  const std::string_view operation = text.substr(text.find('.'));
  const auto has = [&](std::string_view part) { return operation.find(part) != operation.npos; };
  if (has("8x8") || has("16x4") || has("32x2") || has("64")) return 8;
  if (has("16")) return 2;
  if (has("32")) return 4;
  if (has("8")) return 1;
  if (text.starts_with("v128")) return 16;
  return text.substr(1, 2) == "32" ? 4 : 8;
}

/// From the shape in the name (`i16x8.`), or the width that a lane of memory has.
constexpr std::uint8_t lane_count(std::string_view text, Immediate immediate) {
  if (immediate == Immediate::lanes16) return 32;  // two vectors of 16 bytes
  if (immediate == Immediate::mem_arg_lane) return static_cast<std::uint8_t>(16 / access_bytes(text, immediate));
  if (immediate != Immediate::lane) return 0;
  const std::string_view shape = text.substr(0, text.find('.'));
  return shape == "i8x16" ? 16 : static_cast<std::uint8_t>(shape.back() - '0');
}

constexpr OpcodeRow rows[] = {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature)                                                                 \
  OpcodeRow{Opcode::name, text, Immediate::immediate, signature, Feature::feature, access_bytes(text, Immediate::immediate), \
            lane_count(text, Immediate::immediate)},
#include "core/opcodes.def"
#undef WCOMP_OPCODE
};

constexpr std::uint16_t no_row = 0xffff;

// Numbers of rows by opcode: single bytes first, then those behind the prefixes 0xfc and 0xfd.
constexpr std::size_t fc_base = 0x100, fc_count = 0x20, fd_base = fc_base + fc_count, fd_count = 0x120;
constexpr std::size_t slot_of(std::uint16_t code) {
  if (code < 0x100) return code;
  if (code >= 0xc000 && code < 0xc000 + fc_count) return fc_base + (code - 0xc000u);
  if (code >= 0xd000 && code < 0xd000 + fd_count) return fd_base + (code - 0xd000u);
  return no_row;
}
constexpr auto row_numbers = [] {
  std::array<std::uint16_t, fd_base + fd_count> numbers{};
  numbers.fill(no_row);
  for (std::size_t i = 0; i < std::size(rows); ++i) numbers[slot_of(static_cast<std::uint16_t>(rows[i].opcode))] = static_cast<std::uint16_t>(i);
  return numbers;
}();

}  // namespace

const OpcodeRow* find_opcode(std::uint16_t code) {
  const std::size_t slot = slot_of(code);
  if (slot == no_row || row_numbers[slot] == no_row) return nullptr;
  return &rows[row_numbers[slot]];
}

std::span<const OpcodeRow> opcode_rows() { return rows; }

}  // namespace wcomp::core
