// The stencils: compiled when wcomp is built, with flags of their own, and never linked; extract.py reads them out of the object file.
//
// A stencil is a function that gets everything in registers and hands it on to the next one in a tail call, which is cut off. Values that are
// not its operands pass through, so that clang keeps them where they are. Every form is compiled `variants` times with other registers; how
// the bits of the code go with the bits of the registers' numbers is how extract.py knows where to patch. Constants of few bits (counts of
// shifts) are learnt in the same way. Everything else that is patched is the address of a symbol.
//
// Rules: a symbol's address is a signed number of 32 bits and, as far as clang knows, positive and not 0, so that nothing may compare it
// with 0; no stack may be used; a path that leaves, for a trap or something rare, goes to a symbol of its own, with all registers as they came.
#include "engine/jit/stencils/stencil.h"

namespace wcomp::engine::jit {

/// For extract.py.
struct Lesson {
  u8 count = variants;
  u8 ints[4][variants];
  u8 floats[4][variants];
  u8 counts[2][variants];
};
extern "C" [[gnu::used]] const Lesson wcomp_stencil_lesson = [] {
  Lesson l{};
  for (int h = 0; h < 4; ++h) {
    for (int v = 0; v < variants; ++v) {
      l.ints[h][v] = int_codes[int_holes[h][v]];
      l.floats[h][v] = float_holes[h][v];
    }
  }
  for (int v = 0; v < variants; ++v) {
    l.counts[0][v] = counts32[v];
    l.counts[1][v] = counts64[v];
  }
  return l;
}();

// --- numeric rows ---

template <class T>
inline constexpr bool can_trap = false;
template <class T>
inline constexpr bool can_trap<core::OrTrap<T>> = true;
template <class T>
struct ValueOf { using Type = T; };
template <class T>
struct ValueOf<core::OrTrap<T>> { using Type = T; };

consteval bool is_shift(Opcode o) {
  return (o >= Opcode::i32_shl && o <= Opcode::i32_rotr) || (o >= Opcode::i64_shl && o <= Opcode::i64_rotr);
}
consteval bool is_rotl(Opcode o) { return o == Opcode::i32_rotl || o == Opcode::i64_rotl; }
consteval bool is_rotr(Opcode o) { return o == Opcode::i32_rotr || o == Opcode::i64_rotr; }
consteval bool is_test(Opcode o) { return is_comparison(o) || o == Opcode::i32_and; }
/// Rows of which clang takes the operands in either order: the result has to be one of them. (A sum has an instruction for three registers.)
consteval bool commutes(Opcode o) {
  switch (o) {
    using enum Opcode;
    case i32_mul: case i32_and: case i32_or: case i32_xor: case i64_mul: case i64_and: case i64_or: case i64_xor:
    case f32_add: case f32_mul: case f64_add: case f64_mul: return true;
    default: return false;
  }
}
/// Rows that depend on registers of their own or branch about: clang makes something else of each choice of registers.
consteval bool is_by_slots(Opcode o) {
  switch (o) {
    using enum Opcode;
    case i32_div_s: case i32_div_u: case i32_rem_s: case i32_rem_u: case i64_div_s: case i64_div_u: case i64_rem_s: case i64_rem_u:
    case f32_min: case f32_max: case f64_min: case f64_max: return true;
    default: return false;
  }
}
/// Floats of which order matters: nothing into the second operand.
consteval bool is_float_difference(Opcode o) {
  return o == Opcode::f32_sub || o == Opcode::f32_div || o == Opcode::f64_sub || o == Opcode::f64_div;
}
consteval bool is_add(Opcode o) { return o == Opcode::i32_add || o == Opcode::i64_add; }

template <Opcode O, Form F>
inline constexpr bool has_constant = F == Form::constant || F == Form::constant_into_a || F == Form::if_true_constant || F == Form::if_false_constant;

template <Opcode O, Form F, int V>
[[gnu::always_inline]] inline auto evaluate(const Machine& m) {
  using X = Operand<O, 0>;
  if constexpr (IsUnary<O>) {
    return core::eval(Op<O>{}, get<X, A, V>(m));
  } else {
    using Y = Operand<O, 1>;
    if constexpr (!has_constant<O, F>) return core::eval(Op<O>{}, get<X, A, V>(m), get<Y, B, V>(m));
    else if constexpr (is_shift(O)) return core::eval(Op<O>{}, get<X, A, V>(m), Y{sizeof(X) == 4 ? counts32[V] : counts64[V]});
    else return core::eval(Op<O>{}, get<X, A, V>(m), static_cast<Y>(number()));
  }
}
template <Opcode O>
using ResultOf = decltype(evaluate<O, Form::apart, 0>(std::declval<Machine>()));
template <Opcode O>
using NumberOf = typename ValueOf<ResultOf<O>>::Type;

#if defined(__x86_64__)
/// D = A + B * scale: in assembly, for the encoding must not depend on the registers.
#define ADD_SCALED(scale)                                                                                                                    \
  do {                                                                                                                                       \
    u64 sum;                                                                                                                                 \
    asm("%{disp8%} leal 0(%1,%2," scale "), %k0" : "=r"(sum) : "r"(get<u64, A, V>(m)), "r"(get<u64, B, V>(m)));                                  \
    m.r[int_holes[to][V]] = sum;                                                                                                             \
  } while (false)
#else
/// Rows whose operands clang takes in either order: one instruction for three registers.
#define THREE(instruction) asm(instruction " %0, %1, %2" : "=r"(d) : "r"(get<u64, A, V>(m)), "r"(get<u64, B, V>(m)))
#define THREE_HALVES(instruction) asm(instruction " %w0, %w1, %w2" : "=r"(d) : "r"(get<u64, A, V>(m)), "r"(get<u64, B, V>(m)))
#define THREE_FLOATS(instruction, width) asm(instruction " %" width "0, %" width "1, %" width "2" : "=w"(x) : "w"(m.x[float_holes[A][V]]), "w"(m.x[float_holes[B][V]]))
template <Opcode O, Hole to, int V>
[[gnu::always_inline]] inline void by_instruction(Machine& m) {
  if constexpr (is_float<Operand<O, 0>>) {
    f32x4 x;
    if constexpr (O == Opcode::f32_add) THREE_FLOATS("fadd", "s");
    else if constexpr (O == Opcode::f32_mul) THREE_FLOATS("fmul", "s");
    else if constexpr (O == Opcode::f64_add) THREE_FLOATS("fadd", "d");
    else THREE_FLOATS("fmul", "d");
    m.x[float_holes[to][V]] = x;
  } else {
    u64 d = 0;
    if constexpr (O == Opcode::i32_add) THREE_HALVES("add");
    else if constexpr (O == Opcode::i32_mul) THREE_HALVES("mul");
    else if constexpr (O == Opcode::i32_and) THREE_HALVES("and");
    else if constexpr (O == Opcode::i32_or) THREE_HALVES("orr");
    else if constexpr (O == Opcode::i32_xor) THREE_HALVES("eor");
    else if constexpr (O == Opcode::i64_add) THREE("add");
    else if constexpr (O == Opcode::i64_mul) THREE("mul");
    else if constexpr (O == Opcode::i64_and) THREE("and");
    else if constexpr (O == Opcode::i64_or) THREE("orr");
    else THREE("eor");
    m.r[int_holes[to][V]] = d;
  }
}
#define ADD_SCALED(scale) m.r[int_holes[to][V]] = get<u32, A, V>(m) + get<u32, B, V>(m) * u32{scale[0] - '0'}
#endif
template <Opcode O, Form F, int V>
STENCIL numeric(STENCIL_ARGS) {
  ENTER_STENCIL;
#if defined(__x86_64__)
  if constexpr (is_add(O) && F == Form::apart) {
    u64 sum;
    if constexpr (O == Opcode::i32_add) asm("%{disp8%} leal 0(%1,%2), %k0" : "=r"(sum) : "r"(get<u64, A, V>(m)), "r"(get<u64, B, V>(m)));
    else asm("%{disp8%} leaq 0(%1,%2), %0" : "=r"(sum) : "r"(get<u64, A, V>(m)), "r"(get<u64, B, V>(m)));
    m.r[int_holes[D][V]] = sum;
    GO_ON(hole_next);
  }
  // clang would take SHLD, which many processors are slow with.
  if constexpr (is_rotl(O) && F == Form::constant_into_a) {
    u64& x = m.r[int_holes[A][V]];
    if constexpr (O == Opcode::i32_rotl) asm("roll %1, %k0" : "+r"(x) : "i"(counts32[V]) : "cc");
    else asm("rolq %1, %0" : "+r"(x) : "i"(counts64[V]) : "cc");
    GO_ON(hole_next);
  }
  // .. or an instruction that one register needs a byte more for.
  if constexpr (O == Opcode::i64_add && F == Form::constant_into_a) {
    asm("addq $hole_constant, %0" : "+r"(m.r[int_holes[A][V]]) : : "cc");
    GO_ON(hole_next);
  }
#else
  // clang would take an instruction that has no count of 0.
  if constexpr (O == Opcode::i32_shl && has_constant<O, F>) {
    u64 shifted;
    asm("lsl %w0, %w1, %2" : "=r"(shifted) : "r"(get<u64, A, V>(m)), "i"(counts32[V]));
    m.r[int_holes[F == Form::constant_into_a ? A : D][V]] = shifted;
    GO_ON(hole_next);
  }
  if constexpr ((commutes(O) || is_add(O)) && !has_constant<O, F>) {
    by_instruction<O, F == Form::into_a ? A : F == Form::into_b ? B : D, V>(m);
    GO_ON(hole_next);
  }
#endif
  const auto r = evaluate<O, F, V>(m);
  constexpr Hole to = F == Form::into_a || F == Form::constant_into_a ? A : F == Form::into_b ? B : D;
  if constexpr (can_trap<ResultOf<O>>) {
    if (r.traps) [[unlikely]] {
      if (r.code == TrapCode::integer_divide_by_zero) GO_ON(hole_trap_integer_divide_by_zero);
      if (r.code == TrapCode::integer_overflow) GO_ON(hole_trap_integer_overflow);
      GO_ON(hole_trap_invalid_conversion_to_integer);
    }
    set<to, V>(m, r.value);
  } else {
    set<to, V>(m, r);
  }
  GO_ON(hole_next);
}
/// Slot 0 = slot 1, slot 2.
template <Opcode O>
STENCIL numeric_slots(STENCIL_ARGS) {
  ENTER_STENCIL;
  const auto r = core::eval(Op<O>{}, operand<Operand<O, 0>, 1>(m), operand<Operand<O, 1>, 2>(m));
  if constexpr (can_trap<ResultOf<O>>) {
    if (r.traps) [[unlikely]] {
      if (r.code == TrapCode::integer_divide_by_zero) GO_ON(hole_trap_integer_divide_by_zero);
      GO_ON(hole_trap_integer_overflow);
    }
    write<NumberOf<O>, 0>(m, r.value);
  } else {
    write<NumberOf<O>, 0>(m, r);
  }
  GO_ON(hole_next);
}
template <Opcode O, Form F, int V>
STENCIL branch(STENCIL_ARGS) {
  ENTER_STENCIL;
  const bool wants = F == Form::if_true || F == Form::if_true_constant;
  if (__builtin_expect((evaluate<O, F, V>(m) != 0) == wants, 0)) GO_ON(hole_target);
  GO_ON(hole_next);
}

// --- loads and stores ---

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, float, double>;
template <Opcode O>
inline constexpr bool moves_float = O == Opcode::f32_load || O == Opcode::f64_load || O == Opcode::f32_store || O == Opcode::f64_store;

template <Opcode O, Form F, int V>
STENCIL load(STENCIL_ARGS) {
  ENTER_STENCIL;
  using Stored = typename LoadOf<O>::Stored;
  using Value = typename LoadOf<O>::Value;
  constexpr Hole to = F == Form::guarded_into_a || F == Form::checked_into_a ? A : D;
  const u64 address = get<u64, A, V>(m);
  const u8* from = nullptr;
  if constexpr (F == Form::guarded || F == Form::guarded_into_a) {
    from = add_number(m.mem + address);
  } else {
    from = locate(m, address, sizeof(Stored));
    if (from == nullptr) [[unlikely]] GO_ON(hole_trap_out_of_bounds_memory_access);
  }
  Stored v;
  std::memcpy(&v, from, sizeof v);
  const auto value = static_cast<Value>(v);
  if constexpr (moves_float<O>) set<to, V>(m, std::bit_cast<BitsOf<Value>>(value));
  else set<to, V>(m, value);
  GO_ON(hole_next);
}
template <Opcode O, Form F, int V>
STENCIL store(STENCIL_ARGS) {
  ENTER_STENCIL;
  using Stored = typename StoreOf<O>::Stored;
  using Value = typename StoreOf<O>::Value;
  Stored v;
  if constexpr (F == Form::guarded_constant) v = static_cast<Stored>(number2());
  else if constexpr (moves_float<O>) v = std::bit_cast<Stored>(get<BitsOf<Value>, B, V>(m));
  else v = static_cast<Stored>(get<Value, B, V>(m));
  const u64 address = get<u64, A, V>(m);
  u8* to = nullptr;
  if constexpr (F != Form::checked) {
    to = add_number(m.mem + address);
    reach_end<sizeof v>(to);
  } else {
    to = locate(m, address, sizeof v);
    if (to == nullptr) [[unlikely]] GO_ON(hole_trap_out_of_bounds_memory_access);
  }
  std::memcpy(to, &v, sizeof v);
  GO_ON(hole_next);
}

// --- what is no row ---

template <Pseudo P, Form F, int V>
STENCIL pseudo(STENCIL_ARGS) {
  ENTER_STENCIL;
  constexpr Hole to = F == Form::into_a ? A : F == Form::into_b ? B : D;
  if constexpr (P == Pseudo::move) set<to, V>(m, get<u64, A, V>(m));
  else if constexpr (P == Pseudo::move32) set<to, V>(m, get<u32, A, V>(m));
  else if constexpr (P == Pseudo::move_float) m.x[float_holes[D][V]] = m.x[float_holes[A][V]];
  else if constexpr (P == Pseudo::to_float) set<D, V>(m, std::bit_cast<double>(get<u64, A, V>(m)));
  else if constexpr (P == Pseudo::from_float) set<D, V>(m, std::bit_cast<u64>(get<double, A, V>(m)));
  else if constexpr (P == Pseudo::from_float32) set<D, V>(m, std::bit_cast<u32>(get<float, A, V>(m)));
  else if constexpr (P == Pseudo::load_slot) set<D, V>(m, read<u64, 0>(m));
  else if constexpr (P == Pseudo::load_slot32) set<D, V>(m, read<u32, 0>(m));
  else if constexpr (P == Pseudo::load_slot_float) set<D, V>(m, read<double, 0>(m));
  else if constexpr (P == Pseudo::store_slot) write<u64, 0>(m, get<u64, A, V>(m));
  else if constexpr (P == Pseudo::store_slot_float) write<double, 0>(m, get<double, A, V>(m));
  else if constexpr (P == Pseudo::store_slot_float32) write<float, 0>(m, get<float, A, V>(m));
  else if constexpr (P == Pseudo::store_slot_constant) write<u64, 0>(m, number());
  else if constexpr (P == Pseudo::constant32) {
    u64 v;
    UNSIGNED_NUMBER("hole_constant", v);
    set<D, V>(m, v);
  } else if constexpr (P == Pseudo::constant_signed) {
    u64 v;
    SIGNED_NUMBER("hole_constant", v);
    set<D, V>(m, v);
  } else if constexpr (P == Pseudo::constant64) {
    u64 v;
    WIDE_NUMBER("hole_constant", v);
    set<D, V>(m, v);
  } else if constexpr (P == Pseudo::zero_float) m.x[float_holes[D][V]] = f32x4{};
  else if constexpr (P == Pseudo::copy_slot) write<u64, 0>(m, read<u64, 1>(m));
  else if constexpr (P == Pseudo::load_slot_wide) set<D, V>(m, read<V128, 0>(m));
  else if constexpr (P == Pseudo::store_slot_wide) write<V128, 0>(m, get<V128, A, V>(m));
  else if constexpr (P == Pseudo::constant_wide) set<D, V>(m, vector_constant<0>());
  else if constexpr (P == Pseudo::global_get) set<D, V>(m, *cell<u64>(m));
  else if constexpr (P == Pseudo::global_get_float) set<D, V>(m, *cell<double>(m));
  else if constexpr (P == Pseudo::global_set) *cell<u64>(m) = get<u64, A, V>(m);
  else if constexpr (P == Pseudo::global_set_float) *cell<double>(m) = get<double, A, V>(m);
  else if constexpr (P == Pseudo::global_get_wide) {
    V128 v;
    std::memcpy(&v, cell<u8>(m), sizeof v);
    set<D, V>(m, v);
  } else if constexpr (P == Pseudo::global_set_wide) {
    const auto v = get<V128, A, V>(m);
    std::memcpy(cell<u8>(m), &v, sizeof v);
  } else if constexpr (P == Pseudo::select_float) {
    m.x[float_holes[to][V]] = get<u32, C, V>(m) != 0 ? m.x[float_holes[A][V]] : m.x[float_holes[B][V]];
  } else if constexpr (P == Pseudo::add_shifted1) ADD_SCALED("2");
  else if constexpr (P == Pseudo::add_shifted2) ADD_SCALED("4");
  else if constexpr (P == Pseudo::add_shifted3) ADD_SCALED("8");
  else if constexpr (P == Pseudo::enter) {
    if (reinterpret_cast<u8*>(m.fp) + number() > reinterpret_cast<u8*>(m.cx->state->stack_limit.load(std::memory_order_relaxed))) [[unlikely]] GO_ON(hole_limit);
  } else if constexpr (P == Pseudo::loop) {
    if (m.cx->state->is_interrupted.load(std::memory_order_relaxed) != 0) [[unlikely]] GO_ON(hole_trap_interrupted);
  } else if constexpr (P == Pseudo::use_fuel) {
    const auto n = static_cast<std::int64_t>(number());
    if (m.cx->state->fuel < n) [[unlikely]] GO_ON(hole_trap_out_of_fuel);
    m.cx->state->fuel -= n;
  } else if constexpr (P == Pseudo::resolve_indirect || P == Pseudo::resolve_indirect64) {
    const auto* table = cell<const TableInst>(m);
    const u64 index = P == Pseudo::resolve_indirect64 ? read<u64, 0>(m) : read<u32, 0>(m);
    if (index >= table->elements.size()) [[unlikely]] GO_ON(hole_trap_undefined_element);
    const Ref ref = table->elements[index];
    if (ref == 0) [[unlikely]] GO_ON(hole_trap_uninitialized_element);
    FuncInst* f = m.cx->state->funcs[ref - 1];
    const u32 type = *reinterpret_cast<const u32*>(reinterpret_cast<const u8*>(m.cx->type_ids) + number2());
    if (f->type_id != type) [[unlikely]] GO_ON(hole_trap_indirect_call_type_mismatch);
    m.r[int_registers - 1] = reinterpret_cast<u64>(f);
  } else if constexpr (P == Pseudo::resolve_ref) {
    const Ref ref = read<u64, 0>(m);
    if (ref == 0) [[unlikely]] GO_ON(hole_trap_null_function_reference);
    m.r[int_registers - 1] = reinterpret_cast<u64>(m.cx->state->funcs[ref - 1]);
  } else if constexpr (P == Pseudo::resolve_func) {
    m.r[int_registers - 1] = *reinterpret_cast<const u64*>(reinterpret_cast<const u8*>(m.cx->funcs) + number());
  } else if constexpr (P == Pseudo::ref_func) {
    const u32 index = *reinterpret_cast<const u32*>(reinterpret_cast<const u8*>(m.cx->instance->func_addrs.data()) + number());
    set<D, V>(m, u64{index} + 1);
  } else if constexpr (P == Pseudo::memory_size) set<D, V>(m, cell<const MemInst>(m)->pages());
  else if constexpr (P == Pseudo::canonical_f32) set<A, V>(m, core::canonical(get<float, A, V>(m)));
  else if constexpr (P == Pseudo::canonical_f64) set<A, V>(m, core::canonical(get<double, A, V>(m)));
  else if constexpr (P == Pseudo::canonical_f32x4) {
    COPY_VECTOR(15, m.x[float_holes[A][V]]);
    replace<float_holes[A][V]>(m, std::bit_cast<f32x4>(core::canonical(std::bit_cast<core::lanes::f32x4>(copy15))));
  } else if constexpr (P == Pseudo::canonical_f64x2) {
    COPY_VECTOR(15, m.x[float_holes[A][V]]);
    replace<float_holes[A][V]>(m, std::bit_cast<f32x4>(core::canonical(std::bit_cast<core::lanes::f64x2>(copy15))));
  } else static_assert(P == Pseudo::end);
  GO_ON(hole_next);
}
/// D = C ? A : B. It hides from clang that a condition may be turned into a branch.
template <Form F, int V>
STENCIL select(STENCIL_ARGS) {
  ENTER_STENCIL;
  constexpr Hole to = F == Form::into_a ? A : F == Form::into_b ? B : D;
  const u64 a = get<u64, A, V>(m), b = get<u64, B, V>(m);
  set<to, V>(m, __builtin_unpredictable(get<u32, C, V>(m) != 0) ? a : b);
  GO_ON(hole_next);
}

static_assert(sizeof(FuncAddr) == 4);

// --- the table ---

template <Opcode O, Form F>
struct Numeric { static const Row row; };
template <Opcode O, Form F>
STENCIL_ROW const Row Numeric<O, F>::row = ROW(O, F, SEVEN(numeric, O, F));
template <Opcode O>
struct NumericSlots { static const Row row; };
template <Opcode O>
STENCIL_ROW const Row NumericSlots<O>::row = ROW(O, Form::slots, CODE(numeric_slots<O>));
template <Opcode O, Form F>
struct Branch { static const Row row; };
template <Opcode O, Form F>
STENCIL_ROW const Row Branch<O, F>::row = ROW(O, F, SEVEN(branch, O, F));
template <Opcode O, Form F>
struct Load { static const Row row; };
template <Opcode O, Form F>
STENCIL_ROW const Row Load<O, F>::row = ROW(O, F, SEVEN(load, O, F));
template <Opcode O, Form F>
struct Store { static const Row row; };
template <Opcode O, Form F>
STENCIL_ROW const Row Store<O, F>::row = ROW(O, F, SEVEN(store, O, F));
template <Pseudo P, Form F>
struct PseudoRow { static const Row row; };
template <Pseudo P, Form F>
STENCIL_ROW const Row PseudoRow<P, F>::row = ROW(P, F, SEVEN(pseudo, P, F));
template <Pseudo P>
struct Fixed { static const Row row; };
template <Pseudo P>
STENCIL_ROW const Row Fixed<P>::row = ROW(P, Form::slots, CODE(pseudo<P, Form::slots, 0>));

template <Opcode O>
void use() {
  if constexpr (is_by_slots(O)) {
    static_cast<void>(Use<NumericSlots<O>::row>{});
  } else if constexpr (IsUnary<O> || IsBinary<O>) {
    using X = Operand<O, 0>;
    using R = NumberOf<O>;
    constexpr bool is_alike = is_float<X> == is_float<R>;
    if constexpr (!commutes(O) || has_three_operands) static_cast<void>(Use<Numeric<O, Form::apart>::row>{});
    if constexpr (is_alike) static_cast<void>(Use<Numeric<O, Form::into_a>::row>{});
    if constexpr (IsBinary<O>) {
      if constexpr (is_alike && !is_float_difference(O)) static_cast<void>(Use<Numeric<O, Form::into_b>::row>{});
      if constexpr (!is_float<X> && !is_rotr(O)) {
        static_cast<void>(Use<Numeric<O, Form::constant_into_a>::row>{});
        if constexpr (O != Opcode::i64_add && !is_rotl(O)) static_cast<void>(Use<Numeric<O, Form::constant>::row>{});
        if constexpr (is_test(O)) static_cast<void>(Use<Branch<O, Form::if_true_constant>::row, Branch<O, Form::if_false_constant>::row>{});
      }
    }
    if constexpr (is_comparison(O)) static_cast<void>(Use<Branch<O, Form::if_true>::row, Branch<O, Form::if_false>::row>{});
  } else if constexpr (IsLoad<O>) {
    static_cast<void>(Use<Load<O, Form::guarded>::row, Load<O, Form::checked>::row>{});
    if constexpr (!moves_float<O>) static_cast<void>(Use<Load<O, Form::guarded_into_a>::row, Load<O, Form::checked_into_a>::row>{});
  } else if constexpr (IsStore<O>) {
    static_cast<void>(Use<Store<O, Form::guarded>::row, Store<O, Form::checked>::row>{});
    if constexpr (!moves_float<O>) static_cast<void>(Use<Store<O, Form::guarded_constant>::row>{});
  }
}
template <Pseudo P, Form... F>
void use_pseudo() {
  static_cast<void>(Use<PseudoRow<P, F>::row...>{});
}
template <Pseudo... P>
void use_fixed() {
  static_cast<void>(Use<Fixed<P>::row...>{});
}

template <Form F>
struct Select { static const Row row; };
template <Form F>
STENCIL_ROW const Row Select<F>::row = ROW(Opcode::select, F, SEVEN(select, F));
[[gnu::used]] void use_all() {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) use<Opcode::name>();
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  static_cast<void>(Use<Select<Form::apart>::row, Select<Form::into_a>::row, Select<Form::into_b>::row>{});
  use_pseudo<Pseudo::move, Form::apart>();
  use_pseudo<Pseudo::move32, Form::apart, Form::into_a>();
  use_pseudo<Pseudo::move_float, Form::apart>();
  use_pseudo<Pseudo::to_float, Form::apart>();
  use_pseudo<Pseudo::from_float, Form::apart>();
  use_pseudo<Pseudo::from_float32, Form::apart>();
  use_pseudo<Pseudo::load_slot, Form::apart>();
  use_pseudo<Pseudo::load_slot32, Form::apart>();
  use_pseudo<Pseudo::load_slot_float, Form::apart>();
  use_pseudo<Pseudo::store_slot, Form::apart>();
  use_pseudo<Pseudo::store_slot_float, Form::apart>();
  use_pseudo<Pseudo::store_slot_float32, Form::apart>();
  use_pseudo<Pseudo::load_slot_wide, Form::apart>();
  use_pseudo<Pseudo::store_slot_wide, Form::apart>();
  use_pseudo<Pseudo::constant_wide, Form::apart>();
  use_pseudo<Pseudo::global_get_wide, Form::apart>();
  use_pseudo<Pseudo::global_set_wide, Form::apart>();
  use_pseudo<Pseudo::canonical_f32x4, Form::into_a>();
  use_pseudo<Pseudo::canonical_f64x2, Form::into_a>();
  use_pseudo<Pseudo::constant32, Form::apart>();
  use_pseudo<Pseudo::constant_signed, Form::apart>();
  use_pseudo<Pseudo::constant64, Form::apart>();
  use_pseudo<Pseudo::zero_float, Form::apart>();
  use_pseudo<Pseudo::global_get, Form::apart>();
  use_pseudo<Pseudo::global_get_float, Form::apart>();
  use_pseudo<Pseudo::global_set, Form::apart>();
  use_pseudo<Pseudo::global_set_float, Form::apart>();
  use_pseudo<Pseudo::select_float, Form::apart, Form::into_a, Form::into_b>();
  use_pseudo<Pseudo::add_shifted1, Form::apart, Form::into_a, Form::into_b>();
  use_pseudo<Pseudo::add_shifted2, Form::apart, Form::into_a, Form::into_b>();
  use_pseudo<Pseudo::add_shifted3, Form::apart, Form::into_a, Form::into_b>();
  use_pseudo<Pseudo::ref_func, Form::apart>();
  use_pseudo<Pseudo::memory_size, Form::apart>();
  use_pseudo<Pseudo::canonical_f32, Form::into_a>();
  use_pseudo<Pseudo::canonical_f64, Form::into_a>();
  use_fixed<Pseudo::store_slot_constant, Pseudo::copy_slot, Pseudo::enter, Pseudo::loop, Pseudo::use_fuel, Pseudo::resolve_indirect,
            Pseudo::resolve_indirect64, Pseudo::resolve_ref, Pseudo::resolve_func>();
}

}  // namespace wcomp::engine::jit
