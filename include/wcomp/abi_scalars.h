// Values that are one core value: numbers, bool, char, enums and flags, and how bytes of a memory are read and written. The compound ones are in
// wcomp/abi_types.h, which says which C++ type stands for which WIT type.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "wcomp/abi_layout.h"
#include "wcomp/type_desc.h"

namespace wcomp::abi {

/// Whether a class stands for a resource: those with a constant `resource_name`, and those that generated code says so of.
template <class T>
inline constexpr bool is_resource = requires { T::resource_name; };

// Raw access, after all checks. A place in memory is what the context says by place(): an offset for hosts, a pointer for guests.
template <class T, class Cx>
[[nodiscard]] T read_raw(Cx& cx, auto ptr) {
  T v;
  std::memcpy(&v, cx.at(ptr), sizeof v);
  return v;
}
template <class T, class Cx>
void write_raw(Cx& cx, auto ptr, T v) {
  std::memcpy(cx.at(ptr), &v, sizeof v);
}
template <class Cx>
[[nodiscard]] std::uint32_t read_tag(Cx& cx, auto ptr, std::uint32_t size) {
  if (size == 1) return read_raw<std::uint8_t>(cx, ptr);
  return size == 2 ? read_raw<std::uint16_t>(cx, ptr) : read_raw<std::uint32_t>(cx, ptr);
}
template <class Cx>
void write_tag(Cx& cx, auto ptr, std::uint32_t size, std::uint32_t tag) {
  if (size == 1) return write_raw(cx, ptr, static_cast<std::uint8_t>(tag));
  if (size == 2) return write_raw(cx, ptr, static_cast<std::uint16_t>(tag));
  write_raw(cx, ptr, tag);
}

/// Integers and floats: every bit pattern is a value.
template <class T, TypeKind K, Core C>
struct Number {
  static constexpr TypeDesc desc{K};
  static constexpr std::uint32_t size = sizeof(T);
  static constexpr std::uint32_t align = sizeof(T);
  static constexpr std::array<Core, 1> flat{C};
  static constexpr bool is_any_bits = true;

  template <class Cx>
  static void lower_flat(Cx&, T v, std::uint64_t* slots) {
    if constexpr (C == Core::f32) {
      slots[0] = std::bit_cast<std::uint32_t>(v);
    } else if constexpr (C == Core::f64) {
      slots[0] = std::bit_cast<std::uint64_t>(v);
    } else if constexpr (C == Core::i64) {
      slots[0] = static_cast<std::uint64_t>(v);
    } else {
      slots[0] = static_cast<std::uint32_t>(static_cast<std::int32_t>(v));  // signed ones are sign-extended to 32 bits
    }
  }
  template <class Cx>
  static T lift_flat(Cx&, const std::uint64_t* slots) {
    if constexpr (C == Core::f32) {
      return std::bit_cast<float>(static_cast<std::uint32_t>(slots[0]));
    } else if constexpr (C == Core::f64) {
      return std::bit_cast<double>(slots[0]);
    } else {
      return static_cast<T>(slots[0]);
    }
  }
  template <class Cx>
  static void store(Cx& cx, T v, auto ptr) {
    write_raw(cx, ptr, v);
  }
  template <class Cx>
  static T load(Cx& cx, auto ptr) {
    return read_raw<T>(cx, ptr);
  }
};
template <> struct Type<std::int8_t> : Number<std::int8_t, TypeKind::s8, Core::i32> {};
template <> struct Type<std::uint8_t> : Number<std::uint8_t, TypeKind::u8, Core::i32> {};
template <> struct Type<std::int16_t> : Number<std::int16_t, TypeKind::s16, Core::i32> {};
template <> struct Type<std::uint16_t> : Number<std::uint16_t, TypeKind::u16, Core::i32> {};
template <> struct Type<std::int32_t> : Number<std::int32_t, TypeKind::s32, Core::i32> {};
template <> struct Type<std::uint32_t> : Number<std::uint32_t, TypeKind::u32, Core::i32> {};
template <> struct Type<std::int64_t> : Number<std::int64_t, TypeKind::s64, Core::i64> {};
template <> struct Type<std::uint64_t> : Number<std::uint64_t, TypeKind::u64, Core::i64> {};
template <> struct Type<float> : Number<float, TypeKind::f32, Core::f32> {};
template <> struct Type<double> : Number<double, TypeKind::f64, Core::f64> {};

/// What travels as one unsigned integer and is checked or changed on the way: `Codec` has encode and decode.
template <class T, class Wire, class Codec>
struct Scalar {
  static constexpr std::uint32_t size = sizeof(Wire);
  static constexpr std::uint32_t align = sizeof(Wire);
  static constexpr std::array<Core, 1> flat{Core::i32};
  static constexpr bool is_any_bits = false;

