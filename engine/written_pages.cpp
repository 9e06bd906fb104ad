#include "engine/written_pages.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace wcomp::engine {
namespace {

using Found = WrittenPages::Found;

// https://docs.kernel.org/admin-guide/mm/pagemap.html ; declared here, because the headers of the system that compiles are older.
struct Region {
  std::uint64_t start, end, categories;
};
struct Scan {
  std::uint64_t size, flags, start, end, walk_end, regions, region_count, max_pages, category_inverted, category_mask, category_anyof_mask, return_mask;
};
constexpr auto scan_request = _IOWR('f', 16, Scan);
constexpr std::uint64_t is_file = 1 << 2, is_present = 1 << 3, is_swapped = 1 << 4, is_zero = 1 << 5;

// An entry of the map.
constexpr std::uint64_t map_present = std::uint64_t{1} << 63, map_swapped = std::uint64_t{1} << 62, map_file = std::uint64_t{1} << 61;
constexpr std::size_t map_entries = 256;  // that are read at once

std::uint8_t* at(std::uint64_t address) { return reinterpret_cast<std::uint8_t*>(static_cast<std::uintptr_t>(address)); }
std::uint64_t address_of(const std::uint8_t* p) { return reinterpret_cast<std::uintptr_t>(p); }

}  // namespace

WrittenPages::WrittenPages(Method best) : method_(best) {
  if (sysconf(_SC_PAGESIZE) != static_cast<long>(page_bytes)) return;
  void* mark = mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mark == MAP_FAILED) return;
  if (madvise(mark, page_bytes, MADV_WIPEONFORK) != 0) {
    munmap(mark, page_bytes);
    return;
  }
  *static_cast<std::uint8_t*>(mark) = 1;
  is_same_process_ = static_cast<const std::uint8_t*>(mark);
  file_ = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (file_ < 0) return;
  // Older systems refuse the request; where programs are emulated the map may be of other addresses. The mark, which was written to, tells.
  Found found;
  const auto works = [&](Method m) {
    method_ = m;
    return find(static_cast<std::uint8_t*>(mark), page_bytes, found) && found.count == 1;
  };
  if (works(best) || works(Method::read)) return;
  close(file_);
  file_ = -1;
}

WrittenPages::~WrittenPages() {
  if (file_ >= 0) close(file_);
  if (is_same_process_ != nullptr) munmap(const_cast<std::uint8_t*>(is_same_process_), page_bytes);
}

bool WrittenPages::find(std::uint8_t* data, std::uint64_t bytes, Found& out) const {
  if (file_ < 0 || *is_same_process_ == 0) return false;
  return method_ == Method::scan ? scan(data, bytes, out) : read(data, bytes, out);
}

bool WrittenPages::scan(std::uint8_t* data, std::uint64_t bytes, Found& out) const {
  std::array<Region, max_pages> regions;
  Scan request{.size = sizeof(Scan),
               .flags = 0,
               .start = address_of(data),
               .end = address_of(data) + bytes,
               .walk_end = 0,
               .regions = reinterpret_cast<std::uintptr_t>(regions.data()),
               .region_count = regions.size(),
               .max_pages = max_pages,
               .category_inverted = is_file | is_zero,
               .category_mask = is_file | is_zero,
               .category_anyof_mask = is_present | is_swapped,
               .return_mask = is_present | is_swapped};
  const int count = ioctl(file_, scan_request, &request);
  if (count < 0 || static_cast<std::size_t>(count) > max_pages) return false;
  out.count = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < out.count; ++i) out.ranges[i] = {at(regions[i].start), regions[i].end - regions[i].start};
  out.end = at(std::clamp(request.walk_end, request.start, request.end));
  return true;
}

bool WrittenPages::read(std::uint8_t* data, std::uint64_t bytes, Found& out) const {
  std::array<std::uint64_t, map_entries> entries;
  const std::size_t wanted = std::min<std::size_t>(map_entries, bytes / page_bytes);
  const auto got = pread(file_, entries.data(), wanted * sizeof(std::uint64_t), static_cast<off_t>(address_of(data) / page_bytes * sizeof(std::uint64_t)));
  if (got < 0) return false;
  const std::size_t count = static_cast<std::size_t>(got) / sizeof(std::uint64_t);
  out.count = 0;
  std::size_t pages = 0, i = 0;
  for (; i < count && pages < max_pages; ++i) {
    if ((entries[i] & (map_present | map_swapped)) == 0 || (entries[i] & map_file) != 0) continue;
    std::uint8_t* page = data + i * page_bytes;
    ++pages;
    std::span<std::uint8_t>* last = out.count == 0 ? nullptr : &out.ranges[out.count - 1];
    if (last != nullptr && last->data() + last->size() == page) *last = {last->data(), last->size() + page_bytes};
    else out.ranges[out.count++] = {page, page_bytes};
  }
  out.end = data + i * page_bytes;
  return true;
}

}  // namespace wcomp::engine
