// The canonical built-ins of canons.def.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "component/features.h"

namespace wcomp::component {

enum class BuiltIn : std::uint8_t {
#define WCOMP_CANON(name, opcode, text, immediates, signature, options, feature) name,
#include "component/canons.def"
#undef WCOMP_CANON
};

struct BuiltInRow {
  BuiltIn built_in;
  std::uint8_t opcode;
  std::string_view text;           ///< `stream.read`
  std::string_view immediates;     ///< letters of canons.def
  std::string_view signature;      ///< letters of canons.def
  std::string_view options;        ///< letters of canons.def
  std::string_view feature;        ///< as on the command line; empty: nothing turns it on yet
  bool Features::* enabled_by;     ///< null: likewise
};
[[nodiscard]] const BuiltInRow& row_of(BuiltIn b);
/// Null: there is none.
[[nodiscard]] const BuiltInRow* find_built_in(std::uint8_t opcode);
[[nodiscard]] const BuiltInRow* find_built_in(std::string_view text);

}  // namespace wcomp::component
