// Handlers of loads and stores. Those of a guarded memory 0 check nothing: see engine/fault.h.
#include "engine/interp/bodies.h"
#include "engine/memory.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// The address at slot `s`, and the offset; far beyond any memory's end where 64 bits do not hold the sum.
template <bool Is64>
[[gnu::always_inline]] inline u64 any_address(const u64* fp, const Inst* pc, u16 s) {
  if constexpr (!Is64) return u64{static_cast<u32>(fp[s])} + pc->c;
  u64 at = 0;
  return __builtin_add_overflow(fp[s], pc[1].word2, &at) ? ~u64{0} : at;
}

/// Of any memory, whose size is looked at.
template <Opcode O, bool Is64>
WCOMP_HANDLER void load_any(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  typename LoadOf<O>::Stored v;
  const u64 at = any_address<Is64>(fp, pc, pc->b);
  const auto* memory = static_cast<const MemInst*>(pc[1].pointer);
  if (!memory->is_inside(at, sizeof v)) [[unlikely]] [[clang::musttail]] return trap<TrapCode::out_of_bounds_memory_access>(fp, pc, mem, state, acc, facc);
  std::memcpy(&v, memory->data() + at, sizeof v);
  const u64 value = static_cast<typename LoadOf<O>::Value>(v);
  fp[pc->a] = value;
  if constexpr (is_float_access<O>) facc = std::bit_cast<double>(value);
  else acc = value;
  [[clang::musttail]] return pc[2].handler(fp, pc + 2, mem, state, acc, facc);
}
template <Opcode O, bool Is64>
WCOMP_HANDLER void store_any(u64* fp, const Inst* pc, std::uint8_t* mem, RunState* state, u64 acc, double facc) {
  const u64 at = any_address<Is64>(fp, pc, pc->a);
  const auto v = static_cast<typename StoreOf<O>::Stored>(fp[pc->b]);
  const auto* memory = static_cast<const MemInst*>(pc[1].pointer);
  if (!memory->is_inside(at, sizeof v)) [[unlikely]] [[clang::musttail]] return trap<TrapCode::out_of_bounds_memory_access>(fp, pc, mem, state, acc, facc);
  std::memcpy(memory->data() + at, &v, sizeof v);
  [[clang::musttail]] return pc[2].handler(fp, pc + 2, mem, state, acc, facc);
}

template <Opcode O, Address A>
Handler select_load(LoadForm form) {
  if (form.is_kept_out) return &sequence<Load<O, A, true>>;
  return &sequence<Load<O, A, false>>;
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
      case Address::any: return form.is_kept_out ? nullptr : &load_any<O, false>;
      case Address::any64: return form.is_kept_out ? nullptr : &load_any<O, true>;
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
        return is_slot ? &sequence<Store<O, Address::slot, From::slot>> : is_acc ? &sequence<Store<O, Address::slot, From::acc>> : &sequence<Store<O, Address::slot, From::constant>>;
      case Address::acc:
        return is_slot ? &sequence<Store<O, Address::acc, From::slot>> : is_acc ? nullptr : &sequence<Store<O, Address::acc, From::constant>>;
      case Address::constant: return is_slot ? &sequence<Store<O, Address::constant, From::slot>> : is_acc ? &sequence<Store<O, Address::constant, From::acc>> : nullptr;
      case Address::add: return is_slot ? &sequence<Store<O, Address::add, From::slot>> : is_acc ? &sequence<Store<O, Address::add, From::acc>> : nullptr;
      case Address::any: return is_slot ? &store_any<O, false> : nullptr;
      case Address::any64: return is_slot ? &store_any<O, true> : nullptr;
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
