// Jobs write into the leases that they own.
#include "worker_impl.h"

namespace exports::made::pool::jobs {

Job::Job(Lease input, std::uint32_t rounds) : input_(std::move(input)), rounds_(rounds) {}

bool Job::step() {
  if (rounds_ == 0 || !failure_.empty()) return false;
  const std::vector<std::uint8_t> data(rounds_, static_cast<std::uint8_t>(rounds_ * 3));
  if (auto written = input_.write(data); !written) failure_ = written.error();
  sum_ += input_.sum();
  return --rounds_ != 0;
}

std::uint64_t Job::peek(const Lease& other) { return input_.sum() * 1000 + other.sum(); }

Outcome Job::finish(wcomp::Own<Job> self) {
  if (!self->failure_.empty()) return Outcome::Failed{self->failure_};
  if (self->rounds_ != 0) return Outcome::Cancelled{std::move(self->input_)};
  return Outcome::Done{self->sum_};
}

std::vector<Outcome> chain(std::vector<wcomp::Own<Job>> jobs) {
  std::vector<Outcome> out;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    for (std::size_t steps = 0; steps < 4 && jobs[i]->step(); ++steps) {}
    out.push_back(Job::finish(std::move(jobs[i])));
  }
  return out;
}

}  // namespace exports::made::pool::jobs
