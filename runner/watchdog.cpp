#include "runner/watchdog.h"

#include <fmt/format.h>

namespace wcomp::runner {

Watchdog::Watchdog(std::optional<std::chrono::milliseconds> time, void (*end_process)(const Trap&)) {
  if (!time) return;
  time_ = time->count() % 1000 == 0 ? fmt::format("{} s", time->count() / 1000) : fmt::format("{} ms", time->count());
  thread_ = std::thread([this, t = *time, end_process] { watch(t, end_process); });
}

Watchdog::~Watchdog() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

void Watchdog::watch(std::chrono::milliseconds time, void (*end_process)(const Trap&)) {
  constexpr std::chrono::milliseconds moment(300);
  std::unique_lock lock(mutex_);
  if (ended_.wait_for(lock, time, [this] { return has_ended_; })) return;
  is_over_ = true;
  if (interrupt_) interrupt_();
  if (ended_.wait_for(lock, moment, [this] { return has_ended_; })) return;
  end_process(Trap(TrapCode::interrupted, reason()));
}

void Watchdog::set_guest(std::function<void()> interrupt) {
  const std::lock_guard lock(mutex_);
  interrupt_ = std::move(interrupt);
  if (is_over_ && interrupt_) interrupt_();
}

std::string Watchdog::reason() const { return fmt::format("the {} of `--timeout` are over", time_); }

Trap Watchdog::explain(Trap trap) {
  const std::lock_guard lock(mutex_);
  if (!is_over_ || trap.code() != TrapCode::interrupted) return trap;
  Trap out(trap.code(), trap.message().empty() ? reason() : fmt::format("{}: {}", reason(), trap.message()));
  out.backtrace() = std::move(trap.backtrace());
  return out;
}

Result<int, Trap> Watchdog::judge(Result<int, Trap> status) {
  if (!status) return Err(explain(std::move(status).error()));
  const std::lock_guard lock(mutex_);
  if (is_over_) return Err(Trap(TrapCode::interrupted, reason()));
  return status;
}

}  // namespace wcomp::runner
