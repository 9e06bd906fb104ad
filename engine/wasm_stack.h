// The stack of slots that guest code runs on: locals, operands and frame headers. Not the native stack, so that deep recursion of a guest
// costs the host nothing and a frame is data that can be walked.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/address_pool.h"

namespace wcomp::engine {

class WasmStack {
 public:
  /// `bytes` for frames, plus slack for one frame of the greatest size that code may write before it compares with `limit`. If the system
  /// refuses, `limit` equals `base` and every call finds the stack exhausted. `pool`, which outlives it, may be null.
  WasmStack(std::uint64_t bytes, AddressPool* pool);
  ~WasmStack();
  WasmStack(const WasmStack&) = delete;
  WasmStack& operator=(const WasmStack&) = delete;

  [[nodiscard]] std::uint64_t* base() const { return base_; }
  [[nodiscard]] std::uint64_t* limit() const { return limit_; }
  /// Where compiled code begins its stack of return addresses, which grows towards the frames: there is room for those of as many frames as fit,
  /// and for the frames of a few signal handlers.
  [[nodiscard]] std::uint64_t* top() const { return top_; }
  /// Calls that hand on their own frame take room of the stack of return addresses only. They may as long as the top of that, as an address, plus
  /// twice the frame's is no less than this: then so much is left that it does not end before the frames do, of whom none returns by way of more
  /// than three words for two of its own.
  [[nodiscard]] std::uint64_t forward_limit() const { return 3 * reinterpret_cast<std::uint64_t>(limit_) + slack_slots / 2 * sizeof(std::uint64_t); }
  /// How far frames may reach of a stack that counts as little used.
  [[nodiscard]] std::uint64_t* near_limit() const { return std::min(limit_, base_ + AddressPool::kept_stack_bytes / 8); }
  /// No frame reached beyond near_limit: there is nothing to clean.
  void stayed_near() { is_near_ = true; }
  /// The slack included: a frame that does not fit starts there.
  [[nodiscard]] bool contains(const std::uint64_t* slot) const { return slot >= base_ && slot < limit_ + slack_slots / 2; }

  static constexpr std::uint64_t slack_slots = 4 * 65536;

 private:
  std::uint64_t* base_ = nullptr;
  std::uint64_t* limit_ = nullptr;
  std::uint64_t* top_ = nullptr;
  AddressPool* pool_ = nullptr;
  bool is_near_ = false;
  AddressPool::Range range_;
};

}  // namespace wcomp::engine
