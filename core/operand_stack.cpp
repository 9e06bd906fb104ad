#include "core/operand_stack.h"

#include <fmt/format.h>

namespace wcomp::core {

bool OperandStack::take_any(ValType& actual, ValType expected) {
  const Frame& frame = frames_.back();
  if (operands_.size() == frame.height) {
    actual = unknown_type;
    if (frame.is_unreachable) return true;
    message_ = expected == unknown_type ? std::string("an operand is missing, the stack is empty")
                                        : fmt::format("expected {}, found nothing on the stack", to_string(expected));
    return false;
  }
  actual = operands_.back();
  operands_.pop_back();
  return true;
}

bool OperandStack::peek(Types expected) {
  const Frame& frame = frames_.back();
  std::size_t top = operands_.size();
  for (std::size_t i = expected.size(); i-- > 0;) {
    if (top == frame.height) {
      if (frame.is_unreachable) return true;
      message_ = fmt::format("expected {}, found nothing on the stack", to_string(expected[i]));
      return false;
    }
    const ValType actual = operands_[--top];
    if (actual != expected[i] && actual != unknown_type) return mismatch(expected[i], actual);
  }
  return true;
}

bool OperandStack::pop_frame(Frame& out) {
  if (!take(frames_.back().results)) return false;
  out = frames_.back();
  if (operands_.size() != out.height) {
    message_ = fmt::format("values remaining on stack at the end of a block: {} too many", operands_.size() - out.height);
    return false;
  }
  frames_.pop_back();
  return true;
}

bool OperandStack::mismatch(ValType expected, ValType actual) {
  message_ = fmt::format("expected {}, found {}", to_string(expected), to_string(actual));
  return false;
}

}  // namespace wcomp::core
