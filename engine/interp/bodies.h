// What instructions do, apart from going on to the next: a struct each, whose `run` is inlined into handlers.
//
// A handler is one body or several in a row (`sequence`). An instruction never knows whether it is alone: several in a row have the same
// units as if each had its own handler, so that branches may go into the middle, and only the first one's handler is looked at (see sequences.h).
//
// `units` are those an instruction has. A body that `jumps` returns where to, or null to go on. Bodies do not trap, except by touching a
// guarded memory.
#pragma once

#include <cstring>
#include <utility>

#include "engine/interp/inst.h"
#include "engine/semantics.h"

namespace wcomp::engine::interp {

/// What bodies see: the arguments of a handler.
struct Machine {
  std::uint64_t* fp;
  const Inst* pc;
  std::uint8_t* mem;
  RunState* state;
  std::uint64_t acc;
  double facc;
};

/// A constant operand: 32 bits, sign-extended for i64.
template <class T>
[[gnu::always_inline]] inline T constant(std::uint32_t c) {
  if constexpr (sizeof(T) == 4) return static_cast<T>(c);
  else return static_cast<T>(static_cast<std::int64_t>(static_cast<std::int32_t>(c)));
}

/// The operand of type T that lies in slot `s`, in an accumulator, or is the constant.
template <class T, From F>
[[gnu::always_inline]] inline T operand(const Machine& m, std::uint32_t s) {
  if constexpr (F == From::acc) return from_acc<T>(m.acc, m.facc);
  else if constexpr (F == From::slot) return slot_as<T>(m.fp[s]);
  else return constant<T>(m.pc->c);
}
template <bool KeptOut, class T>
[[gnu::always_inline]] inline void result(Machine& m, T value) {
  if constexpr (!KeptOut) m.fp[m.pc->a] = as_slot(value);
  to_acc(value, m.acc, m.facc);
}
/// A numeric row of operands at slots x and y.
template <core::Opcode O, From First, From Second>
[[gnu::always_inline]] inline auto evaluate(const Machine& m, std::uint32_t x, std::uint32_t y) {
  if constexpr (IsUnary<O>) return core::eval(core::Op<O>{}, operand<Operand<O, 0>, First>(m, x));
  else return core::eval(core::Op<O>{}, operand<Operand<O, 0>, First>(m, x), operand<Operand<O, 1>, Second>(m, y));
}

template <core::Opcode O, From First, From Second, bool KeptOut>
struct Numeric {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static void run(Machine& m) {
    result<KeptOut>(m, evaluate<O, First, Second>(m, m.pc->b, First == From::constant ? m.pc->b : m.pc->c));
  }
};

/// Where a branch goes. Everything that the next instructions do waits for this, so distances are in bytes and need no more than an addition.
[[gnu::always_inline]] inline const Inst* at_distance(const Inst* pc, std::uint32_t bytes) {
  return reinterpret_cast<const Inst*>(reinterpret_cast<const std::uint8_t*>(pc) + static_cast<std::int32_t>(bytes));
}

/// A comparison, or `i32.and` as a test of bits, and the branch on it.
template <core::Opcode O, From First, From Second, bool OnZero>
struct Branch {
  static constexpr int units = 1;
  static constexpr bool jumps = true;
  [[gnu::always_inline]] static const Inst* run(Machine& m) {
    const std::uint32_t r = evaluate<O, First, Second>(m, m.pc->a, m.pc->b);
    if ((r == 0) != OnZero) return nullptr;
    if constexpr (Second == From::constant) return m.pc + static_cast<std::int16_t>(m.pc->b);
    else return at_distance(m.pc, m.pc->c);
  }
};

/// The end of a counting loop.
template <core::Opcode O, bool HasConstant>
struct Step {
  static constexpr int units = 2;
  static constexpr bool jumps = true;
  [[gnu::always_inline]] static const Inst* run(Machine& m) {
    const std::uint32_t counter = static_cast<std::uint32_t>(m.fp[m.pc->a]) + m.pc->c;
    const std::uint32_t other = HasConstant ? static_cast<std::uint32_t>(m.pc[1].word >> 32) : static_cast<std::uint32_t>(m.fp[m.pc->b]);
    m.fp[m.pc->a] = counter;
    return core::eval(core::Op<O>{}, counter, other) != 0 ? at_distance(m.pc, static_cast<std::uint32_t>(m.pc[1].word)) : nullptr;
  }
};

/// The address of a load or store in a guarded memory 0; `slot` is the one that holds it, where the form has one.
template <Address A>
[[gnu::always_inline]] inline std::uint64_t address_of(const Machine& m, std::uint16_t slot) {
  using u32 = std::uint32_t;
  using u64 = std::uint64_t;
  const u32 c = m.pc->c;
  if constexpr (A == Address::constant) return c;
  else if constexpr (A == Address::acc) return u64{static_cast<u32>(m.acc)} + c;
  else if constexpr (A == Address::add) return static_cast<u32>(m.fp[slot]) + c;
  else if constexpr (A == Address::acc_add) return static_cast<u32>(m.acc) + c;
  else if constexpr (A == Address::two) return u64{static_cast<u32>(m.fp[slot]) + static_cast<u32>(m.fp[c & 0xffff])} + (c >> 16);
  else if constexpr (A == Address::acc_two) return u64{static_cast<u32>(m.acc) + static_cast<u32>(m.fp[slot])} + (c >> 16);
  else if constexpr (A == Address::scaled || A == Address::acc_scaled) {
    const u32 index = static_cast<u32>(A == Address::scaled ? m.fp[c & 0xffff] : m.acc);
    return u64{static_cast<u32>(m.fp[slot]) + (index << (c >> 16 & 31))} + (c >> 21);
  } else {
    return u64{static_cast<u32>(m.fp[slot])} + c;
  }
}

/// Floats come and go as bits, through the accumulator of floats.
template <core::Opcode O>
inline constexpr bool is_float_access =
    O == core::Opcode::f32_load || O == core::Opcode::f64_load || O == core::Opcode::f32_store || O == core::Opcode::f64_store;

template <core::Opcode O, Address A, bool KeptOut>
struct Load {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  static constexpr bool touches_memory = true;
  [[gnu::always_inline]] static void run(Machine& m) {
    typename LoadOf<O>::Stored v;
    const std::uint64_t at = address_of<A>(m, m.pc->b);
    note_place(m.state, m.fp, m.pc);
    std::memcpy(&v, m.mem + at, sizeof v);
    const std::uint64_t value = static_cast<typename LoadOf<O>::Value>(v);
    if constexpr (!KeptOut) m.fp[m.pc->a] = value;
    if constexpr (is_float_access<O>) m.facc = std::bit_cast<double>(value);
    else m.acc = value;
  }
};

template <core::Opcode O, Address A, From V>
struct Store {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  static constexpr bool touches_memory = true;
  [[gnu::always_inline]] static void run(Machine& m) {
    using Stored = typename StoreOf<O>::Stored;
    const std::uint64_t at = address_of<A>(m, m.pc->a);
    Stored v;
    if constexpr (V == From::constant) v = static_cast<Stored>(static_cast<std::int64_t>(static_cast<std::int16_t>(m.pc->b)));
    else if constexpr (V == From::slot) v = static_cast<Stored>(m.fp[m.pc->b]);
    else if constexpr (is_float_access<O>) v = static_cast<Stored>(std::bit_cast<std::uint64_t>(m.facc));
    else v = static_cast<Stored>(m.acc);
    note_place(m.state, m.fp, m.pc);
    std::memcpy(m.mem + at, &v, sizeof v);
  }
};

/// An operation on what is loaded.
template <core::Opcode O, core::Opcode L, bool FirstIsAcc, bool KeptOut>
struct NumericLoad {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  static constexpr bool touches_memory = true;
  [[gnu::always_inline]] static void run(Machine& m) {
    using X = Operand<O, 0>;
    typename LoadOf<L>::Stored stored;
    const std::uint64_t at = std::uint64_t{static_cast<std::uint32_t>(m.fp[m.pc->c & 0xffff])} + (m.pc->c >> 16);
    note_place(m.state, m.fp, m.pc);
    std::memcpy(&stored, m.mem + at, sizeof stored);
    const X x = operand<X, (FirstIsAcc ? From::acc : From::slot)>(m, m.pc->b);
    result<KeptOut>(m, core::eval(core::Op<O>{}, x, slot_as<X>(static_cast<typename LoadOf<L>::Value>(stored))));
  }
};

template <bool IsAcc, bool KeptOut>
struct AddShifted {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static void run(Machine& m) {
    const std::uint32_t x = static_cast<std::uint32_t>(IsAcc ? m.acc : m.fp[m.pc->c & 0xffff]);
    result<KeptOut>(m, static_cast<std::uint32_t>(m.fp[m.pc->b]) + (x << (m.pc->c >> 16 & 31)));
  }
};

// --- those of control_handlers.h ---

struct Move {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static void run(Machine& m) { m.fp[m.pc->a] = m.acc = m.fp[m.pc->b]; }
};
struct MoveAcc {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static void run(Machine& m) { m.fp[m.pc->a] = m.acc; }
};
struct MoveFacc {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static void run(Machine& m) { m.fp[m.pc->a] = std::bit_cast<std::uint64_t>(m.facc); }
};
struct Move2 {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static void run(Machine& m) {
    m.fp[m.pc->a] = m.fp[m.pc->b];
    m.fp[m.pc->c & 0xffff] = m.fp[m.pc->c >> 16];
  }
};
template <bool KeptOut>
struct Const32 {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static void run(Machine& m) {
    m.acc = m.pc->b != 0 ? static_cast<std::uint64_t>(static_cast<std::int32_t>(m.pc->c)) : m.pc->c;
    if constexpr (!KeptOut) m.fp[m.pc->a] = m.acc;
    m.facc = std::bit_cast<double>(m.acc);
  }
};
template <bool KeptOut>
struct Const64 {
  static constexpr int units = 2;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static void run(Machine& m) {
    m.acc = m.pc[1].word;
    if constexpr (!KeptOut) m.fp[m.pc->a] = m.acc;
    m.facc = std::bit_cast<double>(m.acc);
  }
};
template <bool ConditionIsAcc>
struct Select {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static void run(Machine& m) {
    const std::uint64_t yes = m.fp[m.pc->b], no = m.fp[m.pc->c & 0xffff];
    const auto condition = static_cast<std::uint32_t>(ConditionIsAcc ? m.acc : m.fp[m.pc->c >> 16]);
    m.fp[m.pc->a] = m.acc = condition != 0 ? yes : no;
  }
};
template <bool IsBack>
struct Jump {
  static constexpr int units = 1;
  static constexpr bool jumps = true;
  static constexpr bool only_goes_on = !IsBack;
  [[gnu::always_inline]] static const Inst* run(Machine& m) { return at_distance(m.pc, m.pc->c); }
};
template <bool IsAcc, bool OnZero>
struct JumpIf {
  static constexpr int units = 1;
  static constexpr bool jumps = true;
  [[gnu::always_inline]] static const Inst* run(Machine& m) {
    const auto condition = static_cast<std::uint32_t>(IsAcc ? m.acc : m.fp[m.pc->a]);
    return (condition == 0) == OnZero ? at_distance(m.pc, m.pc->c) : nullptr;
  }
};
template <bool IsAcc>
struct JumpTable {
  static constexpr int units = 2;
  static constexpr bool jumps = true;
  [[gnu::always_inline]] static const Inst* run(Machine& m) {
    const auto index = static_cast<std::uint32_t>(IsAcc ? m.acc : m.fp[m.pc->a]);
    return static_cast<const Inst* const*>(m.pc[1].pointer)[index < m.pc->c ? index : m.pc->c - 1];
  }
};

/// Whether a body that jumps never goes back, so that it need not look for an interrupt.
template <class Body>
inline constexpr bool only_goes_on = false;
template <class Body>
  requires requires { Body::only_goes_on; }
inline constexpr bool only_goes_on<Body> = Body::only_goes_on;
/// A frame begins: m.pc's function, of which this is the first instruction, may not have the room. The handler that says so, or makes room.
HandlerFn stop_at_limit;
struct Enter {
  static constexpr int units = 1;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static bool has_room(const Machine& m) { return m.fp + m.pc->c <= m.state->stack_limit.load(std::memory_order_relaxed); }
  [[gnu::always_inline]] static void run(Machine& m) {
    for (std::uint32_t i = m.pc->a; i < m.pc->b; ++i) m.fp[i] = 0;
  }
};
struct Call {
  static constexpr int units = 2;
  static constexpr bool jumps = true;
  static constexpr bool only_goes_on = true;
  [[gnu::always_inline]] static const Inst* run(Machine& m) {
    std::uint64_t* caller = std::exchange(m.fp, m.fp + m.pc->a);
    m.fp[m.pc->b] = reinterpret_cast<std::uint64_t>(m.pc + 2);
    m.fp[m.pc->b + 1] = reinterpret_cast<std::uint64_t>(caller);
    return static_cast<const Inst*>(m.pc[1].pointer2);
  }
};
/// None: there is no result. Slot: it is in slot a. Acc: it is held.
enum class Result1 : std::uint8_t { none, slot, acc };
template <Result1 R>
struct Return {
  static constexpr int units = 1;
  static constexpr bool jumps = true;
  static constexpr bool only_goes_on = true;
  [[gnu::always_inline]] static const Inst* run(Machine& m) {
    const auto* to = reinterpret_cast<const Inst*>(m.fp[m.pc->c]);
    auto* caller = reinterpret_cast<std::uint64_t*>(m.fp[m.pc->c + 1]);
    if constexpr (R == Result1::slot) m.acc = m.fp[m.pc->a];
    if constexpr (R != Result1::none) m.fp[0] = m.acc;
    m.fp = caller;
    return to;
  }
};
struct GlobalGet {
  static constexpr int units = 2;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static void run(Machine& m) { m.fp[m.pc->a] = m.acc = *static_cast<const std::uint64_t*>(m.pc[1].pointer); }
};
template <bool IsAcc>
struct GlobalSet {
  static constexpr int units = 2;
  static constexpr bool jumps = false;
  [[gnu::always_inline]] static void run(Machine& m) {
    *static_cast<std::uint64_t*>(const_cast<void*>(m.pc[1].pointer)) = IsAcc ? m.acc : m.fp[m.pc->a];
  }
};

template <class Body>
inline constexpr bool touches_memory = requires { Body::touches_memory; };

/// From here on the processor executes what is said `Units` after the `pc` in its register; nothing of memory moves across. Where nothing notes
/// the place, `units_at` finds it.
template <int Units>
[[gnu::always_inline]] inline void mark_place() {
#if defined(__x86_64__) && defined(__ELF__)
  if constexpr (!notes_place) {
    asm volatile(
        "0:\n"
        ".pushsection wcomp_places, \"aR?\"\n"
        ".long 0b - ., %c0\n"
        ".popsection"
        :
        : "i"(Units)
        : "memory");
  }
#endif
}

/// `Body` and what comes after it, `Units` after the instruction that `pc` points to.
template <int Units, class Body, class... Rest>
[[gnu::always_inline]] WCOMP_HANDLER inline void go_on(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state, std::uint64_t acc, double facc) {
  Machine m{fp, pc + Units, mem, state, acc, facc};
  if constexpr (requires { Body::has_room(m); }) {
    if (!Body::has_room(m)) [[unlikely]] [[clang::musttail]] return stop_at_limit(fp, m.pc, mem, state, acc, facc);
  }
  if constexpr (Body::jumps) {
    if (const Inst* to = Body::run(m)) {
      if (!only_goes_on<Body> && state->is_interrupted.load(std::memory_order_relaxed) != 0) [[unlikely]] {
        [[clang::musttail]] return trap<TrapCode::interrupted>(fp, m.pc, mem, state, m.acc, m.facc);
      }
      [[clang::musttail]] return to->handler(m.fp, to, mem, state, m.acc, m.facc);
    }
  } else {
    constexpr bool is_elsewhere = Units != 0 && touches_memory<Body>;
    if constexpr (is_elsewhere) mark_place<Units>();
    Body::run(m);
    if constexpr (is_elsewhere) mark_place<0>();
  }
  if constexpr (sizeof...(Rest) == 0) {
    [[clang::musttail]] return m.pc[Body::units].handler(fp, m.pc + Body::units, mem, state, m.acc, m.facc);
  } else {
    [[clang::musttail]] return go_on<Units + Body::units, Rest...>(fp, pc, mem, state, m.acc, m.facc);
  }
}

/// The handler of one instruction, or of several in a row.
template <class... B>
WCOMP_HANDLER void sequence(std::uint64_t* fp, const Inst* pc, std::uint8_t* mem, RunState* state, std::uint64_t acc, double facc) {
  [[clang::musttail]] return go_on<0, B...>(fp, pc, mem, state, acc, facc);
}

}  // namespace wcomp::engine::interp
