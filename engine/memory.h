// Linear memories. A guarded memory reserves every address that a 32-bit index plus a 32-bit offset can reach, so that loads and stores
// need no bounds check: what lies beyond the end is not accessible, and engine/fault.h turns the fault into a trap. Where such a
// reservation cannot be had (or is not wanted), and where addresses have 64 bits, a memory is unguarded: every access has to compare with `size`.
// https://webassembly.github.io/spec/core/exec/runtime.html#memory-instances
#pragma once

#include <cstdint>

#include "core/module.h"
#include "engine/address_pool.h"
#include "engine/budget.h"
#include "engine/engine.h"
#include "wcomp/trap.h"

namespace wcomp::engine {

inline constexpr std::uint64_t page_size = 65536;

/// Owns its address range. Does not move while code of its store may run: the store keeps it by pointer.
class MemInst {
 public:
  /// `max_bytes` is the store's limit. Traps with limit_exceeded when the initial size is beyond it or the system refuses. Guarded memories
  /// are taken from `pool` and given back to it, if there is one; it outlives them. `image`: what the memory should hold, of that pool and
  /// within the initial size; null for zeros, which also an unguarded memory holds.
  static Result<std::unique_ptr<MemInst>, Trap> make(const core::MemType& type, std::uint64_t max_bytes, bool want_guard, Budget& budget,
                                                    AddressPool* pool = nullptr, const MemoryImage* image = nullptr);
  ~MemInst();
  MemInst(const MemInst&) = delete;
  MemInst& operator=(const MemInst&) = delete;

  [[nodiscard]] std::uint8_t* data() const { return view_.data; }
  [[nodiscard]] std::uint64_t size() const { return view_.size; }
  [[nodiscard]] const MemView& view() const { return view_; }
  [[nodiscard]] std::uint64_t pages() const { return view_.size / page_size; }
  [[nodiscard]] bool is_guarded() const { return is_guarded_; }
  /// What it held when it was made; null: zeros.
  [[nodiscard]] const MemoryImage* image() const { return image_; }
  /// Whether addresses have 64 bits. Such a memory is never guarded.
  [[nodiscard]] bool is_64() const { return type_.limits.is_64; }
  [[nodiscard]] const core::MemType& declared_type() const { return type_; }
  [[nodiscard]] Budget& budget() const { return *budget_; }
  /// memory.grow: the old size in pages, or -1 (see Budget::must_trap). `data` moves only if the memory is unguarded.
  [[nodiscard]] std::int64_t grow(std::uint64_t delta_pages);
  [[nodiscard]] bool contains_address(const void* p) const {
    auto a = reinterpret_cast<std::uintptr_t>(p), b = reinterpret_cast<std::uintptr_t>(view_.data);
    return a >= b && a - b < reserved_;
  }
  /// True if `length` bytes from `offset` are inside.
  [[nodiscard]] bool is_inside(std::uint64_t offset, std::uint64_t length) const { return length <= view_.size && offset <= view_.size - length; }

 private:
  MemInst() = default;
  [[nodiscard]] Growth growth(std::uint64_t bytes) const;
  core::MemType type_;
  Budget* budget_ = nullptr;
  AddressPool* pool_ = nullptr;
  const MemoryImage* image_ = nullptr;  ///< lives as long as the store's modules
  MemView view_;
  std::uint64_t max_bytes_ = 0;
  std::uint64_t reserved_ = 0;
  bool is_guarded_ = false;
};

}  // namespace wcomp::engine
