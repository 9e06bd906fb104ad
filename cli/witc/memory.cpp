// Memory of a process that reads, answers and ends.
//
// Reading WIT makes many small things that live until the end, and general allocators and small pages then cost as much as the reading.
// Here memory is cut from large pieces, which the system backs a few at a time, and what is deleted is cut again. It stays with the process.
// (Huge pages would be faster still where there are any at hand, and twice as slow where there are not.) Only `witc` has this; libraries do not choose how their users allocate.
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define WCOMP_WITC_SYSTEM_MEMORY 1  // a sanitizer has to see each piece
#endif
#endif

#ifndef WCOMP_WITC_SYSTEM_MEMORY

namespace {

constexpr std::size_t grain = 16;             // what every piece is a multiple of and aligned to
constexpr std::size_t max_small = 1024;       // larger ones are cut anew from what is left over
constexpr std::size_t small_classes = max_small / grain + 1;
constexpr std::size_t page = 4096;
constexpr std::size_t min_step = std::size_t{32} << 10;       // how much is taken into use at a time: an eighth of what is in use,
constexpr std::size_t max_step = std::size_t{512} << 10;      // from this to that
constexpr std::size_t reservation = std::size_t{64} << 20;    // of addresses

struct Free {
  Free* next;
};
/// Memory that pieces are cut from. What large things leave behind becomes such again.
struct Region {
  std::byte* at = nullptr;
  std::byte* end = nullptr;
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end - at); }
};

struct Pool {
  Region current;
  Region reserved;  ///< addresses that have not been used yet
  std::size_t used = 0;
  std::array<Region, 64> others{};  ///< used up from the last on
  std::size_t other_count = 0;
  std::array<Free*, small_classes> small{};
};
thread_local constinit Pool pool;

constexpr std::size_t rounded(std::size_t size) { return size == 0 ? grain : (size + grain - 1) & ~(grain - 1); }

void keep(Region region) {
  if (region.size() > pool.current.size()) std::swap(region, pool.current);
  if (region.size() > max_small && pool.other_count < pool.others.size()) pool.others[pool.other_count++] = region;
}

bool refill(std::size_t size) {
  const std::size_t step = std::clamp(pool.used / 8 & ~(page - 1), min_step, max_step);
  const std::size_t wanted = size > step ? (size + page - 1) & ~(page - 1) : step;
  pool.used += wanted;
  if (pool.reserved.size() < wanted) {
    const std::size_t more = std::max(reservation, wanted);
    void* made = ::mmap(nullptr, more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (made == MAP_FAILED) return false;
    pool.reserved = {static_cast<std::byte*>(made), static_cast<std::byte*>(made) + more};
  }
  std::byte* begin = std::exchange(pool.reserved.at, pool.reserved.at + wanted);
#ifdef MADV_POPULATE_WRITE
  if (wanted == step) (void)::madvise(begin, wanted, MADV_POPULATE_WRITE);  // a wish; page by page it costs more
#endif
  keep({begin, begin + wanted});
  return true;
}

void* cut(std::size_t size) {
  while (pool.current.size() < size) {
    if (pool.other_count > 0 && pool.others[pool.other_count - 1].size() >= size) {
      const Region left = pool.current;
      pool.current = pool.others[--pool.other_count];
      keep(left);
    } else if (!refill(size)) {
      return nullptr;
    }
  }
  return std::exchange(pool.current.at, pool.current.at + size);
}

}  // namespace

void* operator new(std::size_t size) {
  if (size > SIZE_MAX / 4) throw std::bad_alloc();
  size = rounded(size);
  if (size <= max_small) {
    if (Free*& list = pool.small[size / grain]; list != nullptr) return std::exchange(list, list->next);
  }
  void* out = cut(size);
  if (out == nullptr) throw std::bad_alloc();
  return out;
}

void operator delete(void* p, std::size_t size) noexcept {
  if (p == nullptr) return;
  size = rounded(size);
  if (size > max_small) return keep({static_cast<std::byte*>(p), static_cast<std::byte*>(p) + size});
  Free*& list = pool.small[size / grain];
  auto* freed = static_cast<Free*>(p);
  freed->next = list;
  list = freed;
}

void operator delete(void*) noexcept {}  // of unknown size: left alone
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete[](void*) noexcept {}
void operator delete[](void*, std::size_t) noexcept {}

#endif
