// Handlers of loads and stores. Those of a guarded memory 0 check nothing: see engine/fault.h.
#include "engine/interp/inst.h"
#include "engine/memory.h"
#include "engine/semantics.h"

namespace wcomp::engine::interp {
namespace {

using core::Opcode;

/// Where the signal handler cannot read the frame and the instruction out of registers, they are put down before each access.
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !__has_feature(address_sanitizer)
constexpr bool notes_place = false;
#else
constexpr bool notes_place = true;
#endif

[[gnu::always_inline]] inline void note_place(RunState* state, std::uint64_t* fp, const Inst* pc) {
  if constexpr (notes_place) {
    auto* s = static_cast<Stop*>(state->backend);
    s->fp = fp;
    s->pc = pc;
  }
}

template <Form F>
[[gnu::always_inline]] inline std::uint64_t address_of(const std::uint64_t* fp, const Inst* pc, std::uint16_t slot) {
  if constexpr (F == Form::mem0_k) return pc->c;
  else if constexpr (F == Form::mem0_add) return static_cast<std::uint32_t>(fp[slot]) + pc->c;
  else if constexpr (F == Form::mem0_add2) {
    return std::uint64_t{static_cast<std::uint32_t>(fp[slot]) + static_cast<std::uint32_t>(fp[pc->c & 0xffff])} + (pc->c >> 16);
  }
  else return std::uint64_t{static_cast<std::uint32_t>(fp[slot])} + pc->c;
}

template <Opcode O, Form F>
WCOMP_HANDLER void load(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state) {
  typename LoadOf<O>::Stored v;
  std::uint64_t at = address_of<F>(fp, pc, pc->b);
  if constexpr (F == Form::any_mem) {
    const auto* m = static_cast<const MemInst*>(pc[1].pointer);
    if (!m->is_inside(at, sizeof v)) [[unlikely]] [[clang::musttail]] return trap<TrapCode::out_of_bounds_memory_access>(fp, pc, mem, state);
    std::memcpy(&v, m->data() + at, sizeof v);
  } else {
    note_place(state, fp, pc);
    std::memcpy(&v, mem + at, sizeof v);
  }
  fp[pc->a] = static_cast<typename LoadOf<O>::Value>(v);
  constexpr int units = F == Form::any_mem ? 2 : 1;
  [[clang::musttail]] return pc[units].handler(fp, pc + units, mem, state);
}

template <Opcode O, Form F>
WCOMP_HANDLER void store(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state) {
  using Stored = typename StoreOf<O>::Stored;
  std::uint64_t at = address_of<F>(fp, pc, pc->a);
  Stored v;
  if constexpr (F == Form::mem0_i) v = static_cast<Stored>(static_cast<std::int64_t>(static_cast<std::int16_t>(pc->b)));
  else v = static_cast<Stored>(fp[pc->b]);
  if constexpr (F == Form::any_mem) {
    const auto* m = static_cast<const MemInst*>(pc[1].pointer);
    if (!m->is_inside(at, sizeof v)) [[unlikely]] [[clang::musttail]] return trap<TrapCode::out_of_bounds_memory_access>(fp, pc, mem, state);
    std::memcpy(m->data() + at, &v, sizeof v);
  } else {
    note_place(state, fp, pc);
    std::memcpy(mem + at, &v, sizeof v);
  }
  constexpr int units = F == Form::any_mem ? 2 : 1;
  [[clang::musttail]] return pc[units].handler(fp, pc + units, mem, state);
}

template <Opcode O>
Handler select(Form form) {
  if constexpr (IsLoad<O>) {
    if (form == Form::mem0) return &load<O, Form::mem0>;
    if (form == Form::mem0_k) return &load<O, Form::mem0_k>;
    if (form == Form::mem0_add) return &load<O, Form::mem0_add>;
    if (form == Form::mem0_add2) return &load<O, Form::mem0_add2>;
    if (form == Form::any_mem) return &load<O, Form::any_mem>;
  } else if constexpr (IsStore<O>) {
    if (form == Form::mem0) return &store<O, Form::mem0>;
    if (form == Form::mem0_k) return &store<O, Form::mem0_k>;
    if (form == Form::mem0_add) return &store<O, Form::mem0_add>;
    if (form == Form::mem0_i) return &store<O, Form::mem0_i>;
    if (form == Form::any_mem) return &store<O, Form::any_mem>;
  }
  return nullptr;
}

}  // namespace

Handler memory_handler(Opcode op, Form form) {
  switch (op) {
#define WCOMP_OPCODE(name, text, code, immediate, signature) \
  case Opcode::name: return select<Opcode::name>(form);
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return nullptr;
}

}  // namespace wcomp::engine::interp
