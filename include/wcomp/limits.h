// Bounds on what a guest may use, and a host's say when its memories and tables grow.
//
//   wcomp::Limits limits;
//   limits.max_total_memory_bytes = 256 << 20;
//   limits.limiter = [&](const wcomp::Growth& g) {
//     return quota.take(g.desired - g.current) ? wcomp::GrowthDecision::allow : wcomp::GrowthDecision::deny;
//   };
//   linker.set_limits(limits);
//
// Thread safety: the limiter is called on the thread that runs the guest, possibly while guest code runs: it must not call the guest.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace wcomp {

/// A linear memory or a table that is about to be made (then `current` is 0) or to grow.
struct Growth {
  enum class Kind : std::uint8_t { memory, table };
  Kind kind = Kind::memory;
  std::uint64_t current = 0, desired = 0;  ///< bytes of a memory, elements of a table
  std::optional<std::uint64_t> maximum;    ///< what its type declares
};

/// `deny`: `memory.grow` and `table.grow` give -1, instantiation fails. `trap`: the guest is stopped with `limit_exceeded`.
enum class GrowthDecision : std::uint8_t { allow, deny, trap };

/// Asked after every other bound has been looked at. An exception out of it denies.
using GrowthLimiter = std::function<GrowthDecision(const Growth&)>;

/// Bounds for one Instance or ModuleInstance.
struct Limits {
  std::uint64_t max_memory_bytes = std::uint64_t{4} << 30;          ///< of each linear memory
  std::uint64_t max_total_memory_bytes = ~std::uint64_t{0};         ///< of all linear memories together
  std::uint64_t max_table_elements = 10'000'000;                    ///< of each table
  std::uint64_t max_total_table_elements = 20'000'000;              ///< of all tables together; each takes 8 bytes of the host's memory
  std::uint64_t max_exception_bytes = std::uint64_t{64} << 20;      ///< of the exceptions to which the guest holds references; another one traps
  std::uint64_t max_instances = 10'000;                             ///< core instances: the modules of a component, and adapters between them
  std::uint64_t max_memories = 10'000;                              ///< linear memories
  std::uint64_t max_tables = 10'000;                                ///< tables
  std::uint64_t stack_bytes = std::uint64_t{8} << 20;               ///< of guest stack; deeper recursion traps
  std::optional<std::uint64_t> fuel = {};                           ///< roughly instructions; none: no bound
  bool traps_on_growth_failure = false;                             ///< growth that is refused traps instead of giving -1
  GrowthLimiter limiter = {};                                       ///< none: what the bounds allow is allowed
};

}  // namespace wcomp
