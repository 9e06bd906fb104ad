// Turning a fault of guest code into a trap.
//
// Guest code runs inside a `GuestScope`. A SIGSEGV or SIGBUS whose address lies in one of the scope's guarded memories, on the thread
// that runs it, ends the run; any other fault goes to the handler that was installed before ours, or kills the process as it would have
// without us. The handlers are installed once per process, at the first scope; a program that installs its own later has to pass
// on faults that are not its own. The handler runs on an alternate stack, which every thread that runs guest code gets unless it has one.
//
// A fault of the interpreter ends `GuestScope::run`; while a host function runs, HostScope says that faults are not the guest's. Compiled code has
// a stack of its own: what faults on another one is not the guest, and a fault goes on where a Landing says.
#pragma once

#include <csetjmp>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/backend.h"
#include "engine/memory.h"
#include "engine/wasm_stack.h"

namespace wcomp::engine {

/// What the processor held where it faulted, as far as a back end can use it; zero where it is not known.
struct FaultState {
  std::uint64_t frame_register = 0;  ///< first argument register of the `preserve_none` convention
  std::uint64_t code_register = 0;   ///< the second
  std::uint64_t address = 0;         ///< of the processor's instruction
  // Those that compiled code has its frame, its context and its stack in (engine/jit/context.h).
  std::uint64_t frame = 0, context = 0, stack = 0;
};

/// Where the processor goes on after a fault of compiled code.
struct Landing {
  const WasmStack* stack = nullptr;  ///< the code's
  void (*code)() = nullptr;          ///< gets `run` in the frame pointer's register, and may not use the stack that it has
  void* run = nullptr;
};

/// One run of guest code on this thread. Scopes nest.
class GuestScope {
 public:
  GuestScope(const std::vector<std::unique_ptr<MemInst>>& memories, const RunState& state, const Landing& landing = {})
      : memories_(&memories), state_(&state), entered_from_(innermost_), landing_(landing) {
    if (!has_alternate_stack_) [[unlikely]] make_alternate_stack();
    innermost_ = this;
  }
  ~GuestScope() { innermost_ = entered_from_; }
  GuestScope(const GuestScope&) = delete;
  GuestScope& operator=(const GuestScope&) = delete;

  /// Calls `body(arg)`, for a scope without a Landing. False if a fault ended it; `fault` then says where. Nothing that `body` calls on its way
  /// to guest code may have destructors to run.
  [[nodiscard]] bool run(void (*body)(void*), void* arg);
  FaultState fault;
  bool has_faulted = false;

  /// What the innermost run on this thread shares with its store, also while a host function runs; null if no guest runs.
  [[nodiscard]] static const RunState* running() { return innermost_ == nullptr ? nullptr : innermost_->state_; }

 private:
  friend class HostScope;
  friend struct FaultHandler;
  friend struct StackCopy;  // engine/profiler.cpp
  static void make_alternate_stack();
  static inline thread_local constinit GuestScope* innermost_ = nullptr;
  static inline thread_local constinit bool has_alternate_stack_ = false;

  const std::vector<std::unique_ptr<MemInst>>* memories_;
  const RunState* state_;
  GuestScope* entered_from_;  // the run whose host function began this one
  Landing landing_;
  bool is_in_host_ = false;
  sigjmp_buf jump_;
};

/// Lives while a host function of the interpreter runs: faults are not the guest's then.
class HostScope {
 public:
  HostScope() : guest_(GuestScope::innermost_) { guest_->is_in_host_ = true; }
  ~HostScope() { guest_->is_in_host_ = false; }
  HostScope(const HostScope&) = delete;
  HostScope& operator=(const HostScope&) = delete;

 private:
  GuestScope* guest_;
};

/// Whether this platform and program let us turn faults into traps; if not, memories have to be unguarded.
[[nodiscard]] bool can_catch_faults();

/// Where this thread's native stack is: nothing where that is not known.
struct NativeStack {
  std::uintptr_t low = 0, high = 0;
  static NativeStack find();
};
/// Whether fewer bytes than that of the native stack are left below the caller's frame; false where it is not known (a fiber's stack).
[[nodiscard, gnu::always_inline]] inline bool is_native_stack_short(std::uint64_t bytes) {
  static thread_local constinit NativeStack stack;
  if (stack.high == 0) [[unlikely]] stack = NativeStack::find();
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return here - stack.low < bytes && here < stack.high;
}

}  // namespace wcomp::engine
