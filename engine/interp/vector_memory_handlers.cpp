// Handlers of loads and stores of vectors.
#include "engine/interp/vector_eval.h"
#include "engine/memory.h"

namespace wcomp::engine::interp {
namespace {

using core::Op;
using core::Opcode;
using core::V128;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

template <VectorMemory M>
inline constexpr bool is_guarded = M == VectorMemory::guarded || M == VectorMemory::sum;

/// Where the bytes are; null if they are outside.
template <VectorMemory M, std::size_t size, int unit>
[[gnu::always_inline]] inline std::uint8_t* locate(const Inst* pc, std::uint8_t* mem, u64 address) {
  if constexpr (M == VectorMemory::guarded) {
    return mem + (u64{static_cast<u32>(address)} + pc->c);
  } else if constexpr (M == VectorMemory::sum) {
    return mem + (static_cast<u32>(address) + pc->c);
  } else {
    const auto* memory = static_cast<const MemInst*>(pc[unit].pointer);
    u64 at = 0;
    const bool is_beyond = __builtin_add_overflow(M == VectorMemory::wide ? address : u64{static_cast<u32>(address)}, pc[unit].word2, &at);
    return is_beyond || !memory->is_inside(at, size) ? nullptr : memory->data() + at;
  }
}

template <Opcode O, VectorMemory M>
WCOMP_HANDLER void load(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  VectorLoadOf<O> stored;
  constexpr int lane_units = has_access_lane<O> ? 1 : 0;
  const std::uint8_t* from = locate<M, sizeof stored, 1 + lane_units>(pc, mem, fp[pc->b]);
  if constexpr (is_guarded<M>) note_place(state, fp, pc);
  else if (from == nullptr) [[unlikely]] [[clang::musttail]] return trap<TrapCode::out_of_bounds_memory_access>(fp, pc, mem, state, acc, facc);
  std::memcpy(&stored, from, sizeof stored);
  V128 r;
  if constexpr (has_access_lane<O>) r = core::load(Op<O>{}, stored, read_slots<V128>(fp + pc[1].a), pc[1].b);
  else r = core::load(Op<O>{}, stored);
  std::memcpy(fp + pc->a, &r, sizeof r);
  constexpr int units = 1 + lane_units + (is_guarded<M> ? 0 : 1);
  [[clang::musttail]] return pc[units].handler(fp, pc + units, mem, state, acc, facc);
}

template <Opcode O, VectorMemory M>
WCOMP_HANDLER void store(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  constexpr int lane_units = has_access_lane<O> ? 1 : 0;
  const auto v = read_slots<V128>(fp + pc->b);
  VectorStoreOf<O> stored;
  if constexpr (has_access_lane<O>) stored = core::store(Op<O>{}, v, pc[1].b);
  else stored = core::store(Op<O>{}, v);
  std::uint8_t* to = locate<M, sizeof stored, 1 + lane_units>(pc, mem, fp[pc->a]);
  if constexpr (is_guarded<M>) note_place(state, fp, pc);
  else if (to == nullptr) [[unlikely]] [[clang::musttail]] return trap<TrapCode::out_of_bounds_memory_access>(fp, pc, mem, state, acc, facc);
#if defined(__aarch64__)
  // A store that would fault must write nothing, but one that crosses a page may be done in parts: its last byte is read before.
  asm volatile("ldrb wzr, [%0, %1]" : : "r"(to), "i"(sizeof stored - 1) : "memory");
#endif
  std::memcpy(to, &stored, sizeof stored);
  constexpr int units = 1 + lane_units + (is_guarded<M> ? 0 : 1);
  [[clang::musttail]] return pc[units].handler(fp, pc + units, mem, state, acc, facc);
}

template <Opcode O, VectorMemory M>
Handler select() {
  if constexpr (IsVectorLoad<O>) return &load<O, M>;
  else if constexpr (IsVectorStore<O>) return &store<O, M>;
  else return nullptr;
}
template <Opcode O>
Handler select(VectorMemory memory) {
  switch (memory) {
    case VectorMemory::guarded: return select<O, VectorMemory::guarded>();
    case VectorMemory::sum: return select<O, VectorMemory::sum>();
    case VectorMemory::narrow: return select<O, VectorMemory::narrow>();
    case VectorMemory::wide: return select<O, VectorMemory::wide>();
  }
  return nullptr;
}

}  // namespace

Handler vector_access_handler(Opcode op, VectorMemory memory) {
  switch (op) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case Opcode::name: return select<Opcode::name>(memory);
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return nullptr;
}

}  // namespace wcomp::engine::interp
