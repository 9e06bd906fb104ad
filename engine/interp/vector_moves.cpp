// Handlers that move vectors and do nothing else with them.
#include <cstring>

#include "engine/interp/vector_handlers.h"

namespace wcomp::engine::interp {
namespace {

using u64 = std::uint64_t;

struct Wide {
  u64 low, high;
};
[[gnu::always_inline]] inline Wide read(const void* from) {
  Wide w;
  std::memcpy(&w, from, sizeof w);
  return w;
}
[[gnu::always_inline]] inline void write(void* to, Wide w) { std::memcpy(to, &w, sizeof w); }

}  // namespace

WCOMP_HANDLER void move_wide(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  write(fp + pc->a, read(fp + pc->b));
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}
WCOMP_HANDLER void const_wide(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  write(fp + pc->a, read(pc + 1));
  [[clang::musttail]] return pc[2].handler(fp, pc + 2, mem, state, acc, facc);
}
WCOMP_HANDLER void select_wide(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const std::uint32_t from = static_cast<std::uint32_t>(fp[pc->c >> 16]) != 0 ? pc->b : pc->c & 0xffff;
  write(fp + pc->a, read(fp + from));
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}
WCOMP_HANDLER void global_get_wide(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  write(fp + pc->a, read(pc[1].pointer));
  [[clang::musttail]] return pc[2].handler(fp, pc + 2, mem, state, acc, facc);
}
WCOMP_HANDLER void global_set_wide(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  write(const_cast<void*>(pc[1].pointer), read(fp + pc->a));
  [[clang::musttail]] return pc[2].handler(fp, pc + 2, mem, state, acc, facc);
}

}  // namespace wcomp::engine::interp
