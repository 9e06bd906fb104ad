// Validation of code: bodies of functions and constant expressions, by the algorithm of the specification's appendix.
//
// A body is read once, front to back, with a stack of operand types and a stack of open blocks. Most instructions are their row's
// signature: take the parameters, put the results. The others have a rule of their own in instr_rules.cpp. After an instruction that never
// falls through, the rest of its block is typed with a stack that gives whatever is asked for (`unknown`).
// https://webassembly.github.io/spec/core/appendix/algorithm.html
//
// The instructions that most code consists of do not come that far: core/shortcuts.h.
//
// Cost: linear in the size of the body; a stack is at most limits::operands high and a label of a br_table is checked once for each block.
#pragma once

#include <memory>

#include "core/validation_context.h"

namespace wcomp::core {

/// Validates bodies one after the other; keeps its stacks' memory between them.
class FuncValidator {
 public:
  /// The context has to live as long as this.
  explicit FuncValidator(const ValidationContext& context);
  ~FuncValidator();
  FuncValidator(const FuncValidator&) = delete;
  FuncValidator& operator=(const FuncValidator&) = delete;
  /// `func` is a function that the module defines.
  [[nodiscard]] Result<void> check(FuncIdx func);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A constant expression that gives one `expected`. Globals before `globals` may be read. Places in the failure have no path.
[[nodiscard]] Result<void> check_const_expr(const ValidationContext& context, const Expr& expr, ValType expected, std::size_t globals);

}  // namespace wcomp::core
