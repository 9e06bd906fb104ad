// Turning a fault of guest code into a trap.
//
// Guest code runs inside `GuestScope::run`. A SIGSEGV or SIGBUS whose address lies in one of the scope's guarded memories, on the thread
// that runs it, ends the run; any other fault goes to the handler that was installed before ours, or kills the process as it would have
// without us. The handlers are installed once per process, at the first scope; a program that installs its own later has to pass
// on faults that are not its own. The handler runs on an alternate stack, which every thread that runs guest code gets unless it has one.
#pragma once

#include <csetjmp>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/backend.h"
#include "engine/memory.h"

namespace wcomp::engine {

/// What the processor held where it faulted, as far as a back end can use it; zero where it is not known.
struct FaultState {
  std::uint64_t frame_register = 0;  ///< first argument register of the `preserve_none` convention
  std::uint64_t code_register = 0;   ///< the second
  std::uint64_t address = 0;         ///< of the processor's instruction
  // Those that compiled code has its frame, its context and its stack in (engine/jit/context.h).
  std::uint64_t frame = 0, context = 0, stack = 0;
};

/// One run of guest code on this thread. Scopes nest; while a host function runs the scope is left (see HostScope).
class GuestScope {
 public:
  GuestScope(const std::vector<std::unique_ptr<MemInst>>& memories, const RunState& state);
  ~GuestScope();
  GuestScope(const GuestScope&) = delete;
  GuestScope& operator=(const GuestScope&) = delete;

  /// Calls `body(arg)`. False if a fault ended it; `fault` then says where. Nothing that `body` calls on its way to guest code may
  /// have destructors to run.
  [[nodiscard]] bool run(void (*body)(void*), void* arg);
  FaultState fault;

  /// What the innermost run on this thread shares with its store, also while a host function runs; null if no guest runs.
  [[nodiscard]] static const RunState* running();

 private:
  friend class HostScope;
  friend struct FaultHandler;
  const std::vector<std::unique_ptr<MemInst>>* memories_;
  const RunState* state_;
  GuestScope* outer_;
  GuestScope* entered_from_;  // the run whose host function began this one
  sigjmp_buf landing_;
};

/// Lives while a host function runs: faults are not the guest's then.
class HostScope {
 public:
  HostScope();
  ~HostScope();
  HostScope(const HostScope&) = delete;
  HostScope& operator=(const HostScope&) = delete;

 private:
  GuestScope* guest_;
};

/// Whether this platform and program let us turn faults into traps; if not, memories have to be unguarded.
[[nodiscard]] bool can_catch_faults();

/// Bytes of the native stack that are left below the caller's frame, or a very large number when that is not known (a fiber's stack).
[[nodiscard]] std::uint64_t native_stack_left();

}  // namespace wcomp::engine