  template <class Cx>
  static void lower_flat(Cx&, T v, std::uint64_t* slots) {
    slots[0] = Codec::encode(v);
  }
  template <class Cx>
  static T lift_flat(Cx& cx, const std::uint64_t* slots) {
    return Codec::decode(cx, static_cast<std::uint32_t>(slots[0]));
  }
  template <class Cx>
  static void store(Cx& cx, T v, auto ptr) {
    write_raw(cx, ptr, static_cast<Wire>(Codec::encode(v)));
  }
  template <class Cx>
  static T load(Cx& cx, auto ptr) {
    return Codec::decode(cx, read_raw<Wire>(cx, ptr));
  }
};

struct BoolCodec {
  static constexpr std::uint32_t encode(bool v) { return v ? 1 : 0; }
  template <class Cx>
  static bool decode(Cx&, std::uint32_t v) {
    return v != 0;
  }
};
template <>
struct Type<bool> : Scalar<bool, std::uint8_t, BoolCodec> {
  static constexpr TypeDesc desc{TypeKind::bool_};
};

struct CharCodec {
  static constexpr std::uint32_t encode(char32_t v) { return v; }
  template <class Cx>
  static char32_t decode(Cx& cx, std::uint32_t v) {
    if (v >= 0x110000 || (v >= 0xD800 && v <= 0xDFFF)) {
      cx.fail_char();
      return U'\uFFFD';
    }
    return static_cast<char32_t>(v);
  }
};
template <>
struct Type<char32_t> : Scalar<char32_t, std::uint32_t, CharCodec> {
  static constexpr TypeDesc desc{TypeKind::char_};
};

template <std::size_t Bytes>
using UnsignedOf = std::conditional_t<Bytes == 1, std::uint8_t, std::conditional_t<Bytes == 2, std::uint16_t, std::uint32_t>>;

template <class E, std::size_t N>
struct EnumCodec {
  static constexpr std::uint32_t encode(E v) { return static_cast<std::uint32_t>(v); }
  template <class Cx>
  static E decode(Cx& cx, std::uint32_t v) {
    if (v >= N) {
      cx.fail_discriminant();
      return E{};
    }
    return static_cast<E>(v);
  }
};
/// `enum class E` whose N values count from 0.
template <class E, std::size_t N>
struct Enum : Scalar<E, UnsignedOf<discriminant_size(N)>, EnumCodec<E, N>> {
  static constexpr TypeDesc describe(const char* const* names) { return {TypeKind::enum_, nullptr, names, N, nullptr}; }
};

template <class F>
struct FlagsCodec {
  static constexpr std::uint32_t encode(F v) { return v.bits(); }
  template <class Cx>
  static F decode(Cx&, std::uint32_t v) {
    return F::from_bits(static_cast<decltype(F{}.bits())>(v));
  }
};
/// A class derived from wcomp::Flags.
template <class F, std::size_t N>
struct FlagSet : Scalar<F, UnsignedOf<flags_size(N)>, FlagsCodec<F>> {
  static constexpr TypeDesc describe(const char* const* names) { return {TypeKind::flags, nullptr, names, N, nullptr}; }
};

}  // namespace wcomp::abi
