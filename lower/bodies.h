// What fused adapters ask of their host (canonical-abi/intrinsics.def), in plain wasm.
//
// The bodies are core modules in text form, merged like those of the guests: one that checks and transcodes strings between two memories, a
// handle table for each component instance that has handles, the scopes of borrows, and what host and guests share. What the rows of the
// table are called with (a side, a resource's number) is turned into calls of these by a module of a few lines for each adapter: Glue.
//
// They do what runtime/intrinsics.cpp does, with the same traps, and depend on nothing: a test runs both on the same input. A trap leaves its
// TrapCode in a global and ends in `unreachable`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "canonical-abi/intrinsics.h"
#include "lower/merge.h"

namespace wcomp::lower {

// Imports of all but `host_side`: func `trap`. Exports are said in bodies.cpp, above each.
/// The host's memory, its allocator, the trap code, flags that are always set.
[[nodiscard]] const core::ValidModule& host_side_module();
/// `measure` and `transcode` of strings in memory `src`, for memory `dst`; encodings are numbers of cabi::StringEncoding.
[[nodiscard]] const core::ValidModule& strings_module();
[[nodiscard]] const core::ValidModule& handles_module();
[[nodiscard]] const core::ValidModule& scopes_module();
/// Flags of that many component instances, exported as `0`, `1`, ..
[[nodiscard]] core::ValidModule flags_module(std::size_t count);

/// The text of a module and what its imports are bound to, written together.
class Glue {
 public:
  /// Imports the function as `$id`.
  void func(std::string_view id, const core::FuncType& type, Item item);
  void global(std::string_view id, Item item);
  /// Adds a field.
  void field(std::string_view text);

  [[nodiscard]] Result<InstanceIdx> add_to(Merger& merger) const;

 private:
  std::string imports_, fields_;
  std::vector<Item> items_;
};

/// `(param i32 i64) (result i32)`
[[nodiscard]] std::string text_of(const core::FuncType& type);
/// The text with `{name}` of a trap or of a flag (`{may_leave}`) as its number.
[[nodiscard]] std::string with_numbers(std::string_view text);

}  // namespace wcomp::lower
