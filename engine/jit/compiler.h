// The back end that runs compiled code: one per store.
//
// An instance gets its context and its functions their entries when one of them is called for the first time; what is never called costs nothing.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/fault.h"
#include "engine/jit/runtime.h"

namespace wcomp::engine::jit {

class Compiler final : public Backend {
 public:
  explicit Compiler(StoreImpl& store);

  [[nodiscard]] std::string_view name() const override { return "jit"; }
  void prepare(FuncInst& f) override;
  [[nodiscard]] Result<void, Trap> run(FuncInst& f, std::uint64_t* frame) override;

  // What code asks for (entry.cpp).
  [[nodiscard]] Outcome help(Context& cx, std::uint64_t* frame, const Record& r, Run& run);
  [[nodiscard]] Outcome call_host(FuncInst& f, std::uint64_t* frame, Run& run);
  [[nodiscard]] Outcome prepare_instance(FuncInst& f, std::uint64_t* frame, Run& run);

 private:
  [[gnu::noinline, gnu::cold]] Trap why_stopped(Run& run, const GuestScope& scope);
  [[gnu::noinline, gnu::cold]] Outcome stop_at_host(Run& run, std::uint64_t* frame, Trap trap);
  void clear_interrupt();
  [[nodiscard]] const LoadedCode* find_code(std::uint64_t address) const;
  /// From a frame to that of its caller; false if the host is the caller.
  [[nodiscard]] bool to_caller(Run::At& at, const Run& run) const;
  void add_frames(Trap& trap, const Run& run) const;
  [[nodiscard]] bool use_fuel(std::uint64_t n);
  /// Finds who catches an exception; `ref` is 0 if there is none yet.
  [[nodiscard]] Outcome raise(Run& run, const Run::At& from, const TagInst& tag, const std::uint64_t* values, std::uint64_t ref);

  StoreImpl& store_;
  Context base_;  ///< of host functions, and of those that were not called yet
  std::vector<std::shared_ptr<const LoadedCode>> codes_;
};

}  // namespace wcomp::engine::jit
