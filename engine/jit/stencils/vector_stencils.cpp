// Stencils of rows on vectors.
//
// A result that is a float or a vector takes the place of the first operand if that is one too, or of the second, as the processor's instruction
// has it; rows of one operand have a form for a register apart besides. Loads of a lane take the place of the vector they change, which is B.
#include "engine/jit/stencils/stencil.h"
#if defined(__aarch64__)
#include "engine/jit/stencils/vector_aarch64.h"
#else
#include "engine/jit/stencils/vector_x86_64.h"
#endif

namespace wcomp::engine::jit {

template <Opcode O>
concept IsVector = !is_scalar<O> && (immediate_of(O) == core::Immediate::none || immediate_of(O) == core::Immediate::lane);

template <Opcode O, unsigned Lane, int V>
[[gnu::always_inline]] inline auto evaluate(const Machine& m) {
  constexpr Op<O> op;
  constexpr auto n = operand_count<O>;
  constexpr bool has_lane = immediate_of(O) == core::Immediate::lane;
  const auto x = get<Operand<O, 0>, A, V>(m);
  if constexpr (O == Opcode::i8x16_swizzle || O == Opcode::i8x16_relaxed_swizzle) {
    return swizzle(x, get<V128, B, V>(m));
  } else if constexpr (n == 1) {
    if constexpr (has_lane) return core::eval(op, x, Lane);
    else return core::eval(op, x);
  } else {
    const auto y = get<Operand<O, 1>, B, V>(m);
#if defined(__aarch64__)
    if constexpr (O == Opcode::f64x2_replace_lane && Lane == 0) return replace_low(x, y);
    else
#endif
    if constexpr (has_lane) return core::eval(op, x, y, Lane);
    else if constexpr (n == 2) return core::eval(op, x, y);
    else return core::eval(op, x, y, get<Operand<O, 2>, C, V>(m));
  }
}
template <class T>
inline constexpr bool is_in_vector_register = std::is_same_v<T, V128> || is_float<T>;
template <Opcode O>
using ResultOf = decltype(evaluate<O, 0, 0>(std::declval<Machine>()));
/// The result may lie where the first operand does.
template <Opcode O>
inline constexpr bool is_alike = is_in_vector_register<Operand<O, 0>> && is_in_vector_register<ResultOf<O>>;

template <Opcode O, Form F, unsigned Lane, int V>
STENCIL vector(STENCIL_ARGS) {
  ENTER_STENCIL;
  constexpr bool has_lane = immediate_of(O) == core::Immediate::lane;
  constexpr Hole to = F == Form::into_b ? B : F == Form::into_a || (has_lane && is_alike<O>) ? A : D;
  V128 r;
  if constexpr (works_on_copies(O)) {
    Machine copies = m;
    f32x4& x = copies.x[float_holes[A][V]];
    f32x4& y = copies.x[float_holes[B][V]];
    COPY_VECTOR(14, x);
    x = copy14;
    if constexpr (operand_count<O> == 2) {
      COPY_VECTOR(15, y);
      y = copy15;
    }
    const f32x4 result = core::as<f32x4>(evaluate<O, Lane, V>(copies));
    replace<float_holes[A][V]>(m, result);
  } else if (by_instruction<O, V>(m, r)) {
    set<to, V>(m, r);
  } else {
    set<to, V>(m, evaluate<O, Lane, V>(m));
  }
  GO_ON(hole_next);
}

/// The constants say which bytes of either operand go where.
template <Form F, int V>
STENCIL shuffle(STENCIL_ARGS) {
  ENTER_STENCIL;
  const V128 x = pick(get<V128, A, V>(m), vector_constant<0>());
  if constexpr (F == Form::constant_into_a) set<A, V>(m, x);
  else set<A, V>(m, V128{x.bits | pick(get<V128, B, V>(m), vector_constant<1>()).bits});
  GO_ON(hole_next);
}

template <Opcode O, bool IsGuarded, unsigned Lane, int V>
STENCIL vector_access(STENCIL_ARGS) {
  ENTER_STENCIL;
  constexpr Op<O> op;
  const u64 address = get<u64, A, V>(m);
  auto place = [&](std::size_t size) -> u8* {
    if constexpr (IsGuarded) return add_number(m.mem + address);
    else return locate(m, address, size);
  };
  if constexpr (IsVectorStore<O>) {
    using Stored = VectorStoreOf<O>;
    u8* at = place(sizeof(Stored));
    if constexpr (IsGuarded) {
      reach_end<sizeof(Stored)>(at);
    } else {
      if (at == nullptr) [[unlikely]] GO_ON(hole_trap_out_of_bounds_memory_access);
    }
    Stored v;
    if constexpr (has_access_lane<O>) v = core::store(op, get<V128, B, V>(m), Lane);
    else v = core::store(op, get<V128, B, V>(m));
    std::memcpy(at, &v, sizeof v);
  } else {
    using Stored = VectorLoadOf<O>;
    const u8* at = place(sizeof(Stored));
    if constexpr (!IsGuarded) {
      if (at == nullptr) [[unlikely]] GO_ON(hole_trap_out_of_bounds_memory_access);
    }
    Stored v;
    std::memcpy(&v, at, sizeof v);
    if constexpr (has_access_lane<O>) set<B, V>(m, core::load(op, v, get<V128, B, V>(m), Lane));
    else set<D, V>(m, core::load(op, v));
  }
  GO_ON(hole_next);
}

// --- the table ---

template <Opcode O, Form F, unsigned Lane>
struct Vector { static const Row row; };
template <Opcode O, Form F, unsigned Lane>
STENCIL_ROW const Row Vector<O, F, Lane>::row = ROW(O, static_cast<int>(F) + Lane, SEVEN(vector, O, F, Lane));
template <Opcode O>
struct Shift { static const Row row; };
template <Opcode O>
STENCIL_ROW const Row Shift<O>::row = ROW(O, Form::constant_into_a, SEVEN(shift, O));
template <Opcode O, bool G, unsigned Lane>
struct VectorAccess { static const Row row; };
template <Opcode O, bool G>
inline constexpr Form access_form = has_access_lane<O> ? (G ? Form::lane_guarded : Form::lane_checked) : G ? Form::guarded : Form::checked;
template <Opcode O, bool G, unsigned Lane>
STENCIL_ROW const Row VectorAccess<O, G, Lane>::row = ROW(O, static_cast<int>(access_form<O, G>) + Lane, SEVEN(vector_access, O, G, Lane));
template <Form F>
struct Shuffle { static const Row row; };
template <Form F>
STENCIL_ROW const Row Shuffle<F>::row = ROW(Opcode::i8x16_shuffle, F, SEVEN(shuffle, F));

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
  if constexpr (IsVectorLoad<O> || IsVectorStore<O>) (static_cast<void>(Use<VectorAccess<O, true, n>::row, VectorAccess<O, false, n>::row>{}), ...);
  else (static_cast<void>(Use<Vector<O, Form::lane, n>::row>{}), ...);
}

