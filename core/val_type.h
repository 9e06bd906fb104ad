// Value types and heap types, in 32 bits each, so that comparing two is comparing two numbers.
//
// Number and vector types, and nullable references to abstract heap types, are their byte in the binary (`funcref` is 0x70). Bit 8 makes a
// reference non-null; bit 9 says that the heap type is a type of the module, whose index is in the bits from 10 on. Indices are those of
// one module: types of two modules are compared by what the indices mean, never by these bits.
// https://webassembly.github.io/spec/core/syntax/types.html
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"

namespace wcomp::core {

using TypeIdx = Index<struct CoreTypeIdxTag>;

enum class ValType : std::uint32_t {
  i32 = 0x7f, i64 = 0x7e, f32 = 0x7d, f64 = 0x7c, v128 = 0x7b,
  funcref = 0x70, externref = 0x6f, exnref = 0x69, nullfuncref = 0x73, nullexternref = 0x72, nullexnref = 0x74,
};

/// The same bits as the nullable reference to it.
enum class HeapType : std::uint32_t { func = 0x70, extern_ = 0x6f, exn = 0x69, nofunc = 0x73, noextern = 0x72, noexn = 0x74 };

namespace val_type_bits {
inline constexpr std::uint32_t non_null = 0x100, concrete = 0x200;
inline constexpr unsigned index_shift = 10;
}  // namespace val_type_bits

[[nodiscard]] constexpr bool is_ref(ValType t) { return static_cast<std::uint32_t>(t) > 0xff || (static_cast<std::uint32_t>(t) < 0x78 && static_cast<std::uint32_t>(t) > 0x60); }
[[nodiscard]] constexpr bool is_nullable(ValType t) { return (static_cast<std::uint32_t>(t) & val_type_bits::non_null) == 0; }
/// Whether a local of the type has a value before it is set: all but references that are never null.
[[nodiscard]] constexpr bool is_defaultable(ValType t) { return !is_ref(t) || is_nullable(t); }
[[nodiscard]] constexpr HeapType heap_type_of(ValType ref) { return static_cast<HeapType>(static_cast<std::uint32_t>(ref) & ~val_type_bits::non_null); }
[[nodiscard]] constexpr ValType ref_to(HeapType h, bool nullable) {
  return static_cast<ValType>(static_cast<std::uint32_t>(h) | (nullable ? 0 : val_type_bits::non_null));
}
/// `t` must be below limits::types.
[[nodiscard]] constexpr HeapType heap_type_of(TypeIdx t) { return static_cast<HeapType>((t.value << val_type_bits::index_shift) | val_type_bits::concrete); }
[[nodiscard]] constexpr bool is_concrete(HeapType h) { return (static_cast<std::uint32_t>(h) & val_type_bits::concrete) != 0; }
[[nodiscard]] constexpr bool is_concrete_ref(ValType t) { return (static_cast<std::uint32_t>(t) & val_type_bits::concrete) != 0; }
/// Of a concrete heap type.
[[nodiscard]] constexpr TypeIdx type_idx_of(HeapType h) { return TypeIdx(static_cast<std::uint32_t>(h) >> val_type_bits::index_shift); }

/// As in the text format: `i32`, `funcref`, `(ref null 3)`.
[[nodiscard]] std::string to_string(ValType t);
/// `func`, `3`.
[[nodiscard]] std::string to_string(HeapType h);

}  // namespace wcomp::core
