// Compile-time layout of C++ types in the Canonical ABI (32-bit memories): sizes, alignments, flat core types.
//
// Shared by hosts and guests, like wcomp/abi_types.h, which describes the types themselves. CanonicalABI.md "Alignment",
// "Element Size", "Flattening".
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace wcomp::abi {

static_assert(std::endian::native == std::endian::little, "guest memory is little-endian and is read in place");

/// Core value types that values flatten to.
enum class Core : std::uint8_t { i32, i64, f32, f64 };

inline constexpr std::size_t max_flat_params = 16;
inline constexpr std::size_t max_flat_results = 1;

/// What a C++ type is in the Canonical ABI: specialised for every type that can cross (wcomp/abi_types.h) and by generated code.
///
///   size, align          bytes in memory
///   flat                 std::array<Core, N>
///   is_any_bits          C++ object and memory have the same bytes and every pattern is valid: lists are copied as bytes
///   desc                 TypeDesc (not in generated guest code)
///   lower_flat(cx, v, slots), lift_flat(cx, slots), store(cx, v, ptr), load(cx, ptr)
///
/// A slot is 64 bits: i32 zero-extended, floats by their bits. `store` and `load` need the `size` bytes at `ptr` to be checked already,
/// and say so by `cx` when something inside is wrong; what they then return is unspecified but safe. `v` is mutable where handles move.
template <class T>
struct Type;

[[nodiscard]] constexpr std::uint32_t align_up(std::uint32_t offset, std::uint32_t align) { return (offset + align - 1) / align * align; }

/// The spec's `join`: the core type that can hold both.
[[nodiscard]] constexpr Core join(Core a, Core b) {
  if (a == b) return a;
  const bool is_32 = (a == Core::i32 && b == Core::f32) || (a == Core::f32 && b == Core::i32);
  return is_32 ? Core::i32 : Core::i64;
}

/// Bytes of the integer that counts `n` cases.
[[nodiscard]] constexpr std::uint32_t discriminant_size(std::size_t n) { return n <= 0x100 ? 1 : n <= 0x10000 ? 2 : 4; }
/// Bytes of flags.
[[nodiscard]] constexpr std::uint32_t flags_size(std::size_t n) { return n <= 8 ? 1 : n <= 16 ? 2 : 4; }

/// Parts one after the other: a record, a tuple, the parameters of a function.
template <class... Ts>
struct Sequence {
  static constexpr std::size_t count = sizeof...(Ts);
  static constexpr std::uint32_t align = [] {
    std::uint32_t a = 1;
    ((a = Type<Ts>::align > a ? Type<Ts>::align : a), ...);
    return a;
  }();
  static constexpr std::array<std::uint32_t, count + 1> offsets = [] {  // the last one is the end
    std::array<std::uint32_t, count + 1> out{};
    std::size_t i = 0;
    std::uint32_t at = 0;
    ((at = align_up(at, Type<Ts>::align), out[i++] = at, at += Type<Ts>::size), ...);
    out[count] = at;
    return out;
  }();
  static constexpr std::uint32_t size = align_up(offsets[count], align);
  static constexpr std::array<std::size_t, count + 1> flat_offsets = [] {
    std::array<std::size_t, count + 1> out{};
    std::size_t i = 0;
    std::size_t at = 0;
    ((out[i++] = at, at += Type<Ts>::flat.size()), ...);
    out[count] = at;
    return out;
  }();
  static constexpr std::array<Core, flat_offsets[count]> flat = [] {
    std::array<Core, flat_offsets[count]> out{};
    [[maybe_unused]] std::size_t at = 0;
    ([&] { for (const Core c : Type<Ts>::flat) out[at++] = c; }(), ...);
    return out;
  }();
};

/// Type<> of a payload that is not there.
struct NoPayload {
  static constexpr std::uint32_t size = 0;
  static constexpr std::uint32_t align = 1;
  static constexpr std::array<Core, 0> flat{};
};
template <class T>
using PayloadType = typename std::conditional_t<std::is_void_v<T>, std::type_identity<NoPayload>, std::type_identity<Type<T>>>::type;

/// One of several payloads behind a discriminant; `void` is a case without payload.
template <class... Ps>
struct Union {
  static constexpr std::size_t count = sizeof...(Ps);
  static constexpr std::uint32_t tag_size = discriminant_size(count);
  static constexpr std::uint32_t payload_align = [] {
    std::uint32_t a = 1;
    ((a = PayloadType<Ps>::align > a ? PayloadType<Ps>::align : a), ...);
    return a;
  }();
  static constexpr std::uint32_t align = payload_align > tag_size ? payload_align : tag_size;
  static constexpr std::uint32_t payload_offset = align_up(tag_size, payload_align);
  static constexpr std::uint32_t size = [] {
    std::uint32_t s = 0;
    ((s = PayloadType<Ps>::size > s ? PayloadType<Ps>::size : s), ...);
    return align_up(payload_offset + s, align);
  }();
  static constexpr std::size_t flat_count = [] {
    std::size_t n = 0;
    ((n = PayloadType<Ps>::flat.size() > n ? PayloadType<Ps>::flat.size() : n), ...);
    return n + 1;
  }();
  static constexpr std::array<Core, flat_count> flat = [] {
    std::array<Core, flat_count> out{};
    std::array<bool, flat_count> is_set{};
    [[maybe_unused]] const auto add = [&](const auto& payload) {
      std::size_t i = 1;
      for (const Core c : payload) {
        out[i] = is_set[i] ? join(out[i], c) : c;
        is_set[i++] = true;
      }
    };
    (add(PayloadType<Ps>::flat), ...);
    out[0] = Core::i32;
    return out;
  }();
};

}  // namespace wcomp::abi
