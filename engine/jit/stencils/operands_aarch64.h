// Constants, slots and cells in instructions that have room for them. Part of stencil.h.
#pragma once

namespace wcomp::engine::jit {

#define WITH_SLOT(n, use) \
  if constexpr (n == 0) use("hole_slot0"); else if constexpr (n == 1) use("hole_slot1"); else if constexpr (n == 2) use("hole_slot2"); else use("hole_slot3")

/// Signed numbers of 32 bits.
[[gnu::always_inline]] inline u64 number() {
  u64 v;
  SIGNED_NUMBER("hole_constant", v);
  return v;
}
[[gnu::always_inline]] inline u64 number2() {
  u64 v;
  SIGNED_NUMBER("hole_constant2", v);
  return v;
}
/// A store that would fault must write nothing, but one that crosses a page may be done in parts: its last byte is read before.
template <std::size_t size>
[[gnu::always_inline]] inline void reach_end(u8* to) {
  if constexpr (size > 1) asm volatile("ldrb wzr, [%0, %1]" : : "r"(to), "i"(size - 1) : "memory");
}
/// The constant is not negative.
[[gnu::always_inline]] inline u8* add_number(u8* address) {
  asm("add %0, %0, :lo12:hole_constant" : "+r"(address));
  return address;
}
template <int n>
[[gnu::always_inline]] inline u8* slot(const Machine& m) {
  u8* at;
#define SLOT_ADDRESS(hole) asm("add %0, %1, :lo12:" hole : "=r"(at) : "r"(m.fp))
  WITH_SLOT(n, SLOT_ADDRESS);
  return at;
}
template <class T, int n>
[[gnu::always_inline]] inline T read(const Machine& m) {
  T v;
#define READ_WORD(hole) asm("ldr %0, [%1, :lo12:" hole "]" : "=r"(v) : "r"(m.fp))
#define READ_HALF(hole) asm("ldr %w0, [%1, :lo12:" hole "]" : "=r"(v) : "r"(m.fp))
#define READ_DOUBLE(hole) asm("ldr %d0, [%1, :lo12:" hole "]" : "=w"(v) : "r"(m.fp))
  if constexpr (std::is_same_v<T, u64>) {
    WITH_SLOT(n, READ_WORD);
  } else if constexpr (std::is_same_v<T, u32>) {
    WITH_SLOT(n, READ_HALF);
  } else if constexpr (std::is_same_v<T, double>) {
    WITH_SLOT(n, READ_DOUBLE);
  } else {
    std::memcpy(&v, slot<n>(m), sizeof v);
  }
  return v;
}
template <class T, int n>
[[gnu::always_inline]] inline void write(const Machine& m, T v) {
#define WRITE_WORD(hole) asm volatile("str %0, [%1, :lo12:" hole "]" : : "r"(wide), "r"(m.fp) : "memory")
#define WRITE_DOUBLE(hole) asm volatile("str %d0, [%1, :lo12:" hole "]" : : "w"(v), "r"(m.fp) : "memory")
  if constexpr (sizeof(T) == 4) {
    const auto wide = static_cast<u64>(std::bit_cast<u32>(v));
    WITH_SLOT(n, WRITE_WORD);
  } else if constexpr (std::is_same_v<T, double>) {
    WITH_SLOT(n, WRITE_DOUBLE);
  } else if constexpr (sizeof(T) == 8) {
    const auto wide = std::bit_cast<u64>(v);
    WITH_SLOT(n, WRITE_WORD);
  } else {
    std::memcpy(slot<n>(m), &v, sizeof v);
  }
}
/// What the context holds at the offset that is patched in.
template <class T>
[[gnu::always_inline]] inline T* cell(const Machine& m) {
  T* p;
  asm("ldr %0, [%1, :lo12:hole_constant]" : "=r"(p) : "r"(m.cx));
  return p;
}
template <int n>
[[gnu::always_inline]] inline V128 vector_constant() {
  f32x4 v;
  if constexpr (n == 0) asm("ldr %q0, hole_vector0" : "=w"(v));
  else asm("ldr %q0, hole_vector1" : "=w"(v));
  return core::of(v);
}

/// The bytes of `from` that `at` names; zero where it is no position.
[[gnu::always_inline]] inline V128 swizzle(V128 from, V128 at) {
  f32x4 v;
  asm("tbl %0.16b, {%1.16b}, %2.16b" : "=w"(v) : "w"(core::as<f32x4>(from)), "w"(core::as<f32x4>(at)));
  return core::of(v);
}
[[gnu::always_inline]] inline V128 pick(V128 from, V128 at) { return swizzle(from, at); }

template <int n>
[[gnu::always_inline]] inline void replace(Machine& m, f32x4 with) { m.x[n] = with; }

}  // namespace wcomp::engine::jit
