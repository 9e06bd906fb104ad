// The signature column of opcodes.def, unpacked.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/opcode.h"
#include "core/val_type.h"

namespace wcomp::core {

/// Stands in a signature for the address type of the memory or table that the instruction names.
inline constexpr ValType address_letter{};

struct Signature {
  bool is_by_rule = true;   ///< none: operands depend on immediates or on the stack
  bool has_address = false;  ///< there is an `address_letter` among the types
  std::uint8_t param_count = 0;
  std::uint8_t result_count = 0;
  std::array<ValType, 3> params{};
  std::array<ValType, 1> results{};
};

[[nodiscard]] constexpr ValType type_of_letter(char letter) {
  switch (letter) {
    case 'i': return ValType::i32;
    case 'I': return ValType::i64;
    case 'f': return ValType::f32;
    case 'F': return ValType::f64;
    case 'V': return ValType::v128;
    default: return address_letter;
  }
}

[[nodiscard]] constexpr Signature unpack_signature(std::string_view text) {
  Signature s;
  s.is_by_rule = text.empty();
  bool in_results = false;
  for (const char c : text) {
    if (c == 'a') s.has_address = true;
    if (c == ':') {
      in_results = true;
    } else if (in_results) {
      s.results[s.result_count++] = type_of_letter(c);
    } else {
      s.params[s.param_count++] = type_of_letter(c);
    }
  }
  return s;
}

/// In the order of the opcode rows.
inline constexpr Signature signatures[] = {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) unpack_signature(signature),
#include "core/opcodes.def"
#undef WCOMP_OPCODE
};

[[nodiscard]] inline const Signature& signature_of(const OpcodeRow& row) {
  return signatures[static_cast<std::size_t>(&row - opcode_rows().data())];
}

}  // namespace wcomp::core
