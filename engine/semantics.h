// What loads and stores move: the type in memory and the type in the slot, one row of opcodes.def each, beside core/numeric.h's `eval`.
// https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/numeric.h"

namespace wcomp::engine {

/// `Stored` is what memory holds, `Value` the operand or result. Floats move as bits, so that a NaN stays as it is.
template <class StoredType, class ValueType>
struct Access {
  using Stored = StoredType;
  using Value = ValueType;
};

namespace semantics {
using enum core::Opcode;
using core::Op;
using std::int16_t, std::int32_t, std::int8_t, std::uint16_t, std::uint32_t, std::uint64_t, std::uint8_t;

Access<uint32_t, uint32_t> load_of(Op<i32_load>);
Access<uint64_t, uint64_t> load_of(Op<i64_load>);
Access<uint32_t, uint32_t> load_of(Op<f32_load>);
Access<uint64_t, uint64_t> load_of(Op<f64_load>);
Access<int8_t, uint32_t> load_of(Op<i32_load8_s>);
Access<uint8_t, uint32_t> load_of(Op<i32_load8_u>);
Access<int16_t, uint32_t> load_of(Op<i32_load16_s>);
Access<uint16_t, uint32_t> load_of(Op<i32_load16_u>);
Access<int8_t, uint64_t> load_of(Op<i64_load8_s>);
Access<uint8_t, uint64_t> load_of(Op<i64_load8_u>);
Access<int16_t, uint64_t> load_of(Op<i64_load16_s>);
Access<uint16_t, uint64_t> load_of(Op<i64_load16_u>);
Access<int32_t, uint64_t> load_of(Op<i64_load32_s>);
Access<uint32_t, uint64_t> load_of(Op<i64_load32_u>);

Access<uint32_t, uint32_t> store_of(Op<i32_store>);
Access<uint64_t, uint64_t> store_of(Op<i64_store>);
Access<uint32_t, uint32_t> store_of(Op<f32_store>);
Access<uint64_t, uint64_t> store_of(Op<f64_store>);
Access<uint8_t, uint32_t> store_of(Op<i32_store8>);
Access<uint16_t, uint32_t> store_of(Op<i32_store16>);
Access<uint8_t, uint64_t> store_of(Op<i64_store8>);
Access<uint16_t, uint64_t> store_of(Op<i64_store16>);
Access<uint32_t, uint64_t> store_of(Op<i64_store32>);
}  // namespace semantics

template <core::Opcode O>
concept IsLoad = requires { semantics::load_of(core::Op<O>{}); };
template <core::Opcode O>
concept IsStore = requires { semantics::store_of(core::Op<O>{}); };
template <core::Opcode O>
using LoadOf = decltype(semantics::load_of(core::Op<O>{}));
template <core::Opcode O>
using StoreOf = decltype(semantics::store_of(core::Op<O>{}));

/// Slots hold any value type in their low bits; a narrower value's upper half is not looked at.
template <class T>
[[gnu::always_inline]] inline T slot_as(std::uint64_t slot) {
  if constexpr (sizeof(T) == 4) return std::bit_cast<T>(static_cast<std::uint32_t>(slot));
  else return std::bit_cast<T>(slot);
}
template <class T>
[[gnu::always_inline]] inline std::uint64_t as_slot(T value) {
  if constexpr (sizeof(T) == 4) return std::bit_cast<std::uint32_t>(value);
  else return std::bit_cast<std::uint64_t>(value);
}

/// The row's signature, `ii:i`.
consteval std::string_view signature_of(core::Opcode o) {
  switch (o) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case core::Opcode::name: return signature;
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return {};
}
consteval core::Immediate immediate_of(core::Opcode o) {
  switch (o) {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) \
  case core::Opcode::name: return core::Immediate::immediate;
#include "core/opcodes.def"
#undef WCOMP_OPCODE
  }
  return {};
}
consteval bool is_comparison(core::Opcode o) { return o >= core::Opcode::i32_eqz && o <= core::Opcode::f64_ge; }

template <char letter>
struct OperandOf;
template <>
struct OperandOf<'i'> { using Type = std::uint32_t; };
template <>
struct OperandOf<'I'> { using Type = std::uint64_t; };
template <>
struct OperandOf<'f'> { using Type = float; };
template <>
struct OperandOf<'F'> { using Type = double; };

template <core::Opcode O>
inline constexpr std::size_t operand_count = signature_of(O).find(':');
/// No vector among operands and results.
template <core::Opcode O>
inline constexpr bool is_scalar = signature_of(O).find('V') == std::string_view::npos;
/// Rows that `eval` computes.
template <core::Opcode O>
concept IsUnary = immediate_of(O) == core::Immediate::none && is_scalar<O> && operand_count<O> == 1;
template <core::Opcode O>
concept IsBinary = immediate_of(O) == core::Immediate::none && is_scalar<O> && operand_count<O> == 2;
template <core::Opcode O, unsigned n>
using Operand = typename OperandOf<signature_of(O)[n]>::Type;
/// Rows that have a form with a constant operand.
template <core::Opcode O>
concept IsIntegerBinary = IsBinary<O> && std::is_integral_v<Operand<O, 1>>;

}  // namespace wcomp::engine
