// The stencils: compiled when wcomp is built, with flags of their own, and never linked; extract.py reads them out of the object file.
//
// A stencil is a function that gets everything in registers and hands it on to the next one in a tail call, which is cut off. Values that are
// not its operands pass through, so that clang keeps them where they are. Every form is compiled `variants` times with other registers; how
// the bits of the code go with the bits of the registers' numbers is how extract.py knows where to patch. Constants of few bits (counts of
// shifts) are learnt in the same way. Everything else that is patched is the address of a symbol.
//
// Rules: a symbol's address is a signed number of 32 bits and, as far as clang knows, positive and not 0, so that nothing may compare it
// with 0; no stack may be used; a path that leaves, for a trap or something rare, goes to a symbol of its own, with all registers as they came.
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "core/nan.h"
#include "core/numeric.h"
#include "core/vector.h"
#include "engine/instance.h"
#include "engine/jit/context.h"
#include "engine/jit/forms.h"
#include "engine/semantics.h"

template <>
struct wcomp::engine::OperandOf<'V'> { using Type = wcomp::core::V128; };

namespace wcomp::engine::jit {

using core::Op;
using core::Opcode;
using core::V128;
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using f32x4 = float __attribute__((vector_size(16)));
using f64x2 = double __attribute__((vector_size(16)));
using s32x4 = int __attribute__((vector_size(16)));

#define STENCIL_ARGS                                                                                                                            \
  u64 r0, u64 r1, u64 r2, u64 r3, u64 *fp, u8 *mem, Context *cx, [[maybe_unused]] u64 free0, u64 r4, u64 r5, u64 r6, f32x4 x0, f32x4 x1, f32x4 x2, \
      f32x4 x3, f32x4 x4, f32x4 x5, f32x4 x6, f32x4 x7
#define STENCIL __attribute__((preserve_none)) void

// Where a stencil goes on, and what is patched in.
extern "C" {
STENCIL hole_next(STENCIL_ARGS);
STENCIL hole_target(STENCIL_ARGS);
STENCIL hole_limit(STENCIL_ARGS);
STENCIL hole_trap_unreachable(STENCIL_ARGS);
STENCIL hole_trap_integer_divide_by_zero(STENCIL_ARGS);
STENCIL hole_trap_integer_overflow(STENCIL_ARGS);
STENCIL hole_trap_invalid_conversion_to_integer(STENCIL_ARGS);
STENCIL hole_trap_out_of_bounds_memory_access(STENCIL_ARGS);
STENCIL hole_trap_undefined_element(STENCIL_ARGS);
STENCIL hole_trap_uninitialized_element(STENCIL_ARGS);
STENCIL hole_trap_indirect_call_type_mismatch(STENCIL_ARGS);
STENCIL hole_trap_null_function_reference(STENCIL_ARGS);
STENCIL hole_trap_interrupted(STENCIL_ARGS);
STENCIL hole_trap_out_of_fuel(STENCIL_ARGS);
extern char hole_constant[], hole_constant2[];           // numbers
extern char hole_slot0[], hole_slot1[], hole_slot2[], hole_slot3[];  // bytes from the frame's beginning
extern const V128 hole_vector0, hole_vector1;            // 16 bytes among the constants of the code
}

struct Machine {
  u64 r[int_registers];
  f32x4 x[float_registers];
  u64* fp;
  u8* mem;
  Context* cx;
};

#define ENTER_STENCIL Machine m{{r0, r1, r2, r3, r4, r5, r6}, {x0, x1, x2, x3, x4, x5, x6, x7}, fp, mem, cx}
// The register between the context and the fourth value is free: it holds anything.
#define GO_ON(to)                                                                                                                              \
  do {                                                                                                                                         \
    u64 any_;                                                                                                                                  \
    asm("" : "=c"(any_));                                                                                                                      \
    [[clang::musttail]] return to(m.r[0], m.r[1], m.r[2], m.r[3], m.fp, m.mem, m.cx, any_, m.r[4], m.r[5], m.r[6], m.x[0], m.x[1], m.x[2],      \
                                  m.x[3], m.x[4], m.x[5], m.x[6], m.x[7]);                                                                     \
  } while (false)

// --- variants ---

constexpr int variants = 7;
enum Hole { D, A, B, C };
/// What the bytes of the registers' names are, in the order of the names.
constexpr u8 int_codes[int_registers] = {4, 5, 6, 7, 0, 1, 3};
/// The registers of the holes, by variant: each hole has had every integer register, for some are encoded otherwise, and no bit of a number goes
/// the way of another.
constexpr u8 int_holes[4][variants] = {{2, 1, 5, 0, 4, 6, 3}, {6, 4, 3, 2, 5, 1, 0}, {1, 0, 4, 5, 6, 3, 2}, {3, 5, 6, 4, 0, 2, 1}};
constexpr u8 float_holes[4][variants] = {{6, 5, 4, 0, 3, 2, 1}, {2, 3, 1, 6, 7, 0, 4}, {3, 0, 2, 5, 1, 7, 6}, {1, 4, 7, 3, 5, 6, 0}};
constexpr u8 counts32[variants] = {22, 17, 15, 23, 6, 19, 31};
constexpr u8 counts64[variants] = {30, 25, 26, 15, 59, 39, 25};

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

template <class T>
inline constexpr bool is_float = std::is_floating_point_v<T>;

template <class T, Hole H, int V>
[[gnu::always_inline]] inline T get(const Machine& m) {
  if constexpr (std::is_same_v<T, float>) return m.x[float_holes[H][V]][0];
  else if constexpr (std::is_same_v<T, double>) return std::bit_cast<f64x2>(m.x[float_holes[H][V]])[0];
  else return static_cast<T>(m.r[int_holes[H][V]]);
}
template <Hole H, int V, class T>
[[gnu::always_inline]] inline void set(Machine& m, T value) {
  if constexpr (std::is_same_v<T, float>) {
    f32x4 x;
    x[0] = value;  // the other lanes are anything
    m.x[float_holes[H][V]] = x;
  } else if constexpr (std::is_same_v<T, double>) {
    f64x2 x;
    x[0] = value;
    m.x[float_holes[H][V]] = std::bit_cast<f32x4>(x);
  } else {
    m.r[int_holes[H][V]] = value;
  }
}
[[gnu::always_inline]] inline u64 number() { return reinterpret_cast<u64>(hole_constant); }
template <int n>
[[gnu::always_inline]] inline u8* slot(const Machine& m) {
  const char* at = n == 0 ? hole_slot0 : n == 1 ? hole_slot1 : n == 2 ? hole_slot2 : hole_slot3;
  return reinterpret_cast<u8*>(m.fp) + reinterpret_cast<u64>(at);
}
template <class T, int n>
[[gnu::always_inline]] inline T read(const Machine& m) {
  T v;
  std::memcpy(&v, slot<n>(m), sizeof v);
  return v;
}
template <class T, int n>
[[gnu::always_inline]] inline void write(const Machine& m, T v) {
  if constexpr (sizeof(T) == 4) {
    const auto wide = static_cast<u64>(std::bit_cast<u32>(v));
    std::memcpy(slot<n>(m), &wide, sizeof wide);
  } else {
    std::memcpy(slot<n>(m), &v, sizeof v);
  }
}
template <class T, int n>
[[gnu::always_inline]] inline T operand(const Machine& m) {
  if constexpr (sizeof(T) == 4) return std::bit_cast<T>(read<u32, n>(m));
  else return read<T, n>(m);
}
/// What the context holds at the offset that is patched in.
template <class T>
[[gnu::always_inline]] inline T* cell(const Machine& m) {
  return *reinterpret_cast<T**>(reinterpret_cast<u8*>(m.cx) + number());
}

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

/// Where the bytes are; null if they are outside.
[[gnu::always_inline]] inline u8* locate(const Machine& m, u64 address, std::size_t size) {
  const auto* memory = cell<const MemInst>(m);
  u64 offset = 0, at = 0;
  asm("movabsq $hole_constant2, %0" : "=r"(offset));
  const bool is_beyond = __builtin_add_overflow(address, offset, &at);
  return is_beyond || !memory->is_inside(at, size) ? nullptr : memory->data() + at;
}

template <Opcode O, Form F, int V>
STENCIL load(STENCIL_ARGS) {
  ENTER_STENCIL;
  using Stored = typename LoadOf<O>::Stored;
  using Value = typename LoadOf<O>::Value;
  constexpr Hole to = F == Form::guarded_into_a || F == Form::checked_into_a ? A : D;
  const u64 address = get<u64, A, V>(m);
  const u8* from = nullptr;
  if constexpr (F == Form::guarded || F == Form::guarded_into_a) {
    from = m.mem + address + number();
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
  if constexpr (F == Form::guarded_constant) v = static_cast<Stored>(reinterpret_cast<u64>(hole_constant2));
  else if constexpr (moves_float<O>) v = std::bit_cast<Stored>(get<BitsOf<Value>, B, V>(m));
  else v = static_cast<Stored>(get<Value, B, V>(m));
  const u64 address = get<u64, A, V>(m);
  u8* to = nullptr;
  if constexpr (F != Form::checked) {
    to = m.mem + address + number();
  } else {
    to = locate(m, address, sizeof v);
    if (to == nullptr) [[unlikely]] GO_ON(hole_trap_out_of_bounds_memory_access);
  }
  std::memcpy(to, &v, sizeof v);
  GO_ON(hole_next);
}

// --- vectors, in slots ---

template <Opcode O>
concept IsVector = !is_scalar<O> && (immediate_of(O) == core::Immediate::none || immediate_of(O) == core::Immediate::lane);

template <class T, int n>
[[gnu::always_inline]] inline void result(const Machine& m, T v) {
  write<T, n>(m, v);
}
using Bytes = char __attribute__((vector_size(16)));
[[gnu::always_inline]] inline V128 pick(V128 from, V128 at) {
  return core::of(__builtin_ia32_pshufb128(core::as<Bytes>(from), core::as<Bytes>(at)));
}

template <Opcode O, unsigned Lane>
STENCIL vector(STENCIL_ARGS) {
  ENTER_STENCIL;
  constexpr Op<O> op;
  constexpr auto n = operand_count<O>;
  const auto x = operand<Operand<O, 0>, 1>(m);
  if constexpr (O == Opcode::i8x16_swizzle || O == Opcode::i8x16_relaxed_swizzle) {
    const auto at = core::as<core::lanes::u8x16>(operand<V128, 2>(m));
    result<V128, 0>(m, pick(x, core::of(__builtin_elementwise_add_sat(at, core::numeric::splat<core::lanes::u8x16>(0x70)))));
  } else if constexpr (n == 1) {
    if constexpr (immediate_of(O) == core::Immediate::lane) result<decltype(core::eval(op, x, Lane)), 0>(m, core::eval(op, x, Lane));
    else result<decltype(core::eval(op, x)), 0>(m, core::eval(op, x));
  } else {
    const auto y = operand<Operand<O, 1>, 2>(m);
    if constexpr (immediate_of(O) == core::Immediate::lane) result<V128, 0>(m, core::eval(op, x, y, Lane));
    else if constexpr (n == 2) result<V128, 0>(m, core::eval(op, x, y));
    else result<V128, 0>(m, core::eval(op, x, y, operand<Operand<O, 2>, 3>(m)));
  }
  GO_ON(hole_next);
}
/// The two constants say which bytes of either operand go where.
template <int>
STENCIL shuffle(STENCIL_ARGS) {
  ENTER_STENCIL;
  const V128 x = pick(operand<V128, 1>(m), hole_vector0), y = pick(operand<V128, 2>(m), hole_vector1);
  result<V128, 0>(m, V128{x.bits | y.bits});
  GO_ON(hole_next);
}

template <Opcode O, class T>
T loaded_by(V128 (*load)(Op<O>, T));
template <Opcode O, class T>
T loaded_by(V128 (*load)(Op<O>, T, V128, unsigned));
template <Opcode O, class T>
T stored_by(T (*store)(Op<O>, V128));
template <Opcode O, class T>
T stored_by(T (*store)(Op<O>, V128, unsigned));
template <Opcode O>
inline constexpr bool is_vector_access =
    !is_scalar<O> && (immediate_of(O) == core::Immediate::mem_arg || immediate_of(O) == core::Immediate::mem_arg_lane);
template <Opcode O>
inline constexpr bool has_access_lane = immediate_of(O) == core::Immediate::mem_arg_lane;

template <Opcode O, bool IsGuarded, unsigned Lane>
STENCIL vector_access(STENCIL_ARGS) {
  ENTER_STENCIL;
  constexpr Op<O> op;
  constexpr bool is_store = signature_of(O) == "aV:";
  // Loads: slot 0 = what is at slot 1, other lanes of slot 2. Stores: slot 2, at slot 1.
  auto place = [&]<class T>(T*) -> u8* {
    if constexpr (IsGuarded) return m.mem + u64{read<u32, 1>(m)} + number();
    else return locate(m, read<u64, 1>(m), sizeof(T));
  };
  if constexpr (is_store) {
    using Stored = decltype(stored_by<O>(&core::store));
    u8* at = place(static_cast<Stored*>(nullptr));
    if constexpr (!IsGuarded) {
      if (at == nullptr) [[unlikely]] GO_ON(hole_trap_out_of_bounds_memory_access);
    }
    Stored v;
    if constexpr (has_access_lane<O>) v = core::store(op, read<V128, 2>(m), Lane);
    else v = core::store(op, read<V128, 2>(m));
    std::memcpy(at, &v, sizeof v);
  } else {
    using Stored = decltype(loaded_by<O>(&core::load));
    const u8* at = place(static_cast<Stored*>(nullptr));
    if constexpr (!IsGuarded) {
      if (at == nullptr) [[unlikely]] GO_ON(hole_trap_out_of_bounds_memory_access);
    }
    Stored v;
    std::memcpy(&v, at, sizeof v);
    if constexpr (has_access_lane<O>) write<V128, 0>(m, core::load(op, v, read<V128, 2>(m), Lane));
    else write<V128, 0>(m, core::load(op, v));
  }
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
    asm("movl $hole_constant, %k0" : "=r"(v));
    set<D, V>(m, v);
  } else if constexpr (P == Pseudo::constant_signed) {
    u64 v;
    asm("movq $hole_constant, %0" : "=r"(v));
    set<D, V>(m, v);
  } else if constexpr (P == Pseudo::constant64) {
    u64 v;
    asm("movabsq $hole_constant, %0" : "=r"(v));
    set<D, V>(m, v);
  } else if constexpr (P == Pseudo::zero_float) m.x[float_holes[D][V]] = f32x4{};
  else if constexpr (P == Pseudo::copy_slot) write<u64, 0>(m, read<u64, 1>(m));
  else if constexpr (P == Pseudo::copy_wide) write<V128, 0>(m, read<V128, 1>(m));
  else if constexpr (P == Pseudo::constant_wide) write<V128, 0>(m, hole_vector0);
  else if constexpr (P == Pseudo::global_get) set<D, V>(m, *cell<u64>(m));
  else if constexpr (P == Pseudo::global_get_float) set<D, V>(m, *cell<double>(m));
  else if constexpr (P == Pseudo::global_set) *cell<u64>(m) = get<u64, A, V>(m);
  else if constexpr (P == Pseudo::global_set_float) *cell<double>(m) = get<double, A, V>(m);
  else if constexpr (P == Pseudo::global_get_wide) {
    V128 v;
    std::memcpy(&v, cell<u8>(m), sizeof v);
    write<V128, 0>(m, v);
  } else if constexpr (P == Pseudo::global_set_wide) {
    const V128 v = read<V128, 0>(m);
    std::memcpy(cell<u8>(m), &v, sizeof v);
  } else if constexpr (P == Pseudo::select_float) {
    m.x[float_holes[to][V]] = get<u32, C, V>(m) != 0 ? m.x[float_holes[A][V]] : m.x[float_holes[B][V]];
  } else if constexpr (P == Pseudo::select_wide) {
    const V128 a = read<V128, 1>(m), b = read<V128, 2>(m);
    write<V128, 0>(m, read<u32, 3>(m) != 0 ? a : b);
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
    const u32 type = *reinterpret_cast<const u32*>(reinterpret_cast<const u8*>(m.cx->type_ids) + reinterpret_cast<u64>(hole_constant2));
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
  } else if constexpr (P == Pseudo::canonical_f32) set<A, V>(m, core::canonical(get<float, A, V>(m)));
  else if constexpr (P == Pseudo::canonical_f64) set<A, V>(m, core::canonical(get<double, A, V>(m)));
  else if constexpr (P == Pseudo::canonical_f32x4) write<V128, 0>(m, core::of(core::canonical(core::as<core::lanes::f32x4>(read<V128, 0>(m)))));
  else if constexpr (P == Pseudo::canonical_f64x2) write<V128, 0>(m, core::of(core::canonical(core::as<core::lanes::f64x2>(read<V128, 0>(m)))));
  else static_assert(P == Pseudo::end);
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

/// One stencil; where it has no holes that are learnt, only the first function.
struct Row {
  u32 op = 0;
  u32 form = 0;
  void (*code[variants])() = {};
};
template <class F>
using Erased = void (*)();
#define CODE(...) reinterpret_cast<void (*)()>(&__VA_ARGS__)
#define ROW(op, form, ...)                                                                                                         \
  Row { static_cast<u32>(op), static_cast<u32>(form), { __VA_ARGS__ } }
#define SEVEN(function, ...)                                                                                                                  \
  CODE(function<__VA_ARGS__, 0>), CODE(function<__VA_ARGS__, 1>), CODE(function<__VA_ARGS__, 2>), CODE(function<__VA_ARGS__, 3>),             \
      CODE(function<__VA_ARGS__, 4>), CODE(function<__VA_ARGS__, 5>), CODE(function<__VA_ARGS__, 6>)

/// A row of the table lies in a section of its own, together with all others.
#define STENCIL_ROW __attribute__((used, retain, section("wcomp_stencils")))

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
template <Opcode O, unsigned Lane>
struct Vector { static const Row row; };
template <Opcode O, unsigned Lane>
STENCIL_ROW const Row Vector<O, Lane>::row = ROW(O, immediate_of(O) == core::Immediate::lane ? static_cast<int>(Form::lane) + Lane : static_cast<int>(Form::slots), CODE(vector<O, Lane>));
template <Opcode O, bool G, unsigned Lane>
struct VectorAccess { static const Row row; };
template <Opcode O, bool G, unsigned Lane>
STENCIL_ROW const Row VectorAccess<O, G, Lane>::row = ROW(O, has_access_lane<O> ? static_cast<int>(G ? Form::lane_guarded : Form::lane_checked) + Lane : static_cast<int>(G ? Form::slots_guarded : Form::slots_checked), CODE(vector_access<O, G, Lane>));
template <Pseudo P, Form F>
struct PseudoRow { static const Row row; };
template <Pseudo P, Form F>
STENCIL_ROW const Row PseudoRow<P, F>::row = ROW(P, F, SEVEN(pseudo, P, F));
template <Pseudo P>
struct Fixed { static const Row row; };
template <Pseudo P>
STENCIL_ROW const Row Fixed<P>::row = ROW(P, Form::slots, CODE(pseudo<P, Form::slots, 0>));

template <const Row&... rows>
struct Use {};

consteval int lanes_of(Opcode o) {
  switch (o) {
    using enum Opcode;
    case i8x16_extract_lane_s: case i8x16_extract_lane_u: case i8x16_replace_lane: case v128_load8_lane: case v128_store8_lane: return 16;
    case i16x8_extract_lane_s: case i16x8_extract_lane_u: case i16x8_replace_lane: case v128_load16_lane: case v128_store16_lane: return 8;
    case i32x4_extract_lane: case i32x4_replace_lane: case f32x4_extract_lane: case f32x4_replace_lane: case v128_load32_lane: case v128_store32_lane: return 4;
    default: return 2;
  }
}
template <Opcode O, unsigned... n>
void use_lanes(std::integer_sequence<unsigned, n...>) {
  if constexpr (is_vector_access<O>) (static_cast<void>(Use<VectorAccess<O, true, n>::row, VectorAccess<O, false, n>::row>{}), ...);
  else (static_cast<void>(Use<Vector<O, n>::row>{}), ...);
}

template <Opcode O>
void use() {
  if constexpr (is_by_slots(O)) {
    static_cast<void>(Use<NumericSlots<O>::row>{});
  } else if constexpr (IsUnary<O> || IsBinary<O>) {
    using X = Operand<O, 0>;
    using R = NumberOf<O>;
    constexpr bool is_alike = is_float<X> == is_float<R>;
    if constexpr (!commutes(O)) static_cast<void>(Use<Numeric<O, Form::apart>::row>{});
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
  } else if constexpr (is_vector_access<O>) {
    if constexpr (has_access_lane<O>) use_lanes<O>(std::make_integer_sequence<unsigned, lanes_of(O)>{});
    else static_cast<void>(Use<VectorAccess<O, true, 0>::row, VectorAccess<O, false, 0>::row>{});
  } else if constexpr (IsVector<O>) {
    if constexpr (immediate_of(O) == core::Immediate::lane) use_lanes<O>(std::make_integer_sequence<unsigned, lanes_of(O)>{});
    else static_cast<void>(Use<Vector<O, 0>::row>{});
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
template <int n>
struct Shuffle { static const Row row; };
template <int n>
STENCIL_ROW const Row Shuffle<n>::row = ROW(Opcode::i8x16_shuffle, Form::slots, CODE(shuffle<n>));

[[gnu::used]] void use_all() {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) use<Opcode::name>();
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  static_cast<void>(Use<Shuffle<0>::row>{});
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
  use_pseudo<Pseudo::canonical_f32, Form::into_a>();
  use_pseudo<Pseudo::canonical_f64, Form::into_a>();
  use_fixed<Pseudo::store_slot_constant, Pseudo::copy_slot, Pseudo::copy_wide, Pseudo::constant_wide, Pseudo::global_get_wide, Pseudo::global_set_wide,
            Pseudo::select_wide, Pseudo::enter, Pseudo::loop, Pseudo::use_fuel, Pseudo::resolve_indirect, Pseudo::resolve_indirect64,
            Pseudo::resolve_ref, Pseudo::resolve_func, Pseudo::canonical_f32x4, Pseudo::canonical_f64x2>();
}

}  // namespace wcomp::engine::jit
