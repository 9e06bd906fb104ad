#include "engine/jit/places.h"

namespace wcomp::engine::jit {
namespace {

void put(std::vector<std::uint8_t>& out, std::uint64_t v) {
  for (; v >= 0x80; v >>= 7) out.push_back(static_cast<std::uint8_t>(v | 0x80));
  out.push_back(static_cast<std::uint8_t>(v));
}
std::uint64_t take(std::span<const std::uint8_t>& in) {
  std::uint64_t v = 0;
  for (unsigned shift = 0; !in.empty() && shift < 64; shift += 7) {
    const std::uint8_t byte = in.front();
    in = in.subspan(1);
    v |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) break;
  }
  return v;
}
std::uint64_t zigzag(std::int64_t v) { return static_cast<std::uint64_t>(v) << 1 ^ static_cast<std::uint64_t>(v >> 63); }
std::int64_t unzigzag(std::uint64_t v) { return static_cast<std::int64_t>(v >> 1 ^ (0 - (v & 1))); }

}  // namespace

void write_places(std::span<const Place> places, std::vector<std::uint8_t>& out) {
  Place last;
  for (const Place& p : places) {
    put(out, p.begin - last.begin);
    put(out, zigzag(std::int64_t{p.offset} - std::int64_t{last.offset}) << 1 | (p.is_call ? 1 : 0));
    if (p.is_call) put(out, std::uint64_t{p.frame} << 1 | (p.is_foreign ? 1 : 0));
    last = p;
  }
}

namespace {

/// Takes the next entry, after `p`.
void next_place(std::span<const std::uint8_t>& list, Place& p) {
  p.begin += static_cast<std::uint32_t>(take(list));
  const std::uint64_t v = take(list);
  p.offset = static_cast<std::uint32_t>(p.offset + unzigzag(v >> 1));
  p.is_call = (v & 1) != 0;
  const std::uint64_t call = p.is_call ? take(list) : 0;
  p.frame = static_cast<std::uint32_t>(call >> 1);
  p.is_foreign = (call & 1) != 0;
}

}  // namespace

std::optional<Place> find_place(std::span<const std::uint8_t> list, std::uint32_t at) {
  std::optional<Place> found;
  Place p;
  while (!list.empty()) {
    next_place(list, p);
    if (p.begin > at) break;
    found = p;
  }
  return found;
}

std::vector<Place> read_places(std::span<const std::uint8_t> list) {
  std::vector<Place> out;
  Place p;
  while (!list.empty()) {
    next_place(list, p);
    out.push_back(p);
  }
  return out;
}

}  // namespace wcomp::engine::jit
