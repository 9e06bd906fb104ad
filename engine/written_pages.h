// Which pages of a private mapping have been written to, as far as the system tells: what a used memory is emptied by.
//
// Dropping pages (MADV_DONTNEED) costs a fault for each of them when it is used again, which is several times the cost of writing it anew. The
// system's page map says which ones there are; `PAGEMAP_SCAN` (Linux 6.7) finds them in one call, older systems give the map to read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wcomp::engine {

class WrittenPages {
 public:
  static constexpr std::uint64_t page_bytes = 4096;
  /// How many pages one search finds.
  static constexpr std::size_t max_pages = 64;
  enum class Method : std::uint8_t { scan, read };

  /// `best`: the method to begin with; `read` is for systems without the other one.
  explicit WrittenPages(Method best = Method::scan);
  ~WrittenPages();
  WrittenPages(const WrittenPages&) = delete;
  WrittenPages& operator=(const WrittenPages&) = delete;

  struct Found {
    std::array<std::span<std::uint8_t>, max_pages> ranges;  ///< whole pages, from low addresses to high
    std::size_t count = 0;
    std::uint8_t* end = nullptr;  ///< what lies beyond was not looked at
  };
  /// Those of `bytes` from `data` that are not what was mapped there; some that are may be among them. Both are multiples of a page.
  /// False if the system does not say. May be called from any thread.
  [[nodiscard]] bool find(std::uint8_t* data, std::uint64_t bytes, Found& out) const;

 private:
  [[nodiscard]] bool scan(std::uint8_t* data, std::uint64_t bytes, Found& out) const;
  [[nodiscard]] bool read(std::uint8_t* data, std::uint64_t bytes, Found& out) const;
  int file_ = -1;
  Method method_;
  const volatile std::uint8_t* is_same_process_ = nullptr;  ///< a page that a fork empties: the file says what the parent has
};

}  // namespace wcomp::engine
