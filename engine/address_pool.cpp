#include "engine/address_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "engine/memory_image.h"

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

/// How far a range is from what is wanted; the least is best.
int distance(const Range& r, std::uint64_t accessible, const MemoryImage* image) {
  if (r.image != image) return r.image == nullptr ? 2 : 3;
  return r.accessible == accessible ? 0 : 1;
}

/// One that is as wanted already, or else one that can be made so; the latest of those. The mutex is held.
std::optional<Range> take(std::vector<Range>& kept, std::uint64_t reserved, std::uint64_t accessible, const MemoryImage* image = nullptr) {
  auto best = kept.rend();
  for (auto it = kept.rbegin(); it != kept.rend(); ++it) {
    if (it->reserved != reserved) continue;
    if (best == kept.rend() || distance(*it, accessible, image) < distance(*best, accessible, image)) best = it;
    if (distance(*best, accessible, image) == 0) break;
  }
  if (best == kept.rend()) return std::nullopt;
  const Range out = *best;
  kept.erase(std::next(best).base());
  return out;
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

/// Makes pages what they were at first.
void write_anew(const Range& range, std::span<std::uint8_t> pages) {
  const MemoryImage* image = range.image;
  const auto clear = [&](std::uint64_t from, std::uint64_t to) {
    if (from < to) std::memset(range.data + from, 0, to - from);
  };
  const auto begin = static_cast<std::uint64_t>(pages.data() - range.data), end = begin + pages.size();
  if (image == nullptr) return clear(begin, end);
  const std::uint64_t from = std::clamp(image->begin(), begin, end), to = std::clamp(image->end(), begin, end);
  clear(begin, from);
  if (from < to) std::memcpy(range.data + from, image->data() + (from - image->begin()), to - from);
  clear(to, end);
}

/// Makes all of it what it was at first. False if the system refuses.
bool restore(const Range& range, const WrittenPages* written) {
  std::uint8_t* rest = range.data;
  WrittenPages::Found found;
  if (written != nullptr && range.accessible != 0 && written->find(range.data, range.accessible, found)) {
    for (std::size_t i = 0; i < found.count; ++i) write_anew(range, found.ranges[i]);
    rest = found.end;
  }
  // Private pages that are dropped read as what is mapped there when they are touched again: zero, or the image.
  const auto left = range.accessible - static_cast<std::uint64_t>(rest - range.data);
  return left == 0 || madvise(rest, left, MADV_DONTNEED) == 0;
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

bool remove_image(Range& range) {
  if (range.image == nullptr) return true;
  std::uint8_t* begin = range.data + range.image->begin();
  const std::uint64_t size = range.image->end() - range.image->begin();
  if (mmap(begin, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) == MAP_FAILED) return false;
  range.image = nullptr;
  return true;
}

AddressPool::~AddressPool() {
  for (const Range& r : memories_) release_addresses(r);
  for (const Range& r : stacks_) release_addresses(r);
}

Range AddressPool::take_memory(std::uint64_t reserved, std::uint64_t accessible, const MemoryImage* image) {
  std::optional<Range> kept;
  {
    const std::scoped_lock lock(mutex_);
    kept = take(memories_, reserved, accessible, image);
    is_reused_ |= kept.has_value();
  }
  // An image lies in what is accessible: it goes first and comes last.
  if (kept && ((kept->image != image && !remove_image(*kept)) || !set_accessible(*kept, accessible))) {
    release_addresses(*kept);
    kept.reset();
  }
  Range range = kept ? *kept : reserve_addresses(reserved, accessible);
  if (range.data != nullptr && range.image != image && image->end() <= accessible && image->map(range.data)) range.image = image;
  return range;
}

Range AddressPool::take_stack(std::uint64_t reserved, std::uint64_t accessible) {
  std::optional<Range> kept;
  {
    const std::scoped_lock lock(mutex_);
    kept = take(stacks_, reserved, accessible);
  }
  if (kept && set_accessible(*kept, accessible)) return *kept;
  if (kept) release_addresses(*kept);
  return reserve_addresses(reserved, accessible);
}

std::size_t AddressPool::kept_memories() const {
  const std::scoped_lock lock(mutex_);
  return memories_.size();
}

const WrittenPages* AddressPool::written_pages() {
  const std::scoped_lock lock(mutex_);
  if (!method_ || !is_reused_) return nullptr;
  if (!written_) written_.emplace(*method_);
  return &*written_;
}

void AddressPool::give_memory(Range range) {
  if (!restore(range, written_pages())) return release_addresses(range);
  give(mutex_, memories_, range);
}

void AddressPool::forget(const MemoryImage& image) {
  std::vector<Range> gone;
  {
    const std::scoped_lock lock(mutex_);
    const auto has_it = [&](const Range& r) { return r.image == &image; };
    std::ranges::copy_if(memories_, std::back_inserter(gone), has_it);
    std::erase_if(memories_, has_it);
  }
  for (const Range& r : gone) release_addresses(r);
}

void AddressPool::give_stack(Range range, bool is_near) {
  const std::uint64_t kept = std::min(kept_stack_bytes, range.accessible);
  if (!is_near && range.accessible != kept && madvise(range.data + kept, range.accessible - kept, MADV_DONTNEED) != 0) return release_addresses(range);
  give(mutex_, stacks_, range);
}

}  // namespace wcomp::engine
