// The concrete Crossing that wcomp/crossing.h's member functions work on.
#pragma once

#include "runtime/instance_impl.h"
#include "runtime/relayout.h"

namespace wcomp::runtime {

/// `opts` and what `keys` are must outlive it.
struct CrossingImpl : Crossing {
  CrossingImpl(InstanceImpl& owner, const Options& opts, std::span<const KeyBinding> keys);

  InstanceImpl& owner;
  const Options& opts;
  std::span<const KeyBinding> keys;
  BorrowScope scope;
  std::optional<Trap> trap;  ///< set exactly when !ok()
  /// What `memory` then is instead of the guest's: runtime/relayout.h.
  std::unique_ptr<Scratch> scratch;

  void load_memory();
  /// From here on `memory` is a scratch memory.
  void use_scratch();
  /// Room in `memory`: 0 after a failure.
  std::uint64_t allocate_bytes(std::uint64_t size, std::uint32_t align);
  /// Room in the guest's memory, whatever `memory` is.
  std::uint64_t allocate_in_guest(std::uint64_t size, std::uint32_t align);
  [[nodiscard]] std::span<std::uint8_t> guest_memory() const;
  /// Moves of values between the scratch memory and the guest's.
  [[nodiscard]] Relayout to_guest();
  [[nodiscard]] Relayout to_scratch();
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
