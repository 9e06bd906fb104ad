// What all rules of validation know: the module, the features, and what follows from them once for the whole module.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "core/module.h"
#include "core/opcode.h"

namespace wcomp::core {

/// Why something is refused.
struct Refusal {
  DiagCode code;
  std::string message;
};

class ValidationContext {
 public:
  /// Both have to live as long as the context.
  ValidationContext(const Module& m, const Features& f);

  const Module& module;
  const Features& features;
  std::vector<bool> declared_funcs;  ///< by function: may be the operand of ref.func in a body

  /// Whether the features have the instruction.
  [[nodiscard]] bool is_enabled(const OpcodeRow& row) const { return enabled_rows_[index_of(row)]; }
  [[nodiscard]] Refusal disabled(const OpcodeRow& row) const;
  /// Nothing if a type that stands in code or in a definition exists and the features have it.
  [[nodiscard]] std::optional<Refusal> fault_of(ValType t) const;
  [[nodiscard]] std::optional<Refusal> fault_of(HeapType t) const { return fault_of(ref_to(t, true)); }

 private:
  static std::size_t index_of(const OpcodeRow& row) { return static_cast<std::size_t>(&row - opcode_rows().data()); }
  [[nodiscard]] std::optional<Feature> needed_by(ValType t) const;

  std::vector<char> enabled_rows_;
  bool has_all_types_;  ///< no feature that types depend on is off
};

/// The type of addresses, sizes and offsets of a memory or table.
[[nodiscard]] constexpr ValType address_type(const Limits& l) { return l.is_64 ? ValType::i64 : ValType::i32; }

}  // namespace wcomp::core
