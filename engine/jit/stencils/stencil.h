// What stencils are written with: the arguments that hold the values, the holes, the choices of registers, rows of the table. See stencils.cpp.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "core/nan.h"
#include "core/numeric.h"
#include "engine/instance.h"
#include "engine/jit/context.h"
#include "engine/jit/forms.h"
#include "engine/vector_semantics.h"

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

// The processor's: registers and how constants get into instructions.
#if defined(__aarch64__)
#include "engine/jit/stencils/machine_aarch64.h"
#else
#include "engine/jit/stencils/machine_x86_64.h"
#endif
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
  MACHINE_STATE
};

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

template <class T>
inline constexpr bool is_float = std::is_floating_point_v<T>;

template <class T, Hole H, int V>
[[gnu::always_inline]] inline T get(const Machine& m) {
  if constexpr (std::is_same_v<T, float>) return m.x[float_holes[H][V]][0];
  else if constexpr (std::is_same_v<T, double>) return std::bit_cast<f64x2>(m.x[float_holes[H][V]])[0];
  else if constexpr (std::is_same_v<T, V128>) return core::of(m.x[float_holes[H][V]]);
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
  } else if constexpr (std::is_same_v<T, V128>) {
    m.x[float_holes[H][V]] = core::as<f32x4>(value);
  } else {
    m.r[int_holes[H][V]] = value;
  }
}
}  // namespace wcomp::engine::jit
#if defined(__aarch64__)
#include "engine/jit/stencils/operands_aarch64.h"
#else
#include "engine/jit/stencils/operands_x86_64.h"
#endif
namespace wcomp::engine::jit {

template <class T, int n>
[[gnu::always_inline]] inline T operand(const Machine& m) {
  if constexpr (sizeof(T) == 4) return std::bit_cast<T>(read<u32, n>(m));
  else return read<T, n>(m);
}
/// Where the bytes are; null if they are outside.
[[gnu::always_inline]] inline u8* locate(const Machine& m, u64 address, std::size_t size) {
  const auto* memory = cell<const MemInst>(m);
  u64 offset = 0, at = 0;
  WIDE_NUMBER("hole_constant2", offset);
  const bool is_beyond = __builtin_add_overflow(address, offset, &at);
  return is_beyond || !memory->is_inside(at, size) ? nullptr : memory->data() + at;
}

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

template <const Row&... rows>
struct Use {};

}  // namespace wcomp::engine::jit
