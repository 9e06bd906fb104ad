// Values from one memory's layout into another's, as bytes.
//
// The templates of wcomp/abi.h know the layouts of memories with 32-bit addresses, at compile time. Where a guest's memory has 64-bit ones, a
// typed call lowers into a scratch memory of 32-bit layout, and its values are moved from there into the guest's (and results back) along
// the two shapes of their type. A typed call of an import that an instance hands through has no guest at all: both ends use the scratch memory.
// Pointers, lengths and discriminants are checked on the way, since a guest wrote them; what else a value may not be, the templates find.
// Handles are numbers here: whose tables they are in, the callers know. CanonicalABI.md "Loading", "Storing", "Flat Lifting", "Flat Lowering".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "canonical-abi/encoding.h"
#include "canonical-abi/shape.h"
#include "base/result.h"
#include "wcomp/trap.h"

namespace wcomp::runtime {

/// A memory of the host that grows, for one call. What was handed out of it stays where it is until the call ends, while the memory goes on
/// elsewhere when it outgrows its place.
class Scratch {
 public:
  [[nodiscard]] std::uint8_t* data() const { return places_.empty() ? nullptr : places_.back().get(); }
  [[nodiscard]] std::uint64_t size() const { return used_; }
  /// limit_exceeded beyond what 32 bits can address.
  [[nodiscard]] Result<std::uint64_t, TrapCode> allocate(std::uint64_t size, std::uint32_t align);

 private:
  std::vector<std::unique_ptr<std::uint8_t[]>> places_;
  std::uint64_t used_ = 0, capacity_ = 0;
};

/// One end of a move. `memory` is asked again after each call of `allocate`, which the source does not need; it checks what it gives.
struct MemoryEnd {
  std::function<std::span<std::uint8_t>()> memory;
  std::function<Result<std::uint64_t, TrapCode>(std::uint64_t size, std::uint32_t align)> allocate;
};

class Relayout {
 public:
  /// The strings of both have the encoding; `max_bytes` of strings and lists are moved at most (limit_exceeded).
  Relayout(MemoryEnd from, MemoryEnd to, cabi::StringEncoding encoding, std::uint64_t max_bytes)
      : from_(std::move(from)), to_(std::move(to)), encoding_(encoding), bytes_left_(max_bytes) {}

  /// A value at `src`, which is checked, to `dst`, where there is room for it.
  Result<void, TrapCode> move_checked(std::uint64_t src, const cabi::Shape& from, std::uint64_t dst, const cabi::Shape& to);
  /// Flat values; `in` and `out` have as many slots as the shapes.
  Result<void, TrapCode> move_flat(const std::uint64_t* in, const cabi::Shape& from, std::uint64_t* out, const cabi::Shape& to);

 private:
  struct Range {
    std::uint64_t ptr = 0, length = 0;
  };
  Result<void, TrapCode> move(std::uint64_t src, const cabi::Shape& from, std::uint64_t dst, const cabi::Shape& to);
  Result<Range, TrapCode> move_range(Range src, const cabi::Shape& from, const cabi::Shape& to);
  Result<void, TrapCode> charge(std::uint64_t bytes);
  [[nodiscard]] std::uint64_t read(std::uint64_t ptr, std::uint32_t size) const;
  void write(std::uint64_t ptr, std::uint32_t size, std::uint64_t v) const;
  void copy(std::uint64_t src, std::uint64_t dst, std::uint64_t size) const;

  MemoryEnd from_, to_;
  cabi::StringEncoding encoding_;
  std::uint64_t bytes_left_;
};

}  // namespace wcomp::runtime
