#pragma once

#include "worker_exports.h"

namespace exports::made::pool::jobs {

class Job {
 public:
  explicit Job(Lease input, std::uint32_t rounds);
  bool step();
  std::uint64_t peek(const Lease& other);
  static Outcome finish(wcomp::Own<Job> self);

 private:
  Lease input_;
  std::uint32_t rounds_;
  std::uint64_t sum_ = 0;
  std::string failure_;
};

}  // namespace exports::made::pool::jobs
