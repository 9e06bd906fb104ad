// Constants, slots and cells where clang puts them into instructions by itself. Part of stencil.h.
#pragma once

namespace wcomp::engine::jit {

/// Signed numbers of 32 bits.
[[gnu::always_inline]] inline u64 number() { return reinterpret_cast<u64>(hole_constant); }
[[gnu::always_inline]] inline u64 number2() { return reinterpret_cast<u64>(hole_constant2); }
/// A store that faults writes nothing.
template <std::size_t>
[[gnu::always_inline]] inline void reach_end(u8*) {}
[[gnu::always_inline]] inline u8* add_number(u8* address) { return address + number(); }
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
/// What the context holds at the offset that is patched in.
template <class T>
[[gnu::always_inline]] inline T* cell(const Machine& m) {
  return *reinterpret_cast<T**>(reinterpret_cast<u8*>(m.cx) + number());
}
template <int n>
[[gnu::always_inline]] inline V128 vector_constant() { return n == 0 ? hole_vector0 : hole_vector1; }

using Bytes = char __attribute__((vector_size(16)));
/// The bytes of `from` that `at` names by its low four bits; zero where its highest bit is set.
[[gnu::always_inline]] inline V128 pick(V128 from, V128 at) {
  return core::of(__builtin_ia32_pshufb128(core::as<Bytes>(from), core::as<Bytes>(at)));
}
/// Likewise; zero where `at` is no position.
[[gnu::always_inline]] inline V128 swizzle(V128 from, V128 at) {
  return pick(from, core::of(__builtin_elementwise_add_sat(core::as<core::lanes::u8x16>(at), core::numeric::splat<core::lanes::u8x16>(0x70))));
}

/// A vector's value replaced when all else is done: its register was not free before, and xmm0, which some instructions want, has its own value again.
template <int n>
[[gnu::always_inline]] inline void replace(Machine& m, f32x4 with) {
  register f32x4 first asm("xmm0") = m.x[0];
  if constexpr (n == 0) {
    asm volatile("movaps %1, %0" : "+x"(first) : "x"(with));
    m.x[0] = first;
  } else {
    asm volatile("movaps %2, %0" : "+x"(m.x[n]) : "x"(first), "x"(with));
  }
}

}  // namespace wcomp::engine::jit
