// The seam behind which functions are executed. A back end turns functions into whatever it runs and runs them on the store's stack of
// slots; everything else of the engine (instances, limits, calls from and to the host) is common.
//
// A frame begins with the arguments, which are the first locals; the results replace them from the frame's first slot on. What lies at
// `FuncInst::header` and beyond is the back end's.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "wcomp/backend.h"
#include "wcomp/trap.h"

namespace wcomp::engine {

struct FuncInst;
struct StoreImpl;

/// What running code of one store shares with the store. The atomics may be written by another thread (Store::interrupt).
struct RunState {
  /// A frame must not reach beyond this slot; null makes the next call look at `is_interrupted`. At first it is near, so that it is known
  /// which stacks were never used far: the first frame beyond it moves it to `end_of_stack`.
  std::atomic<std::uint64_t*> stack_limit{nullptr};
  std::uint64_t* end_of_stack = nullptr;
  std::atomic<std::uint32_t> is_interrupted{0};
  std::int64_t fuel = 0;              ///< what is left, if the store meters
  std::uint64_t* stack_top = nullptr;  ///< where a nested call may put its frame
  std::uint32_t depth = 0;            ///< nested calls from host functions
  FuncInst* const* funcs = nullptr;   ///< by FuncAddr
  void* backend = nullptr;            ///< the back end's own
  std::uint64_t forward_limit = 0;    ///< see WasmStack::forward_limit
};

class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Called once for each function of the store, before anything can call it; translation may wait for the first call.
  virtual void prepare(FuncInst& f) = 0;
  /// Runs a function with its frame at `frame`, below the stack's limit. A trap carries the frames of this run, innermost first, after
  /// those that it had already.
  [[nodiscard]] virtual Result<void, Trap> run(FuncInst& f, std::uint64_t* frame) = 0;
};

/// The interpreter (engine/interp/), which every platform has.
[[nodiscard]] std::unique_ptr<Backend> make_interpreter(StoreImpl& store);

/// Why there is no compiler for the machine this runs on, in words for people; empty: there is one.
[[nodiscard]] std::string_view why_no_compiler();
/// The kind that a choice stands for: never `automatic`.
[[nodiscard]] BackendKind resolve(BackendKind choice);
/// What StoreOptions::backend asks for; the interpreter if there is no compiler.
[[nodiscard]] std::unique_ptr<Backend> make_backend(StoreImpl& store);

}  // namespace wcomp::engine
