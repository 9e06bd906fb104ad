// The two stacks of the validation algorithm: operand types, and open blocks with what they take and give.
// https://webassembly.github.io/spec/core/appendix/algorithm.html#data-structures
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "core/module.h"
#include "core/opcode.h"

namespace wcomp::core {

/// Type of an operand that only exists in unreachable code.
inline constexpr ValType unknown_type{};
/// The same, of which is known that it is a reference and not null.
inline constexpr ValType unknown_ref{val_type_bits::non_null};

using Types = std::span<const ValType>;

struct Frame {
  Opcode opcode = Opcode::block;
  bool is_unreachable = false;
  std::uint32_t br_table_stamp = 0;  ///< the last br_table that named this label
  std::size_t height = 0;            ///< operands below the block
  std::size_t inits = 0;             ///< locals that had been set when it was opened
  Types params;
  Types results;
  [[nodiscard]] Types label_types() const { return opcode == Opcode::loop ? params : results; }
};

/// Operations return false where types do not agree and say why in `message`.
class OperandStack {
 public:
  /// The module says what concrete references mean; it has to live as long as the stack.
  explicit OperandStack(const Module& m) : m_(m) {}
  OperandStack(const OperandStack&) = delete;
  OperandStack& operator=(const OperandStack&) = delete;

  void clear() {
    top_ = floor_ = begin();
    frames_.clear();
  }
  [[nodiscard]] std::size_t depth() const { return frames_.size(); }
  /// The frame that a label means; 0 is the innermost.
  [[nodiscard]] Frame& frame(std::size_t label = 0) { return frames_[frames_.size() - 1 - label]; }
  /// Those of the innermost frame.
  [[nodiscard]] Types operands() const { return {floor_, top_}; }
  [[nodiscard]] std::size_t height() const { return static_cast<std::size_t>(top_ - begin()); }
  [[nodiscard]] const std::string& message() const { return message_; }

  void put(ValType t) {
    if (top_ == end_) [[unlikely]]
      grow(1);
    *top_++ = t;
  }
  void put(Types ts) {
    if (static_cast<std::size_t>(end_ - top_) < ts.size()) grow(ts.size());
    top_ = std::ranges::copy(ts, top_).out;
  }

  bool take(ValType expected) {
    if (top_ != floor_ && top_[-1] == expected) [[likely]] {
      --top_;
      return true;
    }
    ValType actual{};
    return take_any(actual, expected) && check(actual, expected);
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
  /// One reference of whatever type, or something unknown.
  bool take_ref(ValType& actual);
  /// Whether the top is `expected`, without changing what is known of it beyond that: take, then put what a branch leaves.
  bool take_and_put(Types expected) {
    if (!take(expected)) return false;
    put(expected);
    return true;
  }
  /// Like take_and_put, but the operands stay what they were (several labels of one br_table).
  bool peek(Types expected);
  /// Whether an operand of one type can stand for the other.
  bool check(ValType actual, ValType expected);
  /// The same for lists.
  bool check(Types actual, Types expected);

  void push_frame(Opcode opcode, Types params, Types results, std::size_t inits = 0) {
    frames_.push_back({.opcode = opcode, .height = height(), .inits = inits, .params = params, .results = results});
    floor_ = top_;
    put(params);
  }
  /// The innermost frame's results have to be all that is left in it.
  bool pop_frame(Frame& out);
  void set_unreachable() {
    top_ = floor_;
    frames_.back().is_unreachable = true;
  }

 private:
  friend class Shortcuts;  // works on the pointers themselves

  bool mismatch(ValType expected, ValType actual);
  /// Makes room for `n` more operands.
  void grow(std::size_t n);
  [[nodiscard]] ValType* begin() { return operands_.data(); }
  [[nodiscard]] const ValType* begin() const { return operands_.data(); }

  const Module& m_;
  std::vector<ValType> operands_;  ///< storage; those in use end at top_
  ValType* top_ = nullptr;
  ValType* floor_ = nullptr;  ///< bottom of the innermost frame
  ValType* end_ = nullptr;
  std::vector<Frame> frames_;
  std::string message_;
};

}  // namespace wcomp::core
