// Compiled code while it runs: code in memory, the ways in and out of it, what it calls, and how frames are found.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "engine/code_memory.h"
#include "engine/instance.h"
#include "engine/jit/code_file.h"
#include "engine/jit/context.h"
#include "engine/jit/jit.h"
#include "engine/jit/places.h"

namespace wcomp::engine::jit {

class Compiler;

/// Whether there is something to compile: a program of nothing but machine code (`wcomp compile --code-only`) has left the bodies out.
[[nodiscard]] bool has_bodies(const core::Module& module);

/// A module's code where it can be run. Shared by stores.
struct LoadedCode {
  std::weak_ptr<const core::Module> module;    ///< the code is kept as long as it lives
  CodeObject object;                           ///< what `view` is of, but for the code; empty if somebody else has it
  CodeView view;                               ///< its code is that of `memory`
  std::shared_ptr<const CodeMemory> memory;    // owners: whoever loaded the code

  [[nodiscard]] std::uint64_t begin() const { return reinterpret_cast<std::uint64_t>(view.code.data()); }
  [[nodiscard]] bool contains(std::uint64_t address) const { return address - begin() < view.code.size(); }
  /// The function that the address lies in, by position.
  [[nodiscard]] std::optional<std::uint32_t> find_func(std::uint64_t address) const;
  [[nodiscard]] std::optional<Place> find(std::uint32_t func, std::uint64_t address) const;
  [[nodiscard]] std::span<const CodeHandler> handlers(std::uint32_t func) const;
};

/// A module's code, compiled now or before, by this process or one that left it in the cache: who asks for the same one gets the same. Thread-safe. Errors:
/// limit-exceeded, as `compile`; the system gives no memory for code; unsupported: it would have to be compiled, by a program without a compiler.
[[nodiscard]] Result<std::shared_ptr<const LoadedCode>> load(const core::ValidModule& module, const CompileOptions& options, const cache::Cache* cache = nullptr);

/// Code of a module that was compiled before: `load` gives it to those who ask for its options. Thread-safe.
void provide(std::shared_ptr<LoadedCode> code, const std::shared_ptr<const core::Module>& module);

/// One run, from the host's call to its end. Its first fields are known to assembly (entry.cpp).
struct Run {
  std::uint64_t host_stack = 0;
  std::uint64_t guest_stack = 0;  ///< where the code's stack was when it was left
  struct {
    std::uint64_t stack;
    std::uint64_t* frame;
    Context* context;
    std::uint64_t code;
  } landing;  ///< where a thrown exception goes on
  Compiler* compiler = nullptr;
  std::uint64_t guest_begin = 0;  ///< the code's stack before the run

  /// Where the code is: an address within the operation, its frame, its context, and what is on the code's stack above.
  struct At {
    std::uint64_t pc = 0;
    std::uint64_t stack = 0;
    std::uint64_t* frame = nullptr;
    Context* context = nullptr;
  };
  // What went wrong.
  bool is_set = false;
  TrapCode code{};
  std::optional<Trap> trap;
  At at;
  bool has_own_frame = true;  ///< the innermost frame is one of code
};

/// What C++ answers to assembly.
enum class Outcome : std::uint64_t { go_on, leave, land };

extern "C" {
/// Into code. Returns when the function does, or somebody left.
void wcomp_jit_enter(const FuncInst* f, std::uint64_t* frame, Run* run);
/// Out of code that faulted, with the run in the frame pointer's register: wcomp_jit_enter returns.
void wcomp_jit_fault();
// What code calls or jumps to; they are no functions of C++.
void wcomp_jit_helper_entry();
void wcomp_jit_host_entry();
void wcomp_jit_quick_entry();
void wcomp_jit_lazy_entry();
void wcomp_jit_restore();
// What those call.
Outcome wcomp_jit_helper(Context* cx, std::uint64_t* frame, const Record* r, Run* run);
Outcome wcomp_jit_host(FuncInst* f, std::uint64_t* frame, Run* run);
Outcome wcomp_jit_prepare(FuncInst* f, std::uint64_t* frame, Run* run);
}

/// What the helper of an opcode does (helpers.cpp).
[[nodiscard]] std::optional<TrapCode> run_helper(ModuleInst& inst, std::uint64_t* frame, const Record& r);

}  // namespace wcomp::engine::jit
