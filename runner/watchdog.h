// `--timeout`: stops a guest that runs too long.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "wcomp/trap.h"

namespace wcomp::runner {

/// Counts from its construction. When the time is over the guest is interrupted; a guest that waits where it cannot be interrupted (a
/// disk that does not answer) is given a moment, then the process ends with the status of a trap. Does nothing without a time.
class Watchdog {
 public:
  /// `end_process` ends the process and is given what the guest shall have ended with; it is called on a thread of the watchdog, while others may hold any lock.
  Watchdog(std::optional<std::chrono::milliseconds> time, void (*end_process)(const Trap&));
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// How to interrupt the guest, which must outlive the watchdog or a call of `set_guest({})`.
  void set_guest(std::function<void()> interrupt);
  /// Says in the trap of an interrupted guest which option was the reason.
  [[nodiscard]] Trap explain(Trap trap);
  /// What a run came to: a guest that was interrupted while it waited may end as if all were well.
  [[nodiscard]] Result<int, Trap> judge(Result<int, Trap> status);

 private:
  void watch(std::chrono::milliseconds time, void (*end_process)(const Trap&));
  [[nodiscard]] std::string reason() const;

  std::mutex mutex_;
  std::condition_variable ended_;
  std::function<void()> interrupt_;
  std::string time_;
  bool is_over_ = false;
  bool has_ended_ = false;
  std::thread thread_;
};

/// The guest that a watchdog may interrupt, as long as this lives.
class Watched {
 public:
  Watched(Watchdog& watchdog, std::function<void()> interrupt) : watchdog_(watchdog) { watchdog_.set_guest(std::move(interrupt)); }
  ~Watched() { watchdog_.set_guest({}); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 private:
  Watchdog& watchdog_;
};

}  // namespace wcomp::runner
