// What the compiler asks of every operation, out of its row of opcodes.def.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/opcode.h"

namespace wcomp::engine::jit {

struct OpFacts {
  std::uint8_t operands = 0;
  std::array<char, 3> in{};  ///< letters of opcodes.def
  char out = 0;              ///< 0: no result
  core::Immediate immediate{};
  bool has_signature = false;
  bool has_vector = false;   ///< among operands and result
};

inline constexpr std::uint32_t op_groups = 4;  ///< opcodes of one byte, those behind 0xfc, those behind 0xfd, and Pseudo
inline constexpr std::uint32_t ops_per_group = 512;
/// A small number for each operation.
constexpr std::uint32_t dense(std::uint16_t op) {
  const std::uint32_t group = op < 0x100 ? 0 : op < 0xd000 ? 1 : op < 0xf000 ? 2 : 3;
  return group * ops_per_group + (op & (ops_per_group - 1));
}

inline constexpr auto op_facts = [] {
  std::array<OpFacts, op_groups * ops_per_group> all{};
  auto add = [&](std::uint16_t code, std::string_view signature, core::Immediate immediate) {
    OpFacts& f = all[dense(code)];
    f.immediate = immediate;
    const auto colon = signature.find(':');
    if (colon == std::string_view::npos) return;
    f.has_signature = true;
    f.has_vector = signature.find('V') != std::string_view::npos;
    f.operands = static_cast<std::uint8_t>(colon);
    for (std::size_t i = 0; i < colon && i < f.in.size(); ++i) f.in[i] = signature[i];
    if (colon + 1 < signature.size()) f.out = signature[colon + 1];
  };
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) add(code, signature, core::Immediate::immediate);
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  return all;
}();

inline const OpFacts& facts_of(core::Opcode op) { return op_facts[dense(static_cast<std::uint16_t>(op))]; }

}  // namespace wcomp::engine::jit
