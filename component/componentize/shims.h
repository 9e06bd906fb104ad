// The modules that componentize writes itself: `shim`, which the other modules are instantiated with, and `fixup`, which is instantiated last.
//
// A function that needs the memory of a module that does not exist yet is called through a slot of the shim: a function that jumps to what
// the fixup puts there. The slots are a table, or, where calls should be cheap and tail calls are on, mutable globals with `return_call_ref`.
// The fixup also calls `_initialize`, and has the hooks: wrappers that tell the module's `__wasm_task_hook` when it is entered and left, for
// runtimes that keep something for each task.
#pragma once

#include <string>
#include <vector>

#include "core/module.h"

namespace wcomp::component {

/// What is entered, as the hook is told: a number before, another after (after a lift with a callback by whether the task goes on).
enum class HookKind : std::uint8_t { sync, sync_before_post_return, post_return, async, callback, stackful, initialize, dtor, realloc };

struct ShimSlot {
  core::FuncType type;
  std::string name;                      ///< for the name section
  std::optional<HookKind> hook{};        ///< goes through a hook in the fixup
};
struct ShimModule {
  std::vector<ShimSlot> slots;
  std::optional<core::MemType> memory{};
  bool has_tls_base = false;
  bool is_needed() const { return !slots.empty() || memory || has_tls_base; }
};
[[nodiscard]] Bytes shim_module(const ShimModule& shim, bool return_call_ref);

struct Hook {
  HookKind kind{};
  std::string module, name;              ///< of the core function
  core::FuncType type;
};
struct FixupModule {
  std::optional<std::string> initialize{};  ///< of the module `main`
  std::optional<std::string> task_hook{};   ///< of the module `main`
  std::vector<Hook> hooks{};                ///< exported as `hook0`, ...
};
/// Imports: `actual` `0`.. for the slots, `shim`, `main`, and the modules of the hooks.
[[nodiscard]] Bytes fixup_module(const ShimModule& shim, const FixupModule& fixup, bool return_call_ref);

inline constexpr std::string_view shim_table = "$imports", shim_memory = "$memory", shim_get_tls_base = "$get-tls-base", shim_set_tls_base = "$set-tls-base";

}  // namespace wcomp::component
