// Instructions as text, flat or folded.
#pragma once

#include <span>

#include "core/branch_hints.h"
#include "core/expr_reader.h"
#include "core/operand_text.h"
#include "core/print.h"
#include "core/text_ids.h"

namespace wcomp::core {

struct CodeText {
  const Module& module;
  const ModuleIds& ids;
  const Ids& locals;
  const Ids& labels;  ///< by order of opening
  bool is_folded = false;
  OperandText* operands = nullptr;  ///< started for the function; null: none are printed
};

/// What the text of a function has besides its instructions.
struct BodyText {
  std::size_t results = 0;  ///< of the function
  std::size_t indent = 0;
  std::span<const BranchHint> hints;  ///< in ascending order
  bool is_one_line = false;
  std::size_t locals_size = 0;        ///< of the declarations of locals in the binary: where the hints' offsets start
  const TextSink* sink = nullptr;     ///< takes long text before the body's end
};

/// A body without its last `end`, a line for each instruction (or tree of instructions). True: it names data segments.
[[nodiscard]] Result<bool> print_body(std::string& out, const CodeText& text, const Expr& expr, const BodyText& body);

/// Fails where print_body and print_const_expr would.
[[nodiscard]] Result<void> check_expr(const CodeText& text, const Expr& expr);

/// A constant expression in one line of folded instructions: `(i32.const 0)`.
[[nodiscard]] Result<std::string> print_const_expr(const CodeText& text, const Expr& expr);

/// `(param i32 i32) (result i32)`, with a space in front of each part.
[[nodiscard]] std::string print_signature(const Ids& types, const FuncType& type);

}  // namespace wcomp::core
