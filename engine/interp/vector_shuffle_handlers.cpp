// Handlers of shuffles for processors that have an instruction for them: the baseline of x86-64 goes byte by byte.
#include "base/processor.h"
#include "engine/interp/vector_eval.h"

namespace wcomp::engine::interp {

#if defined(__x86_64__)
namespace {

using core::Opcode;
using core::V128;
using u64 = std::uint64_t;
using core::lanes::u8x16;

using Bytes = char __attribute__((vector_size(16)));

/// Bytes of `from` by the low halves of `at`; 0 where `at` has its highest bit.
[[gnu::always_inline, gnu::target("ssse3")]] inline u8x16 pick(u8x16 from, u8x16 at) {
  return std::bit_cast<u8x16>(__builtin_ia32_pshufb128(std::bit_cast<Bytes>(from), std::bit_cast<Bytes>(at)));
}
/// What is 16 or more gets its highest bit.
[[gnu::always_inline]] inline u8x16 mark_outside(u8x16 at) { return __builtin_elementwise_add_sat(at, core::numeric::splat<u8x16>(0x70)); }

[[gnu::target("ssse3")]] WCOMP_HANDLER void shuffle(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  u8x16 lanes;
  std::memcpy(&lanes, pc + 1, sizeof lanes);
  const auto a = core::as<u8x16>(read_slots<V128>(fp + pc->b)), b = core::as<u8x16>(read_slots<V128>(fp + (pc->c & 0xffff)));
  // Lanes below 16 wrap to where the highest bit is.
  const u8x16 r = pick(a, mark_outside(lanes)) | pick(b, lanes - 16);
  std::memcpy(fp + pc->a, &r, sizeof r);
  [[clang::musttail]] return pc[2].handler(fp, pc + 2, mem, state, acc, facc);
}
[[gnu::target("ssse3")]] WCOMP_HANDLER void swizzle(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const auto a = core::as<u8x16>(read_slots<V128>(fp + pc->b)), at = core::as<u8x16>(read_slots<V128>(fp + (pc->c & 0xffff)));
  const u8x16 r = pick(a, mark_outside(at));
  std::memcpy(fp + pc->a, &r, sizeof r);
  [[clang::musttail]] return pc[1].handler(fp, pc + 1, mem, state, acc, facc);
}

}  // namespace

Handler find_shuffle_handler(Opcode op) {
  if (!has_ssse3()) return nullptr;
  if (op == Opcode::i8x16_shuffle) return &shuffle;
  return op == Opcode::i8x16_swizzle || op == Opcode::i8x16_relaxed_swizzle ? &swizzle : nullptr;
}
#else
Handler find_shuffle_handler(core::Opcode) { return nullptr; }
#endif

}  // namespace wcomp::engine::interp
