// What a memory holds when its module has been instantiated, laid out once: a sealed file in memory, of which each instance maps a private copy.
//
// Only the part that data segments fill is in the file; memories are zero elsewhere. Pages are copied when an instance writes to them. Making a
// file pays for data of some size and modules that are instantiated again; what is small is copied (engine/prepared.h decides).
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace wcomp::engine {

class AddressPool;

/// Immutable; shared by the instances of all threads.
class MemoryImage {
 public:
  static constexpr std::uint64_t page_bytes = 4096;

  /// Where `fill` puts what the memory holds from `begin` on. `begin` and `size` are multiples of a page. Null if the system refuses.
  /// `pool`: of the memories that will have it, which forgets it when it ends; may be null.
  template <class Fill>
  static std::unique_ptr<const MemoryImage> make(std::uint64_t begin, std::uint64_t size, std::weak_ptr<AddressPool> pool, Fill fill) {
    std::unique_ptr<MemoryImage> image = open(begin, size, std::move(pool));
    if (image == nullptr) return nullptr;
    fill(image->data_);
    return image->seal() ? std::move(image) : nullptr;
  }
  ~MemoryImage();
  MemoryImage(const MemoryImage&) = delete;
  MemoryImage& operator=(const MemoryImage&) = delete;

  [[nodiscard]] std::uint64_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t end() const { return begin_ + size_; }
  /// Of the byte at `begin()`.
  [[nodiscard]] const std::uint8_t* data() const { return data_; }

  [[nodiscard]] bool is_of(const std::shared_ptr<AddressPool>& pool) const { return !pool_.owner_before(pool) && !pool.owner_before(pool_); }
  /// Maps it into a memory, in place of what is there. False if the system refuses, and nothing has changed.
  [[nodiscard]] bool map(std::uint8_t* memory) const;

 private:
  MemoryImage() = default;
  static std::unique_ptr<MemoryImage> open(std::uint64_t begin, std::uint64_t size, std::weak_ptr<AddressPool> pool);
  [[nodiscard]] bool seal();
  std::uint64_t begin_ = 0, size_ = 0;
  int file_ = -1;
  std::uint8_t* data_ = nullptr;
  std::weak_ptr<AddressPool> pool_;  // not an owner: engines end before or after their components
};

}  // namespace wcomp::engine
