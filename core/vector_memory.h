// Loads and stores of vectors: the part of core/vector.h, which is the header to include. `load` makes a vector of what memory holds, `store`
// gives what goes to memory; the type that memory holds is that of the argument or the result.
// https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions
#pragma once

#include "core/vector.h"

namespace wcomp::core {

namespace numeric {

/// Eight bytes as lanes half as wide as those of W.
template <class W>
[[gnu::always_inline]] inline V128 extend_bytes(u64 bytes) {
  using Element = std::conditional_t<std::is_signed_v<ElementOf<W>>, std::conditional_t<sizeof(ElementOf<W>) == 2, std::int8_t, std::conditional_t<sizeof(ElementOf<W>) == 4, std::int16_t, s32>>,
                                     std::conditional_t<sizeof(ElementOf<W>) == 2, std::uint8_t, std::conditional_t<sizeof(ElementOf<W>) == 4, std::uint16_t, u32>>>;
  using Half = Element __attribute__((vector_size(8)));
  return of(__builtin_convertvector(std::bit_cast<Half>(bytes), W));
}

inline V128 load(Op<v128_load>, V128 bytes) { return bytes; }
inline V128 load(Op<v128_load8x8_s>, u64 bytes) { return extend_bytes<s16x8>(bytes); }
inline V128 load(Op<v128_load8x8_u>, u64 bytes) { return extend_bytes<u16x8>(bytes); }
inline V128 load(Op<v128_load16x4_s>, u64 bytes) { return extend_bytes<s32x4>(bytes); }
inline V128 load(Op<v128_load16x4_u>, u64 bytes) { return extend_bytes<u32x4>(bytes); }
inline V128 load(Op<v128_load32x2_s>, u64 bytes) { return extend_bytes<s64x2>(bytes); }
inline V128 load(Op<v128_load32x2_u>, u64 bytes) { return extend_bytes<u64x2>(bytes); }
inline V128 load(Op<v128_load8_splat>, std::uint8_t x) { return of(splat<u8x16>(x)); }
inline V128 load(Op<v128_load16_splat>, std::uint16_t x) { return of(splat<u16x8>(x)); }
inline V128 load(Op<v128_load32_splat>, u32 x) { return of(splat<u32x4>(x)); }
inline V128 load(Op<v128_load64_splat>, u64 x) { return of(splat<u64x2>(x)); }
inline V128 load(Op<v128_load32_zero>, u32 x) { return of(u32x4{x, 0, 0, 0}); }
inline V128 load(Op<v128_load64_zero>, u64 x) { return of(u64x2{x, 0}); }

/// The lane of `into` replaced.
inline V128 load(Op<v128_load8_lane>, std::uint8_t x, V128 into, unsigned lane) { return with_lane<u8x16>(into, lane, x); }
inline V128 load(Op<v128_load16_lane>, std::uint16_t x, V128 into, unsigned lane) { return with_lane<u16x8>(into, lane, x); }
inline V128 load(Op<v128_load32_lane>, u32 x, V128 into, unsigned lane) { return with_lane<u32x4>(into, lane, x); }
inline V128 load(Op<v128_load64_lane>, u64 x, V128 into, unsigned lane) { return with_lane<u64x2>(into, lane, x); }

inline V128 store(Op<v128_store>, V128 v) { return v; }
inline std::uint8_t store(Op<v128_store8_lane>, V128 v, unsigned lane) { return lane_of<u8x16>(v, lane); }
inline std::uint16_t store(Op<v128_store16_lane>, V128 v, unsigned lane) { return lane_of<u16x8>(v, lane); }
inline u32 store(Op<v128_store32_lane>, V128 v, unsigned lane) { return lane_of<u32x4>(v, lane); }
inline u64 store(Op<v128_store64_lane>, V128 v, unsigned lane) { return lane_of<u64x2>(v, lane); }

}  // namespace numeric

using numeric::load;
using numeric::store;

}  // namespace wcomp::core
