// An executable decodes no instructions but those of constant expressions, which globals, tables and segments begin with: bodies stay out of it. So its
// table of instructions has only these, where all of them with their names would be 30 KB.
#include "core/opcode.h"

#include <algorithm>
#include <array>

namespace wcomp::core {

namespace {

/// Those that core/validate_const.cpp lets pass.
constexpr bool is_constant(const OpcodeRow& row) {
  switch (row.opcode) {
    case Opcode::end:
    case Opcode::i32_const:
    case Opcode::i64_const:
    case Opcode::f32_const:
    case Opcode::f64_const:
    case Opcode::v128_const:
    case Opcode::global_get:
    case Opcode::ref_null:
    case Opcode::ref_func:
    case Opcode::i32_add:
    case Opcode::i32_sub:
    case Opcode::i32_mul:
    case Opcode::i64_add:
    case Opcode::i64_sub:
    case Opcode::i64_mul:
      return true;
    default:
      return false;
  }
}

constexpr OpcodeRow all_rows[] = {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) OpcodeRow{Opcode::name, text, Immediate::immediate, signature, Feature::feature, 0, 0},
#include "core/opcodes.def"
#undef WCOMP_OPCODE
};
constexpr auto rows = [] {
  std::array<OpcodeRow, std::ranges::count_if(all_rows, is_constant)> out{};
  std::ranges::copy_if(all_rows, out.begin(), is_constant);
  return out;
}();

}  // namespace

const OpcodeRow* find_opcode(std::uint16_t code) {
  const auto row = std::ranges::find(rows, static_cast<Opcode>(code), &OpcodeRow::opcode);
  return row == rows.end() ? nullptr : &*row;
}

std::span<const OpcodeRow> opcode_rows() { return rows; }

}  // namespace wcomp::core
