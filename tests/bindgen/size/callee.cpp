// What callee.c of the shared benchmarks does, written on generated bindings.
#include "callee_impl.h"

namespace exports::bench::calls::api {

void empty() { asm volatile(""); }
std::uint32_t add(std::uint32_t a, std::uint32_t b) { return a + b; }
std::string echo(std::string_view s) { return std::string(s); }
std::uint64_t sink(std::span<const std::uint8_t> l) { return l.empty() ? 0 : std::uint64_t{l.size()} + l.front() + l.back(); }
std::uint64_t sum(std::span<const std::uint8_t> l) {
  std::uint64_t total = 0;
  for (const std::uint8_t b : l) total += b;
  return total;
}
double recs(std::span<const Rec> l) {
  double total = 0;
  for (const Rec& r : l) total += r.id + r.score + static_cast<double>(r.name.size()) + r.name[0];
  return total;
}
std::vector<Rec> mkrecs(std::uint32_t n) {
  std::vector<Rec> out(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    char name[] = "record-00000";
    for (std::uint32_t v = i, k = 11; v != 0; v /= 10, --k) name[k] = static_cast<char>('0' + v % 10);
    out[i] = {i, i * 0.5, std::string(name, 12)};
  }
  return out;
}

}  // namespace exports::bench::calls::api
