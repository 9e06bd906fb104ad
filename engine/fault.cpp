#include "engine/native_stack.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>

namespace wcomp::engine {
namespace {

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
  /// Runs on the thread's own stack, at the place of the instruction that faulted; leaves it for GuestScope::run.
  [[noreturn]] static void leave() { siglongjmp(GuestScope::innermost_->jump_, 1); }

  /// Whether the processor may be in the guest's code, as far as the stack tells.
  static bool is_in_guest(const GuestScope& scope, void* context) {
    if (scope.landing_.stack == nullptr) return !scope.is_in_host_;
#if defined(__x86_64__)
    const auto sp = static_cast<std::uint64_t>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RSP]);
    const WasmStack& stack = *scope.landing_.stack;
    return sp >= reinterpret_cast<std::uint64_t>(stack.limit()) && sp <= reinterpret_cast<std::uint64_t>(stack.top());
#elif defined(__aarch64__)
    // Code leaves the native stack where it was when the run began, which is what a run says first (engine/jit/runtime.h).
    return static_cast<ucontext_t*>(context)->uc_mcontext.sp == *static_cast<const std::uint64_t*>(scope.landing_.run);
#else
    return false;
#endif
  }

  static bool redirect(GuestScope& scope, void* context) {
#if defined(__x86_64__)
    auto& regs = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    auto held = [&](int r) { return static_cast<std::uint64_t>(regs[r]); };
    scope.fault = {held(REG_R12), held(REG_R13), held(REG_RIP), held(REG_RDI), held(REG_RDX), held(REG_RSP)};
    scope.has_faulted = true;
    if (scope.landing_.code != nullptr) {
      regs[REG_RBP] = reinterpret_cast<greg_t>(scope.landing_.run);
      regs[REG_RIP] = reinterpret_cast<greg_t>(scope.landing_.code);
      return true;
    }
    // Below the red zone, and misaligned as it is right after a call.
    auto sp = (static_cast<std::uint64_t>(regs[REG_RSP]) - 512) & ~std::uint64_t{15};
    regs[REG_RSP] = static_cast<greg_t>(sp - 8);
    regs[REG_RIP] = reinterpret_cast<greg_t>(&leave);
    return true;
#elif defined(__aarch64__)
    auto& regs = static_cast<ucontext_t*>(context)->uc_mcontext;
    scope.fault = {regs.regs[20], regs.regs[21], regs.pc, regs.regs[20], regs.regs[22], regs.regs[28]};
    scope.has_faulted = true;
    if (scope.landing_.code != nullptr) {
      regs.regs[29] = reinterpret_cast<std::uint64_t>(scope.landing_.run);
      regs.pc = reinterpret_cast<std::uint64_t>(scope.landing_.code);
      return true;
    }
    regs.sp = (regs.sp - 512) & ~std::uint64_t{15};
    regs.pc = reinterpret_cast<std::uint64_t>(&leave);
    return true;
#else
    return false;
#endif
  }

  static void handle(int signal, siginfo_t* info, void* context) {
    GuestScope* scope = GuestScope::innermost_;
    if (scope != nullptr && is_in_guest(*scope, context)) {
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

void GuestScope::make_alternate_stack() {
  alternate_stack.touch();
  has_alternate_stack_ = true;
}

bool GuestScope::run(void (*body)(void*), void* arg) {
  if (sigsetjmp(jump_, 0) != 0) return false;
  body(arg);
  return true;
}

NativeStack find_first_stack([[maybe_unused]] bool is_capped) {
#if defined(__linux__)
  constexpr rlim_t always_free = rlim_t{128} << 20;  // nothing is mapped that near below the stack, unless there is no limit
  const std::uint64_t name = ::getauxval(AT_EXECFN);
  rlimit limit{};
  if (name == 0 || ::getrlimit(RLIMIT_STACK, &limit) != 0 || (limit.rlim_cur > always_free && !is_capped)) return {};
  const std::uint64_t page = ::getauxval(AT_PAGESZ);
  const std::uint64_t end = (name + std::strlen(reinterpret_cast<const char*>(name)) + 1 + sizeof(void*) + page - 1) / page * page;
  const NativeStack found{.low = end - std::min(limit.rlim_cur, always_free) / page * page, .high = end};
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (here >= found.low && here < found.high) return found;
#endif
  return {};
}

}  // namespace wcomp::engine
