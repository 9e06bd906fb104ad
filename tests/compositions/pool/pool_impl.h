#pragma once

#include "pool_exports.h"

namespace exports::made::pool::buffers {

class Lease {
 public:
  explicit Lease(std::uint32_t size);
  ~Lease();
  std::uint32_t slot();
  wcomp::Result<std::uint32_t, std::string> write(std::span<const std::uint8_t> data);
  std::uint64_t sum();
  static std::tuple<wcomp::Own<Lease>, wcomp::Own<Lease>> swap(wcomp::Own<Lease> a, wcomp::Own<Lease> b);

 private:
  std::uint32_t slot_;
  std::size_t size_, used_ = 0;
};

}  // namespace exports::made::pool::buffers
