// The concrete Crossing that wcomp/crossing.h's member functions work on.
#pragma once

#include "runtime/instance_impl.h"

namespace wcomp::runtime {

/// `opts` and `keys` must outlive it.
struct CrossingImpl : Crossing {
  CrossingImpl(InstanceImpl& owner, const Options& opts, const std::vector<KeyBinding>& keys);

  InstanceImpl& owner;
  const Options& opts;
  const std::vector<KeyBinding>& keys;
  BorrowScope scope;
  std::optional<Trap> trap;  ///< set exactly when !ok()

  void load_memory();
  /// The trap, with the function's name in its message.
  [[nodiscard]] Trap take_trap(std::string_view function);
  /// The resource that a class stands for; null (and failed) if it is none of this function's.
  ResourceType* find(const ResourceKey& key, bool is_host);
  std::uint32_t add_handle(const Handle& h);
};

/// A trap of code that runs while something is instantiated: its frames are notes.
[[nodiscard]] Failure instantiation_failure(const Trap& trap, Location at);

/// Adds the function's name to a trap's message.
[[nodiscard]] Trap in_function(Trap trap, std::string_view function);

}  // namespace wcomp::runtime
