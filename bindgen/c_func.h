// A function as C has it, seen by the one who calls it and by the one who writes it alike.
//
//   parameter   numbers, enums, flags and handles by value; `option<t>` as a pointer to its value or NULL; the rest by pointer
//   result      none; what is passed by value as the result; `option<t>`: bool, the value through `*ret`; `result<t, e>`: bool, one of `*ret` and
//               `*err`; the rest through `*ret`
#pragma once

#include <string>
#include <vector>

#include "bindgen/c_abi.h"

namespace wcomp::bindgen {

struct CParam {
  enum class Pass : std::uint8_t { value, pointer, option };
  std::string name;
  const CType* type = nullptr;
  Pass pass = Pass::value;
  bool is_const = false;       ///< by pointer: whoever is called only looks at it
  bool is_handed_over = false; ///< an export's, with --type-ownership owning: the function frees it
  /// What lies behind the pointer.
  [[nodiscard]] const CType& target() const { return pass == Pass::option ? *type->members[1].type : *type; }
};

struct CFunc {
  enum class Return : std::uint8_t { none, value, pointer, option, result };
  const wit::Function* func = nullptr;
  std::string name;
  std::vector<CParam> params;
  const CType* result = nullptr;
  Return returns = Return::none;
  cabi::FuncShape shape;
  NameScope locals;  ///< has the names of the parameters

  /// `bool user_find(const user_string_t *key, uint32_t *ret)`
  [[nodiscard]] std::string declaration() const;
  /// Whether the C function has the core function's signature, value for value.
  [[nodiscard]] bool is_core() const;
};

[[nodiscard]] CFunc c_func(const Model& model, CTypes& types, const CNames& names, const Scope& scope, const FuncModel& func);

}  // namespace wcomp::bindgen
