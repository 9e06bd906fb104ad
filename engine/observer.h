// Who wants to know what code there is: profilers, which have to name addresses.
#pragma once

#include <atomic>
#include <memory>

namespace wcomp::engine {

namespace jit {
struct LoadedCode;
}
struct FuncInst;
struct ModuleInst;

/// Called by whichever thread runs the guest, right before code runs for the first time.
class CodeObserver {
 public:
  virtual ~CodeObserver() = default;
  /// All functions that the instance's module defines.
  virtual void compiled(const std::shared_ptr<const jit::LoadedCode>& code, const ModuleInst& inst) = 0;
  /// One function, for the interpreter.
  virtual void translated(const FuncInst& f) = 0;
};

/// The process has at most one; it outlives the guests that ran with it.
inline std::atomic<CodeObserver*> code_observer = nullptr;

}  // namespace wcomp::engine
