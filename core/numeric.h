// What every numeric instruction computes: one `eval` for each row of opcodes.def that has no effect but its result.
//
// `eval(Op<i32_add>{}, a, b)` has the operands' and the result's C++ types: i32 and i64 are unsigned here, whatever the instruction reads
// into them. An instruction that can trap returns OrTrap<T>. Interpreter, compilers and the folding of constants call the same functions.
// https://webassembly.github.io/spec/core/exec/numerics.html
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/opcode.h"
#include "wcomp/trap.h"

namespace wcomp::core {

/// Selects the `eval` of one row.
template <Opcode O>
struct Op {};

/// The value of an instruction that may trap instead; `value` means nothing when `traps`.
template <class T>
struct OrTrap {
  T value{};
  bool traps = false;
  TrapCode code{};
  constexpr OrTrap(T v) : value(v) {}  // NOLINT(*explicit*)
  constexpr OrTrap(TrapCode c) : traps(true), code(c) {}  // NOLINT(*explicit*)
};

namespace numeric {

using enum Opcode;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using s32 = std::int32_t;
using s64 = std::int64_t;
using f32 = float;
using f64 = double;

// --- i32 and i64: comparisons ---
constexpr u32 eval(Op<i32_eqz>, u32 a) { return a == 0; }
constexpr u32 eval(Op<i32_eq>, u32 a, u32 b) { return a == b; }
constexpr u32 eval(Op<i32_ne>, u32 a, u32 b) { return a != b; }
constexpr u32 eval(Op<i32_lt_s>, u32 a, u32 b) { return static_cast<s32>(a) < static_cast<s32>(b); }
constexpr u32 eval(Op<i32_lt_u>, u32 a, u32 b) { return a < b; }
constexpr u32 eval(Op<i32_gt_s>, u32 a, u32 b) { return static_cast<s32>(a) > static_cast<s32>(b); }
constexpr u32 eval(Op<i32_gt_u>, u32 a, u32 b) { return a > b; }
constexpr u32 eval(Op<i32_le_s>, u32 a, u32 b) { return static_cast<s32>(a) <= static_cast<s32>(b); }
constexpr u32 eval(Op<i32_le_u>, u32 a, u32 b) { return a <= b; }
constexpr u32 eval(Op<i32_ge_s>, u32 a, u32 b) { return static_cast<s32>(a) >= static_cast<s32>(b); }
constexpr u32 eval(Op<i32_ge_u>, u32 a, u32 b) { return a >= b; }
constexpr u32 eval(Op<i64_eqz>, u64 a) { return a == 0; }
constexpr u32 eval(Op<i64_eq>, u64 a, u64 b) { return a == b; }
constexpr u32 eval(Op<i64_ne>, u64 a, u64 b) { return a != b; }
constexpr u32 eval(Op<i64_lt_s>, u64 a, u64 b) { return static_cast<s64>(a) < static_cast<s64>(b); }
constexpr u32 eval(Op<i64_lt_u>, u64 a, u64 b) { return a < b; }
constexpr u32 eval(Op<i64_gt_s>, u64 a, u64 b) { return static_cast<s64>(a) > static_cast<s64>(b); }
constexpr u32 eval(Op<i64_gt_u>, u64 a, u64 b) { return a > b; }
constexpr u32 eval(Op<i64_le_s>, u64 a, u64 b) { return static_cast<s64>(a) <= static_cast<s64>(b); }
constexpr u32 eval(Op<i64_le_u>, u64 a, u64 b) { return a <= b; }
constexpr u32 eval(Op<i64_ge_s>, u64 a, u64 b) { return static_cast<s64>(a) >= static_cast<s64>(b); }
constexpr u32 eval(Op<i64_ge_u>, u64 a, u64 b) { return a >= b; }

// --- i32 and i64: arithmetic ---
/// Signed division; the one quotient that does not fit traps.
template <class T>
constexpr OrTrap<T> div_s(T a, T b) {
  using S = std::make_signed_t<T>;
  if (b == 0) return TrapCode::integer_divide_by_zero;
  if (static_cast<S>(a) == std::numeric_limits<S>::min() && static_cast<S>(b) == -1) return TrapCode::integer_overflow;
  return static_cast<T>(static_cast<S>(a) / static_cast<S>(b));
}
template <class T>
constexpr OrTrap<T> rem_s(T a, T b) {
  using S = std::make_signed_t<T>;
  if (b == 0) return TrapCode::integer_divide_by_zero;
  if (static_cast<S>(b) == -1) return T{0};
  return static_cast<T>(static_cast<S>(a) % static_cast<S>(b));
}
template <class T>
constexpr OrTrap<T> div_u(T a, T b) {
  if (b == 0) return TrapCode::integer_divide_by_zero;
  return static_cast<T>(a / b);
}
template <class T>
constexpr OrTrap<T> rem_u(T a, T b) {
  if (b == 0) return TrapCode::integer_divide_by_zero;
  return static_cast<T>(a % b);
}

constexpr u32 eval(Op<i32_clz>, u32 a) { return static_cast<u32>(std::countl_zero(a)); }
constexpr u32 eval(Op<i32_ctz>, u32 a) { return static_cast<u32>(std::countr_zero(a)); }
constexpr u32 eval(Op<i32_popcnt>, u32 a) { return static_cast<u32>(std::popcount(a)); }
constexpr u32 eval(Op<i32_add>, u32 a, u32 b) { return a + b; }
constexpr u32 eval(Op<i32_sub>, u32 a, u32 b) { return a - b; }
constexpr u32 eval(Op<i32_mul>, u32 a, u32 b) { return a * b; }
constexpr OrTrap<u32> eval(Op<i32_div_s>, u32 a, u32 b) { return div_s(a, b); }
constexpr OrTrap<u32> eval(Op<i32_div_u>, u32 a, u32 b) { return div_u(a, b); }
constexpr OrTrap<u32> eval(Op<i32_rem_s>, u32 a, u32 b) { return rem_s(a, b); }
constexpr OrTrap<u32> eval(Op<i32_rem_u>, u32 a, u32 b) { return rem_u(a, b); }
constexpr u32 eval(Op<i32_and>, u32 a, u32 b) { return a & b; }
constexpr u32 eval(Op<i32_or>, u32 a, u32 b) { return a | b; }
constexpr u32 eval(Op<i32_xor>, u32 a, u32 b) { return a ^ b; }
constexpr u32 eval(Op<i32_shl>, u32 a, u32 b) { return a << (b & 31); }
constexpr u32 eval(Op<i32_shr_s>, u32 a, u32 b) { return static_cast<u32>(static_cast<s32>(a) >> (b & 31)); }
constexpr u32 eval(Op<i32_shr_u>, u32 a, u32 b) { return a >> (b & 31); }
constexpr u32 eval(Op<i32_rotl>, u32 a, u32 b) { return std::rotl(a, static_cast<int>(b & 31)); }
constexpr u32 eval(Op<i32_rotr>, u32 a, u32 b) { return std::rotr(a, static_cast<int>(b & 31)); }
constexpr u64 eval(Op<i64_clz>, u64 a) { return static_cast<u64>(std::countl_zero(a)); }
constexpr u64 eval(Op<i64_ctz>, u64 a) { return static_cast<u64>(std::countr_zero(a)); }
constexpr u64 eval(Op<i64_popcnt>, u64 a) { return static_cast<u64>(std::popcount(a)); }
constexpr u64 eval(Op<i64_add>, u64 a, u64 b) { return a + b; }
constexpr u64 eval(Op<i64_sub>, u64 a, u64 b) { return a - b; }
constexpr u64 eval(Op<i64_mul>, u64 a, u64 b) { return a * b; }
constexpr OrTrap<u64> eval(Op<i64_div_s>, u64 a, u64 b) { return div_s(a, b); }
constexpr OrTrap<u64> eval(Op<i64_div_u>, u64 a, u64 b) { return div_u(a, b); }
constexpr OrTrap<u64> eval(Op<i64_rem_s>, u64 a, u64 b) { return rem_s(a, b); }
constexpr OrTrap<u64> eval(Op<i64_rem_u>, u64 a, u64 b) { return rem_u(a, b); }
constexpr u64 eval(Op<i64_and>, u64 a, u64 b) { return a & b; }
constexpr u64 eval(Op<i64_or>, u64 a, u64 b) { return a | b; }
constexpr u64 eval(Op<i64_xor>, u64 a, u64 b) { return a ^ b; }
constexpr u64 eval(Op<i64_shl>, u64 a, u64 b) { return a << (b & 63); }
constexpr u64 eval(Op<i64_shr_s>, u64 a, u64 b) { return static_cast<u64>(static_cast<s64>(a) >> (b & 63)); }
constexpr u64 eval(Op<i64_shr_u>, u64 a, u64 b) { return a >> (b & 63); }
constexpr u64 eval(Op<i64_rotl>, u64 a, u64 b) { return std::rotl(a, static_cast<int>(b & 63)); }
constexpr u64 eval(Op<i64_rotr>, u64 a, u64 b) { return std::rotr(a, static_cast<int>(b & 63)); }

// --- widths ---
constexpr u32 eval(Op<i32_wrap_i64>, u64 a) { return static_cast<u32>(a); }
constexpr u64 eval(Op<i64_extend_i32_s>, u32 a) { return static_cast<u64>(static_cast<s64>(static_cast<s32>(a))); }
constexpr u64 eval(Op<i64_extend_i32_u>, u32 a) { return a; }
constexpr u32 eval(Op<i32_extend8_s>, u32 a) { return static_cast<u32>(static_cast<std::int8_t>(a)); }
constexpr u32 eval(Op<i32_extend16_s>, u32 a) { return static_cast<u32>(static_cast<std::int16_t>(a)); }
constexpr u64 eval(Op<i64_extend8_s>, u64 a) { return static_cast<u64>(static_cast<std::int8_t>(a)); }
constexpr u64 eval(Op<i64_extend16_s>, u64 a) { return static_cast<u64>(static_cast<std::int16_t>(a)); }
constexpr u64 eval(Op<i64_extend32_s>, u64 a) { return static_cast<u64>(static_cast<s32>(a)); }

constexpr u32 eval(Op<i32_reinterpret_f32>, f32 a) { return std::bit_cast<u32>(a); }
constexpr u64 eval(Op<i64_reinterpret_f64>, f64 a) { return std::bit_cast<u64>(a); }
constexpr f32 eval(Op<f32_reinterpret_i32>, u32 a) { return std::bit_cast<f32>(a); }
constexpr f64 eval(Op<f64_reinterpret_i64>, u64 a) { return std::bit_cast<f64>(a); }

}  // namespace numeric
}  // namespace wcomp::core

#include "core/numeric_float.h"

namespace wcomp::core {
using numeric::eval;
}  // namespace wcomp::core
