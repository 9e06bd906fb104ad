#pragma once

#include "callee_exports.h"

namespace exports::bench::calls::api {

class Counter {
 public:
  explicit Counter(std::uint32_t start) : value_(start) {}
  std::uint32_t inc(std::uint32_t by) { return value_ += by; }

 private:
  std::uint32_t value_;
};

}  // namespace exports::bench::calls::api
