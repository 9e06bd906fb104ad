// Keys by content: BLAKE2b with 32 bytes of output (RFC 7693), and a fast checksum.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "cache/cache.h"

namespace wcomp::cache {

/// Hashes what is added, piece after piece; pieces with their lengths, so that they cannot run into one another.
class Hasher {
 public:
  Hasher();
  Hasher& add(ByteSpan piece);
  Hasher& add(std::string_view piece) { return add(as_bytes(piece)); }
  Hasher& add(std::uint64_t number);
  [[nodiscard]] Key finish();

 private:
  friend Key hash(ByteSpan bytes);
  static constexpr std::size_t block = 128;
  void update(ByteSpan bytes);
  void compress(const std::uint8_t* at, bool is_last);
  std::array<std::uint64_t, 8> state_;
  std::array<std::uint8_t, block> buffer_{};
  std::size_t buffered_ = 0;
  std::uint64_t count_ = 0;
};

/// BLAKE2b-256 of the bytes.
[[nodiscard]] Key hash(ByteSpan bytes);

/// For damage only: every change of up to 64 bits in a row, and others with a chance of one in 2^64 of going unseen. Four lanes, so that it
/// runs at the speed of memory.
[[nodiscard]] std::uint64_t checksum(ByteSpan bytes);

}  // namespace wcomp::cache
