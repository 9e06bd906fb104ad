#include "engine/interp/sequences.h"

#include <array>

#include "engine/interp/bodies.h"

namespace wcomp::engine::interp {
namespace {

/// Instructions whose handlers are `first` (perhaps of several already) and `next` may both be done by `both`.
struct Join {
  Handler first = nullptr, next = nullptr, both = nullptr;
};

template <class...>
struct Bodies {};
template <class... First, class Last>
constexpr Join join(Bodies<First...>, Bodies<Last>) {
  return {&sequence<First...>, &sequence<Last>, &sequence<First..., Last>};
}
template <class... First, class Next, class... Rest>
constexpr Join join(Bodies<First...>, Bodies<Next, Rest...>) {
  return join(Bodies<First..., Next>{}, Bodies<Rest...>{});
}

namespace rows {
using enum core::Opcode;
using F = From;
using A = Address;

const Join joins[] = {
#define WCOMP_SEQUENCE(first, ...) join(Bodies<>{}, Bodies<first __VA_OPT__(, ) __VA_ARGS__>{}),
#include "engine/interp/sequences.def"
#undef WCOMP_SEQUENCE
};
}  // namespace rows

/// The rows by `first` and `next`.
class JoinTable {
 public:
  JoinTable() {
    for (const Join& j : rows::joins) {
      std::size_t i = index(j.first, j.next);
      while (slots_[i].both != nullptr) i = (i + 1) % size;
      slots_[i] = j;
    }
  }
  [[nodiscard]] Handler find(Handler first, Handler next) const {
    for (std::size_t i = index(first, next); slots_[i].both != nullptr; i = (i + 1) % size) {
      if (slots_[i].first == first && slots_[i].next == next) return slots_[i].both;
    }
    return nullptr;
  }

 private:
  static constexpr std::size_t size = 2048;
  static_assert(std::size(rows::joins) * 2 < size);
  static std::size_t index(Handler first, Handler next) {
    const auto a = reinterpret_cast<std::uintptr_t>(first), b = reinterpret_cast<std::uintptr_t>(next);
    return (a * 0x9e37'79b9'7f4a'7c15u + b * 0xc2b2'ae3d'27d4'eb4fu) >> 53;
  }
  std::array<Join, size> slots_{};
};

#if defined(__x86_64__) && defined(__ELF__)
/// What `mark_place` writes.
struct Place {
  std::int32_t distance;  ///< from here
  std::uint32_t units;
  [[nodiscard]] std::uint64_t address() const { return reinterpret_cast<std::uint64_t>(this) + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance)); }
};
extern "C" const Place __start_wcomp_places[] __attribute__((weak, visibility("hidden")));
extern "C" const Place __stop_wcomp_places[] __attribute__((weak, visibility("hidden")));
#endif

}  // namespace

std::uint32_t units_at(std::uint64_t address) {
#if defined(__x86_64__) && defined(__ELF__)
  const Place* last = nullptr;
  for (const Place* p = __start_wcomp_places; p != __stop_wcomp_places; ++p) {
    if (p->address() <= address && (last == nullptr || p->address() >= last->address())) last = p;
  }
  return last == nullptr ? 0 : last->units;
#else
  return address == 0 ? 0 : 0;
#endif
}

void join_sequences(std::span<Inst> insts, std::span<const std::uint8_t> is_head) {
  static const JoinTable table;
  const auto next_head = [&](std::size_t i) {
    for (++i; i < insts.size() && is_head[i] == 0;) ++i;
    return i;
  };
  for (std::size_t first = 0; first < insts.size();) {
    std::size_t next = next_head(first);
    while (next < insts.size()) {
      const Handler both = table.find(insts[first].handler, insts[next].handler);
      if (both == nullptr) break;
      insts[first].handler = both;
      next = next_head(next);
    }
    first = next;
  }
}

}  // namespace wcomp::engine::interp
