// An executable decodes no instructions but those of constant expressions, which globals, tables and segments begin with: bodies stay out of it. So its
// table of instructions has only these, where all of them with their names would be 30 KB.
#include <algorithm>
#include <array>

#include "core/constant.h"

namespace wcomp::core {

namespace {

constexpr OpcodeRow all_rows[] = {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) OpcodeRow{Opcode::name, text, Immediate::immediate, signature, Feature::feature, 0, 0},
#include "core/opcodes.def"
#undef WCOMP_OPCODE
};
constexpr auto rows = [] {
  std::array<OpcodeRow, std::ranges::count_if(all_rows, is_constant, &OpcodeRow::opcode)> out{};
  std::ranges::copy_if(all_rows, out.begin(), is_constant, &OpcodeRow::opcode);
  return out;
}();

}  // namespace

const OpcodeRow* find_opcode(std::uint16_t code) {
  const auto row = std::ranges::find(rows, static_cast<Opcode>(code), &OpcodeRow::opcode);
  return row == rows.end() ? nullptr : &*row;
}

std::span<const OpcodeRow> opcode_rows() { return rows; }

}  // namespace wcomp::core
