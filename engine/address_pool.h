// Address ranges of ended stores, kept for the next ones.
//
// A guarded memory reserves 8 GiB of addresses and a stack some MiB; getting them from the system and giving them back costs more than all
// the rest of a small instance. An engine's stores share a pool: a range that comes back is emptied in place, which is one call of the system,
// and the next memory of the same size takes it as it is. The pool is bounded, because a process has room for some 16 000 reservations of
// this size (and for far fewer under sanitizers); when it is full the oldest goes back to the system. When a reservation cannot be had at all, memories
// are unguarded (engine/memory.h).
//
// Thread safety: all of it may be called from any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

namespace wcomp::engine {

class AddressPool {
 public:
  /// How many unused ranges it keeps, of either kind.
  static constexpr std::size_t max_kept = 64;
  /// What of a stack stays in memory between two stores.
  static constexpr std::uint64_t kept_stack_bytes = 64 * 1024;

  AddressPool() = default;
  ~AddressPool();
  AddressPool(const AddressPool&) = delete;
  AddressPool& operator=(const AddressPool&) = delete;

  /// Addresses of which the first `accessible` bytes can be read and written.
  struct Range {
    std::uint8_t* data = nullptr;
    std::uint64_t reserved = 0;
    std::uint64_t accessible = 0;
  };
  /// A range of that many bytes, which read as zero as far as they are accessible. Null data if the system refuses.
  [[nodiscard]] Range take_memory(std::uint64_t reserved, std::uint64_t accessible);
  /// A range of a stack: what it holds is anything.
  [[nodiscard]] Range take_stack(std::uint64_t reserved, std::uint64_t accessible);
  void give_memory(Range range);
  /// `is_near`: nothing was written beyond kept_stack_bytes, or hardly anything.
  void give_stack(Range range, bool is_near = false);
  [[nodiscard]] std::size_t kept_memories() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Range> memories_, stacks_;  ///< the latest last
};

/// A fresh range from the system, which reads as zero; null data if it refuses.
[[nodiscard]] AddressPool::Range reserve_addresses(std::uint64_t reserved, std::uint64_t accessible);
/// Back to the system.
void release_addresses(const AddressPool::Range& range);

}  // namespace wcomp::engine