template <Opcode O>
void use() {
  if constexpr (IsVectorLoad<O> || IsVectorStore<O>) {
    if constexpr (has_access_lane<O>) use_lanes<O>(std::make_integer_sequence<unsigned, lanes_of(O)>{});
    else static_cast<void>(Use<VectorAccess<O, true, 0>::row, VectorAccess<O, false, 0>::row>{});
  } else if constexpr (IsVector<O>) {
    if constexpr (immediate_of(O) == core::Immediate::lane) {
      use_lanes<O>(std::make_integer_sequence<unsigned, lanes_of(O)>{});
    } else {
      if constexpr (is_reversed(O)) static_cast<void>(Use<Vector<O, Form::into_b, 0>::row>{});
      else if constexpr (is_alike<O>) static_cast<void>(Use<Vector<O, Form::into_a, 0>::row>{});
      if constexpr (operand_count<O> == 1 && !works_on_copies(O)) static_cast<void>(Use<Vector<O, Form::apart, 0>::row>{});
      if constexpr (has_count<O>) static_cast<void>(Use<Shift<O>::row>{});
    }
  }
}

[[gnu::used]] void use_all() {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) use<Opcode::name>();
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  static_cast<void>(Use<Shuffle<Form::into_a>::row, Shuffle<Form::constant_into_a>::row>{});
}

}  // namespace wcomp::engine::jit
