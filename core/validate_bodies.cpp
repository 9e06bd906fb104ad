#include "core/validate_bodies.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

#include "base/diagnostic.h"
#include "core/validate_func.h"

namespace wcomp::core {
namespace {

/// Code that keeps a thread busy for longer than it takes to start one.
constexpr std::size_t bytes_per_thread = 256 * 1024;
/// What a thread takes at a time.
constexpr std::size_t bytes_per_chunk = 16 * 1024;

/// Hands out runs of functions and keeps the first failure.
class Work {
 public:
  explicit Work(const ValidationContext& context) : c_(context), first_failed_(context.module.funcs.size()) {}

  /// Goes on until nothing is left to do; every thread calls it once.
  void run() {
    try {
      check_all();
    } catch (const std::bad_alloc&) {
      keep(0, Failure(error(diag::limit_exceeded, "not enough memory to validate the module", BinaryPos{{}, c_.module.path, 0})));
    }
  }

  Result<void> result() && {
    if (failure_) return Err(*std::move(failure_));
    return {};
  }

 private:
  void check_all() {
    FuncValidator validator(c_);
    for (;;) {
      const auto [begin, end] = next_chunk();
      if (begin == end) return;
      for (std::size_t i = begin; i < end && i < first_failed_.load(std::memory_order_relaxed); ++i) {
        if (Result<void> done = validator.check(FuncIdx(c_.module.imported_funcs + i)); !done) keep(i, std::move(done).error());
      }
    }
  }

  /// From a function to before another; empty when nothing is left that could fail first.
  std::pair<std::size_t, std::size_t> next_chunk() {
    const std::lock_guard lock(mutex_);
    const std::vector<Func>& funcs = c_.module.funcs;
    const std::size_t begin = next_;
    const std::size_t count = first_failed_.load(std::memory_order_relaxed);
    for (std::size_t bytes = 0; next_ < count && bytes < bytes_per_chunk; ++next_) bytes += funcs[next_].body.code.size();
    return {begin, next_};
  }

  void keep(std::size_t index, Failure failure) {
    const std::lock_guard lock(mutex_);
    if (index >= first_failed_.load(std::memory_order_relaxed)) return;
    first_failed_.store(index, std::memory_order_relaxed);
    failure_ = std::move(failure);
  }

  const ValidationContext& c_;
  std::mutex mutex_;
  std::size_t next_ = 0;                    ///< the first function that no thread has taken
  std::atomic<std::size_t> first_failed_;  ///< changed under the mutex only
  std::optional<Failure> failure_;
};

}  // namespace

Result<void> validate_bodies(const ValidationContext& context, unsigned threads) {
  std::size_t bytes = 0;
  for (const Func& f : context.module.funcs) bytes += f.body.code.size();
  const std::size_t useful = bytes / bytes_per_thread + 1;
  // Asking the system costs more than validating a small module.
  if (threads == 0) threads = useful == 1 ? 1 : std::max(1u, std::thread::hardware_concurrency());
  const std::size_t wanted = std::min<std::size_t>(threads, useful);
  Work work(context);
  {
    std::vector<std::jthread> others;
    try {
      while (others.size() + 1 < wanted) others.emplace_back([&] { work.run(); });
    } catch (const std::system_error&) {
      // No more threads to be had: those that there are do it all.
    }
    work.run();
  }
  return std::move(work).result();
}

}  // namespace wcomp::core
