// The operands on the stack after each instruction of a body, as text: for people who read code.
#pragma once

#include <memory>
#include <string>

#include "core/expr_reader.h"
#include "core/module.h"

namespace wcomp::core {

class OperandText {
 public:
  /// The module has to live as long as this. Fails when it is not valid, whatever features it uses.
  [[nodiscard]] static Result<std::unique_ptr<OperandText>> of(const Module& module);
  ~OperandText();
  OperandText(const OperandText&) = delete;
  OperandText& operator=(const OperandText&) = delete;

  void start(FuncIdx func);
  /// The instruction is the next one of the function. `[i32 i64]`: what the innermost block has, its last operand on the right. Of many
  /// operands the last ones, so that the text grows as the code does.
  [[nodiscard]] std::string after(const Instr& instr);

 private:
  struct Impl;
  explicit OperandText(const Module& module);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wcomp::core
