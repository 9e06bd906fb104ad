// The two stacks of the validation algorithm: operand types, and open blocks with what they take and give.
// https://webassembly.github.io/spec/core/appendix/algorithm.html#data-structures
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "core/module.h"
#include "core/opcode.h"

namespace wcomp::core {

/// Type of an operand that only exists in unreachable code.
inline constexpr ValType unknown_type{};

using Types = std::span<const ValType>;

struct Frame {
  Opcode opcode = Opcode::block;
  bool is_unreachable = false;
  std::uint32_t br_table_stamp = 0;  ///< the last br_table that named this label
  std::size_t height = 0;            ///< operands below the block
  Types params;
  Types results;
  [[nodiscard]] Types label_types() const { return opcode == Opcode::loop ? params : results; }
};

/// Operations return false where types do not agree and say why in `message`.
class OperandStack {
 public:
  void clear() {
    operands_.clear();
    frames_.clear();
  }
  [[nodiscard]] std::size_t depth() const { return frames_.size(); }
  /// The frame that a label means; 0 is the innermost.
  [[nodiscard]] Frame& frame(std::size_t label = 0) { return frames_[frames_.size() - 1 - label]; }
  [[nodiscard]] std::size_t height() const { return operands_.size(); }
  [[nodiscard]] const std::string& message() const { return message_; }

  void put(ValType t) { operands_.push_back(t); }
  void put(Types ts) { operands_.insert(operands_.end(), ts.begin(), ts.end()); }

  bool take(ValType expected) {
    if (operands_.size() > frames_.back().height && operands_.back() == expected) [[likely]] {
      operands_.pop_back();
      return true;
    }
    ValType actual{};
    return take_any(actual, expected) && (actual == expected || actual == unknown_type || mismatch(expected, actual));
  }
  /// Takes the last first.
  bool take(Types expected) {
    for (std::size_t i = expected.size(); i-- > 0;) {
      if (!take(expected[i])) return false;
    }
    return true;
  }
  /// One operand of whatever type; `expected` is for the message only.
  bool take_any(ValType& actual, ValType expected = unknown_type);
  /// Whether the top is `expected`, without changing what is known of it beyond that: take, then put what a branch leaves.
  bool take_and_put(Types expected) {
    if (!take(expected)) return false;
    put(expected);
    return true;
  }
  /// Like take_and_put, but unknown operands stay unknown (several labels of one br_table).
  bool peek(Types expected);

  void push_frame(Opcode opcode, Types params, Types results) {
    frames_.push_back({.opcode = opcode, .height = operands_.size(), .params = params, .results = results});
    put(params);
  }
  /// The innermost frame's results have to be all that is left in it.
  bool pop_frame(Frame& out);
  void set_unreachable() {
    operands_.resize(frames_.back().height);
    frames_.back().is_unreachable = true;
  }

 private:
  bool mismatch(ValType expected, ValType actual);

  std::vector<ValType> operands_;
  std::vector<Frame> frames_;
  std::string message_;
};

}  // namespace wcomp::core
