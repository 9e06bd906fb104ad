#include "core/operand_stack.h"

#include <fmt/format.h>

#include "core/type_match.h"

namespace wcomp::core {
namespace {

std::string name_of(ValType t) { return t == unknown_ref ? std::string("a reference") : to_string(t); }

}  // namespace

bool OperandStack::take_any(ValType& actual, ValType expected) {
  if (top_ == floor_) {
    actual = unknown_type;
    if (frames_.back().is_unreachable) return true;
    message_ = expected == unknown_type ? std::string("an operand is missing, the stack is empty")
                                        : fmt::format("expected {}, found nothing on the stack", to_string(expected));
    return false;
  }
  actual = *--top_;
  return true;
}

bool OperandStack::take_ref(ValType& actual) {
  if (!take_any(actual)) return false;
  if (actual == unknown_type || is_ref(actual)) return true;
  message_ = fmt::format("expected a reference, found {}", to_string(actual));
  return false;
}

bool OperandStack::check(ValType actual, ValType expected) {
  if (actual == expected || actual == unknown_type || (actual == unknown_ref && is_ref(expected))) return true;
  return matches(m_, actual, expected) || mismatch(expected, actual);
}

bool OperandStack::check(Types actual, Types expected) {
  if (actual.size() != expected.size()) {
    message_ = fmt::format("expected {} values, found {}", expected.size(), actual.size());
    return false;
  }
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (!check(actual[i], expected[i])) return false;
  }
  return true;
}

bool OperandStack::peek(Types expected) {
  const ValType* top = top_;
  for (std::size_t i = expected.size(); i-- > 0;) {
    if (top == floor_) {
      if (frames_.back().is_unreachable) return true;
      message_ = fmt::format("expected {}, found nothing on the stack", to_string(expected[i]));
      return false;
    }
    if (!check(*--top, expected[i])) return false;
  }
  return true;
}

bool OperandStack::pop_frame(Frame& out) {
  if (!take(frames_.back().results)) return false;
  out = frames_.back();
  if (top_ != floor_) {
    message_ = fmt::format("values remaining on stack at the end of a block: {} too many", top_ - floor_);
    return false;
  }
  frames_.pop_back();
  floor_ = begin() + (frames_.empty() ? 0 : frames_.back().height);
  return true;
}

void OperandStack::grow(std::size_t n) {
  const std::size_t used = height();
  const auto floor = floor_ - begin();
  operands_.resize(std::max(2 * operands_.size(), used + n + 16));
  top_ = begin() + used;
  floor_ = begin() + floor;
  end_ = begin() + operands_.size();
}

bool OperandStack::mismatch(ValType expected, ValType actual) {
  message_ = fmt::format("expected {}, found {}", to_string(expected), name_of(actual));
  return false;
}

}  // namespace wcomp::core
