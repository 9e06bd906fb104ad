// The guest's memory as preview 1 sees it: pointers are 32-bit numbers that nobody can trust. Every access is checked and none needs to
// be aligned; what is outside of the memory is `fault`. Records are read and written field by field, little-endian.
#pragma once

#include <bit>
#include <concepts>
#include <cstring>
#include <span>
#include <string_view>

#include "wasi/preview1/types.h"

namespace wcomp::wasi::preview1 {

using Ptr = std::uint32_t;
using Size = std::uint32_t;

class GuestMemory {
 public:
  explicit GuestMemory(std::span<std::uint8_t> bytes) : bytes_(bytes) {}
  [[nodiscard]] bool is_empty() const { return bytes_.empty(); }

  /// `length` bytes at `ptr`. The sum cannot wrap: both are below 2^33.
  [[nodiscard]] Checked<std::span<std::uint8_t>> slice(Ptr ptr, std::uint64_t length) const {
    if (length > bytes_.size() || ptr > bytes_.size() - length) return Err(Errno::fault);
    return bytes_.subspan(ptr, static_cast<std::size_t>(length));
  }
  /// `count` elements of `size` bytes.
  [[nodiscard]] Checked<std::span<std::uint8_t>> array(Ptr ptr, std::uint32_t count, std::uint32_t size) const {
    return slice(ptr, std::uint64_t{count} * size);
  }

 private:
  std::span<std::uint8_t> bytes_;
};

static_assert(std::endian::native == std::endian::little);

/// A field of a record that was checked to be inside.
template <std::unsigned_integral T>
[[nodiscard]] T get(std::span<const std::uint8_t> record, std::size_t offset) {
  T value;
  std::memcpy(&value, record.subspan(offset, sizeof value).data(), sizeof value);
  return value;
}
template <std::unsigned_integral T>
void put(std::span<std::uint8_t> record, std::size_t offset, T value) {
  std::memcpy(record.subspan(offset, sizeof value).data(), &value, sizeof value);
}

}  // namespace wcomp::wasi::preview1
