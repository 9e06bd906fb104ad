#include "engine/fault.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <limits>
#include <mutex>

namespace wcomp::engine {
namespace {

thread_local GuestScope* current_scope = nullptr;
thread_local GuestScope* innermost_scope = nullptr;  // also while a host function runs

constexpr std::size_t alternate_stack_bytes = 64 * 1024;

/// Gives the thread an alternate signal stack, unless it has one, and takes it back at the thread's end.
class AlternateStack {
 public:
  AlternateStack() {
    stack_t old{};
    if (sigaltstack(nullptr, &old) != 0 || (old.ss_flags & SS_DISABLE) == 0) return;
    void* p = mmap(nullptr, alternate_stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return;
    stack_t ours{};
    ours.ss_sp = p;
    ours.ss_size = alternate_stack_bytes;
    if (sigaltstack(&ours, nullptr) != 0) {
      munmap(p, alternate_stack_bytes);
      return;
    }
    base_ = p;
  }
  ~AlternateStack() {
    if (base_ == nullptr) return;
    stack_t now{};
    if (sigaltstack(nullptr, &now) == 0 && now.ss_sp == base_) {
      stack_t off{};
      off.ss_flags = SS_DISABLE;
      sigaltstack(&off, nullptr);
    }
    munmap(base_, alternate_stack_bytes);
  }
  void touch() const {}

 private:
  void* base_ = nullptr;
};

thread_local AlternateStack alternate_stack;

struct sigaction previous_segv, previous_bus;

}  // namespace

struct FaultHandler {
  /// Runs on the thread's own stack, at the place of the instruction that faulted; leaves it for the scope's landing.
  [[noreturn]] static void leave() { siglongjmp(current_scope->landing_, 1); }

  static bool redirect(GuestScope& scope, void* context) {
#if defined(__x86_64__)
    auto& regs = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    auto held = [&](int r) { return static_cast<std::uint64_t>(regs[r]); };
    scope.fault = {held(REG_R12), held(REG_R13), held(REG_RIP), held(REG_RDI), held(REG_RDX), held(REG_RSP)};
    // Below the red zone, and misaligned as it is right after a call.
    auto sp = (static_cast<std::uint64_t>(regs[REG_RSP]) - 512) & ~std::uint64_t{15};
    regs[REG_RSP] = static_cast<greg_t>(sp - 8);
    regs[REG_RIP] = reinterpret_cast<greg_t>(&leave);
    return true;
#elif defined(__aarch64__)
    auto& regs = static_cast<ucontext_t*>(context)->uc_mcontext;
    scope.fault = {};
    regs.sp = (regs.sp - 512) & ~std::uint64_t{15};
    regs.pc = reinterpret_cast<std::uint64_t>(&leave);
    return true;
#else
    return false;
#endif
  }

  static void handle(int signal, siginfo_t* info, void* context) {
    GuestScope* scope = current_scope;
    if (scope != nullptr) {
      for (const auto& m : *scope->memories_) {
        if (m->is_guarded() && m->contains_address(info->si_addr) && redirect(*scope, context)) return;
      }
    }
    pass_on(signal, info, context);
  }

  static void pass_on(int signal, siginfo_t* info, void* context) {
    const struct sigaction& previous = signal == SIGSEGV ? previous_segv : previous_bus;
    if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction != nullptr) {
      previous.sa_sigaction(signal, info, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
      previous.sa_handler(signal);
    } else {
      // The default action, when the instruction faults again.
      struct sigaction fallback {};
      fallback.sa_handler = SIG_DFL;
      sigaction(signal, &fallback, nullptr);
    }
  }

  static bool install() {
#if defined(__x86_64__) || defined(__aarch64__)
    struct sigaction ours {};
    ours.sa_sigaction = &handle;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&ours.sa_mask);
    return sigaction(SIGSEGV, &ours, &previous_segv) == 0 && sigaction(SIGBUS, &ours, &previous_bus) == 0;
#else
    return false;
#endif
  }
};

bool can_catch_faults() {
  static const bool is_installed = FaultHandler::install();
  return is_installed;
}

GuestScope::GuestScope(const std::vector<std::unique_ptr<MemInst>>& memories, const RunState& state)
    : memories_(&memories), state_(&state), outer_(current_scope), entered_from_(innermost_scope) {
  alternate_stack.touch();
  current_scope = this;
  innermost_scope = this;
}

GuestScope::~GuestScope() {
  current_scope = outer_;
  innermost_scope = entered_from_;
}

const RunState* GuestScope::running() { return innermost_scope == nullptr ? nullptr : innermost_scope->state_; }

bool GuestScope::run(void (*body)(void*), void* arg) {
  if (sigsetjmp(landing_, 0) != 0) return false;
  body(arg);
  return true;
}

HostScope::HostScope() : guest_(current_scope) { current_scope = nullptr; }
HostScope::~HostScope() { current_scope = guest_; }

std::uint64_t native_stack_left() {
  struct Bounds {
    std::uintptr_t low = 0, high = 0;
    Bounds() {
      pthread_attr_t attr;
      if (pthread_getattr_np(pthread_self(), &attr) != 0) return;
      void* base = nullptr;
      std::size_t size = 0;
      if (pthread_attr_getstack(&attr, &base, &size) == 0) {
        low = reinterpret_cast<std::uintptr_t>(base);
        high = low + size;
      }
      pthread_attr_destroy(&attr);
    }
  };
  thread_local const Bounds bounds;
  auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (here <= bounds.low || here >= bounds.high) return std::numeric_limits<std::uint64_t>::max();
  return here - bounds.low;
}

}  // namespace wcomp::engine
