#include "engine/interp/sequences.h"

#include <array>
#include <vector>

#include "engine/interp/bodies.h"

namespace wcomp::engine::interp {
namespace {

/// Instructions whose handlers are `first` (perhaps of several already) and `next` may both be done by `both`.
struct Join {
  Handler first = nullptr, next = nullptr, both = nullptr;
};

template <class...>
struct Bodies {};

namespace rows {
using enum core::Opcode;
using F = From;
using A = Address;

template <class>
constexpr bool is_row = false;
#define WCOMP_SEQUENCE(first, ...) template <> constexpr bool is_row<Bodies<first __VA_OPT__(, ) __VA_ARGS__>> = true;
#include "engine/interp/sequences.def"
#undef WCOMP_SEQUENCE

template <class... First, class Last>
constexpr Join join(Bodies<First...>, Bodies<Last>) {
  static_assert(sizeof...(First) == 1 || is_row<Bodies<First...>>, "what a row begins with has to be a row, too: it would never be found");
  return {&sequence<First...>, &sequence<Last>, &sequence<First..., Last>};
}
template <class... First, class Next, class... Rest>
constexpr Join join(Bodies<First...>, Bodies<Next, Rest...>) {
  return join(Bodies<First..., Next>{}, Bodies<Rest...>{});
}

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

std::uint32_t units_at([[maybe_unused]] std::uint64_t address) {
#if defined(__x86_64__) && defined(__ELF__)
  const Place* last = nullptr;
  for (const Place* p = __start_wcomp_places; p != __stop_wcomp_places; ++p) {
    if (p->address() <= address && (last == nullptr || p->address() >= last->address())) last = p;
  }
  return last == nullptr ? 0 : last->units;
#else
  return 0;
#endif
}

void join_sequences(std::span<Inst> insts, std::span<const std::uint8_t> is_head) {
  static const JoinTable table;
  // From the end: how many handlers run from an instruction on, if each does as many instructions as makes that least. Every instruction gets
  // the handler that does so, for a branch may come to it.
  std::vector<Handler> alone(insts.size());
  std::vector<std::uint32_t> cost(insts.size() + 1);
  std::size_t next = insts.size();
  std::vector<std::size_t> after(insts.size());
  for (std::size_t first = insts.size(); first-- > 0;) {
    if (is_head[first] == 0) continue;
    alone[first] = insts[first].handler;
    after[first] = next;
    cost[first] = 1 + cost[next];
    Handler handler = alone[first];
    for (std::size_t end = next; end < insts.size(); end = after[end]) {
      handler = table.find(handler, alone[end]);
      if (handler == nullptr) break;
      if (1 + cost[after[end]] < cost[first]) {
        cost[first] = 1 + cost[after[end]];
        insts[first].handler = handler;
      }
    }
    next = first;
  }
}

}  // namespace wcomp::engine::interp
