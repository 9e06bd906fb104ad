// Address ranges of ended stores, kept for the next ones.
//
// A guarded memory reserves 8 GiB of addresses and a stack some MiB; getting them from the system and giving them back costs more than all
// the rest of a small instance. An engine's stores share a pool: a range that comes back is made what it was before it goes on, and the next
// memory of the same size takes it as it is. Pages that were written to stay: writing a few anew costs less than the faults that follow when
// the system takes them (engine/written_pages.h); where they are many, it takes what is more than kept_memory_pages. A memory that was given
// an image (engine/memory_image.h) keeps it mapped, for the next instance of the same module.
//
// The pool is bounded, because a process has room for some 16 000 reservations of this size (and for far fewer under sanitizers); when it is
// full the oldest goes back to the system. When a reservation cannot be had at all, memories are unguarded (engine/memory.h).
//
// Thread safety: all of it may be called from any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/written_pages.h"

namespace wcomp::engine {

class MemoryImage;

class AddressPool {
 public:
  /// How many unused ranges it keeps, of either kind.
  static constexpr std::size_t max_kept = 64;
  /// What of a stack stays in memory between two stores.
  static constexpr std::uint64_t kept_stack_bytes = 64 * 1024;
  /// What of a memory stays in memory between two stores, and is written anew.
  static constexpr std::size_t kept_memory_pages = WrittenPages::max_pages;

  /// `method`: how it finds the pages that were written to; none: it does not, and has the system take all of them.
  explicit AddressPool(std::optional<WrittenPages::Method> method = WrittenPages::Method::scan) : method_(method) {}
  ~AddressPool();
  AddressPool(const AddressPool&) = delete;
  AddressPool& operator=(const AddressPool&) = delete;

  /// Addresses of which the first `accessible` bytes can be read and written.
  struct Range {
    std::uint8_t* data = nullptr;
    std::uint64_t reserved = 0;
    std::uint64_t accessible = 0;
    const MemoryImage* image = nullptr;  ///< what they read as at first, where it is not zero
  };
  /// A range of that many bytes, which read as `image` says and else as zero, as far as they are accessible. Null data if the system refuses;
  /// no image if there is one without. The image outlives the range's use, its pool is this one.
  [[nodiscard]] Range take_memory(std::uint64_t reserved, std::uint64_t accessible, const MemoryImage* image = nullptr);
  /// A range of a stack: what it holds is anything.
  [[nodiscard]] Range take_stack(std::uint64_t reserved, std::uint64_t accessible);
  void give_memory(Range range);
  /// `is_near`: nothing was written beyond kept_stack_bytes, or hardly anything.
  void give_stack(Range range, bool is_near = false);
  [[nodiscard]] std::size_t kept_memories() const;
  /// Gives up the ranges that have the image, which ends.
  void forget(const MemoryImage& image);

 private:
  /// The page map, once it is worth opening: when memories are taken again.
  [[nodiscard]] const WrittenPages* written_pages();
  const std::optional<WrittenPages::Method> method_;
  mutable std::mutex mutex_;
  std::vector<Range> memories_, stacks_;  ///< the latest last
  bool is_reused_ = false;
  std::optional<WrittenPages> written_;   ///< once made it stays as it is
};

/// A fresh range from the system, which reads as zero; null data if it refuses.
[[nodiscard]] AddressPool::Range reserve_addresses(std::uint64_t reserved, std::uint64_t accessible);
/// Takes an image out of a range that nobody has written to: all of it reads as zero. False if the system refuses.
[[nodiscard]] bool remove_image(AddressPool::Range& range);
/// Back to the system.
void release_addresses(const AddressPool::Range& range);

}  // namespace wcomp::engine
