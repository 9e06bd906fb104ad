// The instructions that most code consists of, validated without the detour over an Instr.
//
// `run` takes as many instructions as it can: those with types of one byte, immediates of ordinary size, and operands that are exactly what is
// asked for. It stops in front of the first instruction that is anything else, be it rare, in unreachable code, about references or simply
// wrong, and leaves everything as it was; InstrRules then judges that one. So a shortcut never refuses, says nothing about mistakes, and has
// to do the same as the rule it shortens: tests/core/shortcuts_test.cpp runs both on the same bodies.
#pragma once

#include <array>

#include "core/expr_reader.h"
#include "core/local_types.h"
#include "core/operand_stack.h"
#include "core/validation_context.h"

namespace wcomp::core {

class Shortcuts {
 public:
  /// The context has to live as long as this.
  explicit Shortcuts(const ValidationContext& context);
  /// On to the first instruction that has to be judged by the rules, or to the end of the code.
  void run(ExprReader& in, OperandStack& stack, const LocalTypes& locals) const;

 private:
  enum class Kind : std::uint8_t {
    none, unary, binary, load, store, i32_const, i64_const, local_get, local_set, local_tee, global_get, global_set, drop, select,
    block, loop, if_, else_, end, br, br_if, return_, unreachable, call, call_indirect, nop,
  };
  struct Row {
    Kind kind = Kind::none;
    std::uint8_t max_align = 0;  ///< log2, of loads and stores
    ValType a{}, b{};            ///< what is taken, last first
    ValType result{};
  };
  struct Cursor;

  void fill(const OpcodeRow& row);
  bool control(Kind kind, Cursor& at) const;
  bool call(const FuncType& type, Cursor& at) const;

  const Module& m_;
  bool has_plain_mem_ = false;    ///< memory 0 has 32-bit addresses
  bool has_plain_table_ = false;  ///< so has table 0, and holds functions
  std::array<bool, 5> has_plain_type_{};  ///< v128, f64, f32, i64, i32: whether the features have it
  std::array<Row, 256> rows_{};
};

}  // namespace wcomp::core
