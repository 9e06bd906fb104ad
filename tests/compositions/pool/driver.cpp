// Makes leases and jobs, lets them end in every way, and says which buffers are free.
#include <variant>

#include "driver_exports.h"

namespace exports::made::pool::driver {

namespace {

using namespace ::made::pool::buffers;
using namespace ::made::pool::jobs;
using ::made::pool::buffers::Lease;

void show(std::vector<std::string>& out, const char* when) {
  const State s = look();
  std::string text = std::string(when) + ": " + std::to_string(s.slots) + " slots, " + std::to_string(s.leases) + " leases, free";
  for (const std::uint32_t i : s.free) text += " " + std::to_string(i);
  out.push_back(std::move(text));
}

}  // namespace

std::vector<std::string> drive(std::uint32_t rounds) {
  std::vector<std::string> out;
  {
    Lease a(64), b(32);
    (void)a.write(std::vector<std::uint8_t>{1, 2, 3});
    const auto refused = b.write(std::vector<std::uint8_t>(40, 1));
    out.push_back(refused ? "fits" : refused.error());
    std::tie(a, b) = Lease::swap(std::move(a), std::move(b));
    out.push_back(std::to_string(a.slot()) + " " + std::to_string(b.slot()) + " " + std::to_string(a.sum()) + " " + std::to_string(b.sum()));
    show(out, "swapped");
    const Job job(std::move(a), 3);
    job.step();
    out.push_back("peek " + std::to_string(job.peek(b)));
    show(out, "working");
  }
  show(out, "all ended");
  for (std::uint32_t r = 0; r < rounds; ++r) {
    std::vector<Job> jobs;
    for (std::uint32_t i = 0; i < 12; ++i) jobs.emplace_back(Lease(8 + r % 5 + i % 3 * 12), i % 8);
    if (r == 0) show(out, "twelve jobs");
    std::uint64_t done = 0;
    std::uint32_t failed = 0;
    std::vector<Lease> back;
    for (Outcome& o : chain(std::move(jobs))) {
      if (auto* d = o.get_if<Outcome::Done>()) done += d->value;
      else if (auto* f = o.get_if<Outcome::Failed>()) failed += static_cast<std::uint32_t>(f->value.size());
      else back.push_back(std::move(o.get_if<Outcome::Cancelled>()->value));
    }
    if (r < 3) {
      out.push_back(std::to_string(done) + " done, " + std::to_string(failed) + " letters of failure, " + std::to_string(back.size()) + " given back");
      show(out, "chained");
    }
  }
  show(out, "end");
  return out;
}

std::uint64_t misuse() {
  Lease a(8);
  const std::int32_t handle = a.handle();
  const Job job(std::move(a), 1);
  const Lease gone = Lease::from_handle(handle);
  return job.peek(gone);
}

}  // namespace exports::made::pool::driver
