// Handlers of loads and stores. Those of a guarded memory 0 check nothing: see engine/fault.h.
#include "engine/interp/inst.h"
#include "engine/memory.h"
#include "engine/semantics.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// `slot` is the one that holds the address, where the form has one.
template <Address A>
[[gnu::always_inline]] inline u64 address_of(const u64* fp, const Inst* pc, u16 slot, u64 acc) {
  if constexpr (A == Address::constant) return pc->c;
  else if constexpr (A == Address::acc) return u64{static_cast<u32>(acc)} + pc->c;
  else if constexpr (A == Address::add) return static_cast<u32>(fp[slot]) + pc->c;
  else if constexpr (A == Address::acc_add) return static_cast<u32>(acc) + pc->c;
  else if constexpr (A == Address::two) return u64{static_cast<u32>(fp[slot]) + static_cast<u32>(fp[pc->c & 0xffff])} + (pc->c >> 16);
  else if constexpr (A == Address::acc_two) return u64{static_cast<u32>(acc) + static_cast<u32>(fp[slot])} + (pc->c >> 16);
  else if constexpr (A == Address::scaled || A == Address::acc_scaled) {
    const u32 index = static_cast<u32>(A == Address::scaled ? fp[pc->c & 0xffff] : acc);
    return u64{static_cast<u32>(fp[slot]) + (index << (pc->c >> 16 & 31))} + (pc->c >> 21);
  } else {
    return u64{static_cast<u32>(fp[slot])} + pc->c;
  }
}

/// Loads of floats come as bits; they go to the accumulator of floats.
template <Opcode O>
inline constexpr bool is_float = O == Opcode::f32_load || O == Opcode::f64_load || O == Opcode::f32_store || O == Opcode::f64_store;

template <Opcode O, Address A, bool KeptOut>
WCOMP_HANDLER void load(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  typename LoadOf<O>::Stored v;
  const u64 at = address_of<A>(fp, pc, pc->b, acc);
  if constexpr (A == Address::any) {
    const auto* m = static_cast<const MemInst*>(pc[1].pointer);
    if (!m->is_inside(at, sizeof v)) [[unlikely]] [[clang::musttail]] return trap<TrapCode::out_of_bounds_memory_access>(fp, pc, mem, state, acc, facc);
    std::memcpy(&v, m->data() + at, sizeof v);
  } else {
    note_place(state, fp, pc);
    std::memcpy(&v, mem + at, sizeof v);
  }
  const u64 value = static_cast<typename LoadOf<O>::Value>(v);
  if constexpr (!KeptOut) fp[pc->a] = value;
  if constexpr (is_float<O>) facc = std::bit_cast<double>(value);
  else acc = value;
  constexpr int units = A == Address::any ? 2 : 1;
  [[clang::musttail]] return pc[units].handler(fp, pc + units, mem, state, acc, facc);
}

template <Opcode O, Address A, From V>
WCOMP_HANDLER void store(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  using Stored = typename StoreOf<O>::Stored;
  const u64 at = address_of<A>(fp, pc, pc->a, acc);
  Stored v;
  if constexpr (V == From::constant) v = static_cast<Stored>(static_cast<std::int64_t>(static_cast<std::int16_t>(pc->b)));
  else if constexpr (V == From::slot) v = static_cast<Stored>(fp[pc->b]);
  else if constexpr (is_float<O>) v = static_cast<Stored>(std::bit_cast<u64>(facc));
  else v = static_cast<Stored>(acc);
  if constexpr (A == Address::any) {
    const auto* m = static_cast<const MemInst*>(pc[1].pointer);
    if (!m->is_inside(at, sizeof v)) [[unlikely]] [[clang::musttail]] return trap<TrapCode::out_of_bounds_memory_access>(fp, pc, mem, state, acc, facc);
    std::memcpy(m->data() + at, &v, sizeof v);
  } else {
    note_place(state, fp, pc);
    std::memcpy(mem + at, &v, sizeof v);
  }
  constexpr int units = A == Address::any ? 2 : 1;
  [[clang::musttail]] return pc[units].handler(fp, pc + units, mem, state, acc, facc);
}

template <Opcode O, Address A>
Handler select_load(LoadForm form) {
  if (form.is_kept_out) return &load<O, A, true>;
  return &load<O, A, false>;
}

template <Opcode O>
Handler select(LoadForm form) {
  if constexpr (IsLoad<O>) {
    switch (form.address) {
      case Address::slot: return select_load<O, Address::slot>(form);
      case Address::acc: return select_load<O, Address::acc>(form);
      case Address::constant: return select_load<O, Address::constant>(form);
      case Address::add: return select_load<O, Address::add>(form);
      case Address::acc_add: return select_load<O, Address::acc_add>(form);
      case Address::two: return select_load<O, Address::two>(form);
      case Address::acc_two: return select_load<O, Address::acc_two>(form);
      case Address::scaled: return select_load<O, Address::scaled>(form);
      case Address::acc_scaled: return select_load<O, Address::acc_scaled>(form);
      case Address::any: return select_load<O, Address::any>(form);
    }
  }
  return nullptr;
}

template <Opcode O>
Handler select(StoreForm form) {
  if constexpr (IsStore<O>) {
    const bool is_slot = form.value == From::slot, is_acc = form.value == From::acc;
    switch (form.address) {
      case Address::slot:
        return is_slot ? &store<O, Address::slot, From::slot> : is_acc ? &store<O, Address::slot, From::acc> : &store<O, Address::slot, From::constant>;
      case Address::acc:
        return is_slot ? &store<O, Address::acc, From::slot> : is_acc ? nullptr : &store<O, Address::acc, From::constant>;
      case Address::constant: return is_slot ? &store<O, Address::constant, From::slot> : is_acc ? &store<O, Address::constant, From::acc> : nullptr;
      case Address::add: return is_slot ? &store<O, Address::add, From::slot> : is_acc ? &store<O, Address::add, From::acc> : nullptr;
      case Address::any: return is_slot ? &store<O, Address::any, From::slot> : nullptr;
      default: return nullptr;
    }
  }
  return nullptr;
}

template <class Form>
Handler find(Opcode op, Form form) {
  switch (op) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case Opcode::name: return select<Opcode::name>(form);
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return nullptr;
}

}  // namespace

Handler load_handler(Opcode op, LoadForm form) { return find(op, form); }
Handler store_handler(Opcode op, StoreForm form) { return find(op, form); }

}  // namespace wcomp::engine::interp
