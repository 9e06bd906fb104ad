#include "engine/address_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <optional>

namespace wcomp::engine {
namespace {

using Range = AddressPool::Range;

bool set_accessible(Range& range, std::uint64_t accessible) {
  if (accessible > range.accessible) {
    if (mprotect(range.data + range.accessible, accessible - range.accessible, PROT_READ | PROT_WRITE) != 0) return false;
  } else if (accessible < range.accessible) {
    if (mprotect(range.data + accessible, range.accessible - accessible, PROT_NONE) != 0) return false;
  }
  range.accessible = accessible;
  return true;
}

/// One that is as wanted already, or else one that can be made so.
std::optional<Range> take(std::mutex& mutex, std::vector<Range>& kept, std::uint64_t reserved, std::uint64_t accessible) {
  const std::scoped_lock lock(mutex);
  auto best = kept.rend();
  for (auto it = kept.rbegin(); it != kept.rend(); ++it) {
    if (it->reserved != reserved) continue;
    if (it->accessible == accessible) {
      best = it;
      break;
    }
    if (best == kept.rend()) best = it;
  }
  if (best == kept.rend()) return std::nullopt;
  const Range out = *best;
  kept.erase(std::next(best).base());
  return out;
}

Range take_or_reserve(std::mutex& mutex, std::vector<Range>& kept, std::uint64_t reserved, std::uint64_t accessible) {
  if (auto range = take(mutex, kept, reserved, accessible)) {
    if (set_accessible(*range, accessible)) return *range;
    release_addresses(*range);
  }
  return reserve_addresses(reserved, accessible);
}

void give(std::mutex& mutex, std::vector<Range>& kept, const Range& range) {
  std::optional<Range> oldest;  // of a size that may be asked for no more
  {
    const std::scoped_lock lock(mutex);
    if (kept.size() == AddressPool::max_kept) {
      oldest = kept.front();
      kept.erase(kept.begin());
    }
    kept.push_back(range);
  }
  if (oldest) release_addresses(*oldest);
}

}  // namespace

Range reserve_addresses(std::uint64_t reserved, std::uint64_t accessible) {
  void* p = mmap(nullptr, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return {};
  Range out{.data = static_cast<std::uint8_t*>(p), .reserved = reserved};
  if (set_accessible(out, accessible)) return out;
  release_addresses(out);
  return {};
}

void release_addresses(const Range& range) {
  if (range.data != nullptr) munmap(range.data, range.reserved);
}

AddressPool::~AddressPool() {
  for (const Range& r : memories_) release_addresses(r);
  for (const Range& r : stacks_) release_addresses(r);
}

Range AddressPool::take_memory(std::uint64_t reserved, std::uint64_t accessible) { return take_or_reserve(mutex_, memories_, reserved, accessible); }
Range AddressPool::take_stack(std::uint64_t reserved, std::uint64_t accessible) { return take_or_reserve(mutex_, stacks_, reserved, accessible); }

std::size_t AddressPool::kept_memories() const {
  const std::scoped_lock lock(mutex_);
  return memories_.size();
}

void AddressPool::give_memory(Range range) {
  // Private pages that are dropped read as zero when they are touched again.
  if (range.accessible != 0 && madvise(range.data, range.accessible, MADV_DONTNEED) != 0) return release_addresses(range);
  give(mutex_, memories_, range);
}

void AddressPool::give_stack(Range range, bool is_near) {
  const std::uint64_t kept = std::min(kept_stack_bytes, range.accessible);
  if (!is_near && range.accessible != kept && madvise(range.data + kept, range.accessible - kept, MADV_DONTNEED) != 0) return release_addresses(range);
  give(mutex_, stacks_, range);
}

}  // namespace wcomp::engine
