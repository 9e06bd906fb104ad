// Instructions as text, flat or folded.
#pragma once

#include "core/expr_reader.h"
#include "core/print.h"
#include "core/text_ids.h"

namespace wcomp::core {

struct CodeText {
  const Module& module;
  const ModuleIds& ids;
  const Ids& locals;
  const Ids& labels;  ///< by order of opening
  bool is_folded = false;
};

/// A body without its last `end`, a line for each instruction (or tree of instructions), indented by `indent` levels.
[[nodiscard]] Result<void> print_body(std::string& out, const CodeText& text, const Expr& expr, std::size_t results, std::size_t indent);

/// A constant expression in one line of folded instructions: `(i32.const 0)`.
[[nodiscard]] Result<std::string> print_const_expr(const CodeText& text, const Expr& expr);

/// `(param i32 i32) (result i32)`, with a space in front of each part.
[[nodiscard]] std::string print_signature(const FuncType& type);

}  // namespace wcomp::core
