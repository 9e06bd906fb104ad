// The C++ types that can cross a component boundary, described once for hosts and guests.
//
//   WIT                    C++
//   bool, s8 .. u64        bool, std::int8_t .. std::uint64_t
//   f32, f64, char         float, double, char32_t
//   string                 std::string; as a parameter std::string_view
//   list<T>                std::vector<T>; as a parameter std::span<const T>
//   list<T, N>             std::array<T, N>
//   map<K, V>              std::map<K, V>; of equal keys the last counts
//   option, result, tuple  std::optional, wcomp::Result, std::tuple
//   enum                   enum class, described by Enum
//   flags                  a class derived from wcomp::Flags
//   record                 an aggregate, described by Record
//   variant                a class with a member `wcomp::OneOf<..> value`, one struct for each case, described by Variant
//   own, borrow            see wcomp/abi.h (hosts) and wcomp/guest.h (guests)
//
// All functions are templates over a context `Cx`: the host's checks every byte (wcomp/abi.h), the guest's own memory needs no checks.
#pragma once

#include <array>
#include <cstdint>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "wcomp/abi_layout.h"
#include "wcomp/abi_scalars.h"
#include "wcomp/one_of.h"
#include "wcomp/result.h"
#include "wcomp/type_desc.h"

namespace wcomp {

/// A resource lent for a call, where it is part of a larger value; a whole parameter is a reference instead. It cannot be copied out of what
/// a function was given, since nothing may outlive the call.
template <class T>
class Borrow {
 public:
  Borrow() = default;
  Borrow(T& object) : object_(&object) {}  // NOLINT(*explicit*)
  Borrow(Borrow&&) = default;
  Borrow& operator=(Borrow&&) = default;
  [[nodiscard]] T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }

 private:
  T* object_ = nullptr;
};

/// Base of the classes that stand for WIT flags: a set of up to 32 bits. `Self` has a constant for each flag.
template <class Self, class Bits, std::size_t N>
class Flags {
 public:
  static constexpr std::size_t flag_count = N;
  static constexpr Bits all_bits = static_cast<Bits>(N >= 8 * sizeof(Bits) ? ~Bits{0} : static_cast<Bits>((Bits{1} << (N % (8 * sizeof(Bits)))) - 1));
  constexpr Flags() = default;
  /// Bits without a flag are dropped.
  [[nodiscard]] static constexpr Self from_bits(Bits bits) {
    Self s;
    s.set_ = static_cast<Bits>(bits & all_bits);
    return s;
  }
  [[nodiscard]] constexpr Bits bits() const { return set_; }
  [[nodiscard]] constexpr bool is_empty() const { return set_ == 0; }
  /// Whether all flags of `other` are set.
  [[nodiscard]] constexpr bool contains(Self other) const { return (set_ & other.set_) == other.set_; }
  friend constexpr Self operator|(Self a, Self b) { return from_bits(static_cast<Bits>(a.bits() | b.bits())); }
  friend constexpr Self operator&(Self a, Self b) { return from_bits(static_cast<Bits>(a.bits() & b.bits())); }
  friend constexpr Self operator^(Self a, Self b) { return from_bits(static_cast<Bits>(a.bits() ^ b.bits())); }
  friend constexpr Self operator~(Self a) { return from_bits(static_cast<Bits>(~a.bits())); }
  friend constexpr Self& operator|=(Self& a, Self b) { return a = a | b; }
  friend constexpr Self& operator&=(Self& a, Self b) { return a = a & b; }
  friend constexpr Self& operator^=(Self& a, Self b) { return a = a ^ b; }
  friend constexpr bool operator==(Self a, Self b) { return a.bits() == b.bits(); }

 private:
  Bits set_ = 0;
};

/// Base of the classes that stand for WIT variants: `Self` has a `wcomp::OneOf<..> value` whose alternatives are Self's case structs.
///   if (const auto* some = filter.get_if<Filter::Some>()) use(some->value);
///   filter.match([](const Filter::All&) { .. }, [](const Filter::Some& some) { .. });
template <class Self>
class VariantOf {
 public:
  template <class Case>
  [[nodiscard]] bool is() const {
    return get_if<Case>() != nullptr;
  }
  template <class Case>
  [[nodiscard]] const Case* get_if() const {
    return self().value.template get_if<Case>();
  }
  template <class Case>
  [[nodiscard]] Case* get_if() {
    return static_cast<Self&>(*this).value.template get_if<Case>();
  }
  /// Calls the function that takes the current case.
  template <class... Fs>
  decltype(auto) match(Fs&&... fs) const {
    return self().value.visit(Cases<std::decay_t<Fs>...>{std::forward<Fs>(fs)...});
  }

 private:
  template <class... Fs>
  struct Cases : Fs... {
    using Fs::operator()...;
  };
  [[nodiscard]] const Self& self() const { return static_cast<const Self&>(*this); }
};

}  // namespace wcomp

namespace wcomp::abi {

/// Strings and lists: a pointer and a length. `Impl` has lower(cx, v, ptr&, len&) and lift(cx, ptr, len).
template <class T, class Impl>
struct Pointed {
  static constexpr std::uint32_t size = 8;
  static constexpr std::uint32_t align = 4;
  static constexpr std::array<Core, 2> flat{Core::i32, Core::i32};
  static constexpr bool is_any_bits = false;

  template <class Cx, class V>
  static void lower_flat(Cx& cx, V& v, std::uint64_t* slots) {
    std::uint32_t ptr = 0;
    std::uint32_t len = 0;
    Impl::lower(cx, v, ptr, len);
    slots[0] = ptr;
    slots[1] = len;
  }
  template <class Cx>
  static T lift_flat(Cx& cx, const std::uint64_t* slots) {
    return Impl::lift(cx, static_cast<std::uint32_t>(slots[0]), static_cast<std::uint32_t>(slots[1]));
  }
  template <class Cx, class V>
  static void store(Cx& cx, V& v, auto at) {
    if constexpr (std::is_same_v<std::remove_const_t<V>, std::string> && requires { Cx::is_trusted; }) return cx.store_string(v, at);
    std::uint32_t ptr = 0;
    std::uint32_t len = 0;
    Impl::lower(cx, v, ptr, len);
    write_raw(cx, at, ptr);  // after lowering, which can move the memory
    write_raw(cx, at + 4, len);
  }
  template <class Cx>
  static T load(Cx& cx, auto at) {
    return Impl::lift(cx, read_raw<std::uint32_t>(cx, at), read_raw<std::uint32_t>(cx, at + 4));
  }
};

struct StringImpl {
  template <class Cx>
  static void lower(Cx& cx, std::string_view v, std::uint32_t& ptr, std::uint32_t& len) {
    cx.lower_string(v, ptr, len);
  }
  template <class Cx>
  static std::string lift(Cx& cx, std::uint32_t ptr, std::uint32_t len) {
    return cx.lift_string(ptr, len);
  }
};
template <>
struct Type<std::string> : Pointed<std::string, StringImpl> {
  static constexpr TypeDesc desc{TypeKind::string};
};
struct StringViewImpl : StringImpl {
  template <class Cx>
  static std::string_view lift(Cx& cx, std::uint32_t ptr, std::uint32_t len) {
    return cx.view_string(ptr, len);
  }
};
/// Lifted: a view that is valid until the call ends.
template <>
struct Type<std::string_view> : Pointed<std::string_view, StringViewImpl> {
  static constexpr TypeDesc desc{TypeKind::string};
};

/// Elements in memory as a range, so that a vector is made with room for all of them and for no more. What a vector asks of it: its tag says
/// that the distance costs nothing.
template <class T, class Cx, class Place>
struct Elements {
  using iterator_category = std::random_access_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  /// Becomes the element where it is wanted, not one that is then moved there.
  struct reference {
    Cx* cx;
    Place at;
    operator T() const { return Type<T>::load(*cx, at); }
  };

  Cx* cx;
  Place at;
  std::uint32_t left;

  reference operator*() const { return {cx, at}; }
  Elements& operator++() {
    at += Type<T>::size;
    --left;
    return *this;
  }
  Elements operator++(int) {
    const Elements before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const Elements& a, const Elements& b) { return a.left == b.left; }
  friend difference_type operator-(const Elements& a, const Elements& b) { return static_cast<difference_type>(b.left - a.left); }
};

template <class T>
struct ListImpl {
  using Element = Type<T>;
  template <class Cx, class V>
  static void lower(Cx& cx, V& v, std::uint32_t& ptr, std::uint32_t& len) {
    const std::uint64_t bytes = std::uint64_t{v.size()} * Element::size;
    len = static_cast<std::uint32_t>(v.size());
    if constexpr (Element::is_any_bits) {
      ptr = cx.lower_bytes(v.data(), bytes, Element::align);
    } else {
      ptr = cx.allocate(bytes, Element::align);
      if (!cx.ok()) return;
      auto at = cx.place(ptr);
#if defined(__clang__)
#pragma clang loop unroll(disable)  // guests carry the code of an element once
#endif
      for (auto&& element : v) {
        if constexpr (std::is_same_v<T, bool>) {
          Element::store(cx, static_cast<bool>(element), at);
        } else {
          Element::store(cx, element, at);
        }
        at += Element::size;
      }
    }
  }
  template <class Cx>
  static std::vector<T> lift(Cx& cx, std::uint32_t ptr, std::uint32_t len) {
    const auto at = cx.place(ptr);
    if constexpr (requires { Cx::is_trusted; }) {
      if (len > std::vector<T>().max_size()) __builtin_trap();  // or the vector would have a text for it
      if constexpr (Element::is_any_bits) {
        const T* first = reinterpret_cast<const T*>(at);
        std::vector<T> out(first, first + len);
        cx.consumed(ptr, len);
        return out;
      } else {
        using Range = Elements<T, Cx, decltype(cx.place(ptr))>;
        std::vector<T> out(Range{&cx, at, len}, Range{&cx, at, 0});
        cx.consumed(ptr, len);
        return out;
      }
    } else {
      std::vector<T> out;
      const std::uint64_t bytes = std::uint64_t{len} * Element::size;
      if (!cx.check_list(ptr, bytes, Element::align) || !cx.charge(std::uint64_t{len} * sizeof(T)) || len == 0) return out;
      if constexpr (Element::is_any_bits) {
        out.resize(len);
        std::memcpy(out.data(), cx.at(ptr), static_cast<std::size_t>(bytes));
      } else {
        out.reserve(len);
        for (std::uint32_t i = 0; i < len && cx.ok(); ++i) out.push_back(Element::load(cx, at + i * Element::size));
      }
      return out;
    }
  }
};
template <class T>
struct Type<std::vector<T>> : Pointed<std::vector<T>, ListImpl<T>> {
  static constexpr const TypeDesc* parts[] = {&Type<T>::desc};
  static constexpr TypeDesc desc{TypeKind::list, parts, nullptr, 1, nullptr};
};
template <class T>
struct SpanImpl : ListImpl<T> {
  template <class Cx>
  static std::span<const T> lift(Cx& cx, std::uint32_t ptr, std::uint32_t len) {
    static_assert(Type<T>::is_any_bits, "only lists of plain numbers can be viewed in place");
    if (!cx.check_list(ptr, std::uint64_t{len} * Type<T>::size, Type<T>::align) || len == 0) return {};
    cx.keep_until_end(ptr);
    return {reinterpret_cast<const T*>(cx.at(ptr)), len};
  }
};
/// Lifted: a view that is valid until the call ends.
template <class T>
struct Type<std::span<const T>> : Pointed<std::span<const T>, SpanImpl<T>> {
  static constexpr TypeDesc desc = Type<std::vector<T>>::desc;
};

/// A list of keys with their values.
template <class K, class V>
struct MapImpl {
  using Entry = Sequence<K, V>;
  template <class Cx, class M>
  static void lower(Cx& cx, M& map, std::uint32_t& ptr, std::uint32_t& len) {
    len = static_cast<std::uint32_t>(map.size());
    ptr = cx.allocate(std::uint64_t{map.size()} * Entry::size, Entry::align);
    if (!cx.ok()) return;
    auto at = cx.place(ptr);
    for (auto& [key, value] : map) {
      Type<K>::store(cx, key, at + Entry::offsets[0]);
      Type<V>::store(cx, value, at + Entry::offsets[1]);
      at += Entry::size;
    }
  }
  template <class Cx>
  static std::map<K, V> lift(Cx& cx, std::uint32_t ptr, std::uint32_t len) {
    std::map<K, V> out;
    constexpr std::uint64_t node_size = sizeof(std::pair<const K, V>) + 4 * sizeof(void*);
    if (!cx.check_list(ptr, std::uint64_t{len} * Entry::size, Entry::align) || !cx.charge(len * node_size)) return out;
    auto at = cx.place(ptr);
    for (std::uint32_t i = 0; i < len && cx.ok(); ++i) {
      K key = Type<K>::load(cx, at + Entry::offsets[0]);
      V value = Type<V>::load(cx, at + Entry::offsets[1]);
      out.insert_or_assign(std::move(key), std::move(value));
      at += Entry::size;
    }
    cx.consumed(ptr, len);
    return out;
  }
};
template <class K, class V>
struct Type<std::map<K, V>> : Pointed<std::map<K, V>, MapImpl<K, V>> {
  static constexpr const TypeDesc* parts[] = {&Type<K>::desc, &Type<V>::desc};
  static constexpr TypeDesc desc{TypeKind::map, parts, nullptr, 2, nullptr};
};

/// Parts in a row; `Self` gives them by get<I>(v) and is made by make(parts...).
template <class T, class Self, class... Parts>
struct Product {
  using Layout = Sequence<Parts...>;
  static constexpr std::uint32_t size = Layout::size;
  static constexpr std::uint32_t align = Layout::align;
  static constexpr auto flat = Layout::flat;
  using Indices = std::index_sequence_for<Parts...>;
  static constexpr const TypeDesc* parts[] = {&Type<Parts>::desc...};

  template <class Cx, class V>
  static void lower_flat(Cx& cx, V& v, std::uint64_t* slots) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (Type<Parts>::lower_flat(cx, Self::template get<I>(v), slots + Layout::flat_offsets[I]), ...);
    }(Indices{});
  }
  template <class Cx>
  static T lift_flat(Cx& cx, const std::uint64_t* slots) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return T{Type<Parts>::lift_flat(cx, slots + Layout::flat_offsets[I])...};
    }(Indices{});
  }
  template <class Cx, class V>
  static void store(Cx& cx, V& v, auto ptr) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (Type<Parts>::store(cx, Self::template get<I>(v), ptr + Layout::offsets[I]), ...);
    }(Indices{});
  }
  template <class Cx>
  static T load(Cx& cx, auto ptr) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return T{Type<Parts>::load(cx, ptr + Layout::offsets[I])...}; }(Indices{});
  }
};

template <class... Ts>
struct Type<std::tuple<Ts...>> : Product<std::tuple<Ts...>, Type<std::tuple<Ts...>>, Ts...> {
  static constexpr bool is_any_bits = false;  // the order of members in a std::tuple is the library's business
  static constexpr TypeDesc desc{TypeKind::tuple, Type::parts, nullptr, sizeof...(Ts), nullptr};
  template <std::size_t I, class V>
  static auto& get(V& v) {
    return std::get<I>(v);
  }
};

template <class M>
struct MemberOf;
template <class T, class F>
struct MemberOf<F T::*> {
  using Field = F;
};
/// An aggregate with these members, in order.
template <class T, auto... Members>
struct Record : Product<T, Record<T, Members...>, typename MemberOf<decltype(Members)>::Field...> {
 private:
  using Base = Product<T, Record<T, Members...>, typename MemberOf<decltype(Members)>::Field...>;
  static constexpr std::uint32_t sum = (Type<typename MemberOf<decltype(Members)>::Field>::size + ... + 0);

 public:
  static constexpr bool is_record = true;
  // Without padding the members lie in memory as the Canonical ABI has them.
  static constexpr bool is_any_bits = (Type<typename MemberOf<decltype(Members)>::Field>::is_any_bits && ...) && sum == Base::size &&
                                      sizeof(T) == Base::size && std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T>;
  static constexpr TypeDesc describe(const char* const* names) {
    return {TypeKind::record, Base::parts, names, sizeof...(Members), nullptr};
  }
  template <std::size_t I, class V>
  static auto& get(V& v) {
    return v.*std::get<I>(std::make_tuple(Members...));
  }
};

template <class T, std::size_t N>
struct Type<std::array<T, N>> {
  static constexpr std::uint32_t size = Type<T>::size * static_cast<std::uint32_t>(N);
  static constexpr std::uint32_t align = Type<T>::align;
  static constexpr std::size_t flat_each = Type<T>::flat.size();
  // What flattens to more than can be passed is never flat, however much more: it lies in memory.
  static constexpr bool is_too_long = flat_each * N > max_flat_params;
  static constexpr auto flat = [] {
    std::array<Core, is_too_long ? max_flat_params + 1 : flat_each * N> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = Type<T>::flat[i % flat_each];
    return out;
  }();
  static constexpr bool is_any_bits = Type<T>::is_any_bits;
  static constexpr const TypeDesc* parts[] = {&Type<T>::desc};
  static constexpr TypeDesc desc{TypeKind::fixed_list, parts, nullptr, N, nullptr};

  template <class Cx, class V>
  static void lower_flat(Cx& cx, V& v, std::uint64_t* slots) {
    for (std::size_t i = 0; i < N; ++i) Type<T>::lower_flat(cx, v[i], slots + i * flat_each);
  }
  template <class Cx>
  static std::array<T, N> lift_flat(Cx& cx, const std::uint64_t* slots) {
    constexpr std::size_t stride = is_too_long ? 0 : flat_each;  // only to have some value after an error: all slots are 0 then
    return make([&](std::size_t i) { return Type<T>::lift_flat(cx, slots + i * stride); });
  }
  template <class Cx, class V>
  static void store(Cx& cx, V& v, auto ptr) {
    if constexpr (is_any_bits) {
      std::memcpy(cx.at(ptr), v.data(), size);
    } else {
      for (std::size_t i = 0; i < N; ++i) Type<T>::store(cx, v[i], ptr + static_cast<std::uint32_t>(i) * Type<T>::size);
    }
  }
  template <class Cx>
  static std::array<T, N> load(Cx& cx, auto ptr) {
    if constexpr (is_any_bits) {
      std::array<T, N> out;
      std::memcpy(out.data(), cx.at(ptr), size);
      return out;
    } else {
      return make([&](std::size_t i) { return Type<T>::load(cx, ptr + static_cast<std::uint32_t>(i) * Type<T>::size); });
    }
  }

 private:
  template <class F>
  static std::array<T, N> make(F element) {
    if constexpr (std::is_default_constructible_v<T>) {
      std::array<T, N> out{};
      for (std::size_t i = 0; i < N; ++i) out[i] = element(i);
      return out;
    } else {
      return [&]<std::size_t... I>(std::index_sequence<I...>) { return std::array<T, N>{element(I)...}; }(std::make_index_sequence<N>{});
    }
  }
};

/// Becomes what `make` gives where that is wanted: a payload is made in the value that holds it, not moved there.
template <class F>
struct Later {
  F make;
  operator decltype(std::declval<F&>()())() { return make(); }
};
template <class F>
Later(F) -> Later<F>;

/// A discriminant of N cases as it was read.
template <std::size_t N, class Cx>
std::uint32_t checked_tag(Cx& cx, std::uint32_t tag) {
  if (tag < N) return tag;
  cx.fail_discriminant();
  return 0;
}

/// Whether guests have the code that loads a T once, and not wherever one is loaded.
template <class T, class Cx>
inline constexpr bool is_loaded_once = requires { Cx::is_trusted; } && std::is_empty_v<Cx> && !std::is_trivially_destructible_v<T>;
template <class T, class Self, class Cx>
[[gnu::noinline]] T load_once(std::uint8_t* at) {
  Cx cx;
  return Self::load_here(cx, at);
}

/// A discriminant and a payload; `Self` has index(v), payload<I>(v) and make<I>(), make<I>(what becomes the payload).
template <class T, class Self, class... Ps>
struct Sum {
  using Layout = Union<Ps...>;
  static constexpr std::uint32_t size = Layout::size;
  static constexpr std::uint32_t align = Layout::align;
  static constexpr auto flat = Layout::flat;
  static constexpr bool is_any_bits = false;
  template <std::size_t I>
  using Payload = std::tuple_element_t<I, std::tuple<std::type_identity<Ps>...>>::type;

  template <class Cx, class V>
  static void lower_flat(Cx& cx, V& v, std::uint64_t* slots) {
    const std::size_t index = Self::index(v);
    slots[0] = index;
    for (std::size_t i = 1; i < flat.size(); ++i) slots[i] = 0;  // what the case leaves out
    with_constant<sizeof...(Ps)>(index, [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
      if constexpr (!std::is_void_v<Payload<I>>) Type<Payload<I>>::lower_flat(cx, Self::template payload<I>(v), slots + 1);
    });
  }
  template <class Cx>
  static T lift_flat(Cx& cx, const std::uint64_t* slots) {
    const std::size_t index = checked_tag<sizeof...(Ps)>(cx, static_cast<std::uint32_t>(slots[0]));
    return with_constant<sizeof...(Ps)>(index, [&]<std::size_t I>(std::integral_constant<std::size_t, I>) -> T {
      if constexpr (std::is_void_v<Payload<I>>) {
        return Self::template make<I>();
      } else {
        return Self::template make<I>(Later{[&] { return Type<Payload<I>>::lift_flat(cx, slots + 1); }});
      }
    });
  }
  template <class Cx, class V>
  static void store(Cx& cx, V& v, auto ptr) {
    const std::size_t index = Self::index(v);
    write_tag(cx, ptr, Layout::tag_size, static_cast<std::uint32_t>(index));
    with_constant<sizeof...(Ps)>(index, [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
      if constexpr (!std::is_void_v<Payload<I>>) Type<Payload<I>>::store(cx, Self::template payload<I>(v), ptr + Layout::payload_offset);
    });
  }
  template <class Cx>
  static T load(Cx& cx, auto ptr) {
    const std::size_t index = checked_tag<sizeof...(Ps)>(cx, read_tag(cx, ptr, Layout::tag_size));
    return with_constant<sizeof...(Ps)>(index, [&]<std::size_t I>(std::integral_constant<std::size_t, I>) -> T {
      if constexpr (std::is_void_v<Payload<I>>) {
        return Self::template make<I>();
      } else {
        return Self::template make<I>(Later{[&] { return Type<Payload<I>>::load(cx, ptr + Layout::payload_offset); }});
      }
    });
  }
};

/// Description of a payload that may be absent.
template <class P>
constexpr const TypeDesc* desc_or_null() {
  if constexpr (std::is_void_v<P>) {
    return nullptr;
  } else {
    return &Type<P>::desc;
  }
}

template <class T>
struct Type<std::optional<T>> : Sum<std::optional<T>, Type<std::optional<T>>, void, T> {
  static constexpr const TypeDesc* parts[] = {&Type<T>::desc};
  static constexpr TypeDesc desc{TypeKind::option, parts, nullptr, 1, nullptr};
  template <class Cx>
  static std::optional<T> load(Cx& cx, auto ptr) {
    if constexpr (is_loaded_once<T, Cx>) {
      return load_once<std::optional<T>, Type, Cx>(ptr);
    } else {
      return Type::Sum::load(cx, ptr);
    }
  }
  template <class Cx>
  static std::optional<T> load_here(Cx& cx, auto ptr) {
    return Type::Sum::load(cx, ptr);
  }
  template <class V>
  static std::size_t index(V& v) {
    return v.has_value() ? 1 : 0;
  }
  template <std::size_t I, class V>
  static auto& payload(V& v) {
    return *v;
  }
  template <std::size_t I, class... P>
  static std::optional<T> make(P&&... p) {
    if constexpr (I == 0) {
      return std::nullopt;
    } else {
      return std::optional<T>(std::in_place, std::forward<P>(p)...);
    }
  }
};

template <class T, class E>
struct Type<Result<T, E>> : Sum<Result<T, E>, Type<Result<T, E>>, T, E> {
  static constexpr const TypeDesc* parts[] = {desc_or_null<T>(), desc_or_null<E>()};
  static constexpr TypeDesc desc{TypeKind::result, parts, nullptr, 2, nullptr};
  /// The flat form of a result that has a value: its error is not looked at.
  template <class Cx, class V>
  static void lower_flat_value(Cx& cx, V& v, std::uint64_t* slots) {
    for (std::size_t i = 0; i < Type::flat.size(); ++i) slots[i] = 0;
    if constexpr (!std::is_void_v<T>) Type<T>::lower_flat(cx, v.value(), slots + 1);
  }
  template <class V>
  static std::size_t index(V& v) {
    return v.has_value() ? 0 : 1;
  }
  template <std::size_t I, class V>
  static auto& payload(V& v) {
    if constexpr (I == 0) {
      return v.value();
    } else {
      return v.error();
    }
  }
  template <std::size_t I, class... P>
  static Result<T, E> make(P&&... p) {
    if constexpr (I == 0) {
      return Result<T, E>(std::in_place_index<0>, std::forward<P>(p)...);
    } else {
      return Result<T, E>(std::in_place_index<1>, std::forward<P>(p)...);
    }
  }
};

/// A class with `OneOf<..> value` whose alternatives are structs: `{}` for a case without payload (`void` here), else `{ P value; }`. It can be made
/// of what makes its OneOf.
template <class T, class... Ps>
struct Variant {
  using Layout = Union<Ps...>;
  static constexpr std::uint32_t size = Layout::size;
  static constexpr std::uint32_t align = Layout::align;
  static constexpr auto flat = Layout::flat;
  static constexpr bool is_any_bits = false;
  static constexpr const TypeDesc* parts[] = {desc_or_null<Ps>()...};
  static constexpr TypeDesc describe(const char* const* names) { return {TypeKind::variant, parts, names, sizeof...(Ps), nullptr}; }

  template <class Cx, class V>
  static void lower_flat(Cx& cx, V& v, std::uint64_t* slots) {
    slots[0] = v.value.index();
    for (std::size_t i = 1; i < flat.size(); ++i) slots[i] = 0;  // what the case leaves out
    v.value.visit_payload([&]<class P>(P& payload) { Type<std::remove_const_t<P>>::lower_flat(cx, payload, slots + 1); });
  }
  template <class Cx>
  static T lift_flat(Cx& cx, const std::uint64_t* slots) {
    const CaseIndex at{checked_tag<sizeof...(Ps)>(cx, static_cast<std::uint32_t>(slots[0]))};
    return T(at, [&]<class P>(std::type_identity<P>) { return Type<P>::lift_flat(cx, slots + 1); });
  }
  template <class Cx, class V>
  static void store(Cx& cx, V& v, auto ptr) {
    write_tag(cx, ptr, Layout::tag_size, static_cast<std::uint32_t>(v.value.index()));
    v.value.visit_payload([&]<class P>(P& payload) { Type<std::remove_const_t<P>>::store(cx, payload, ptr + Layout::payload_offset); });
  }
  template <class Cx>
  static T load(Cx& cx, auto ptr) {
    if constexpr (is_loaded_once<T, Cx>) {
      return load_once<T, Variant, Cx>(ptr);
    } else {
      return load_here(cx, ptr);
    }
  }
  template <class Cx>
  static T load_here(Cx& cx, auto ptr) {
    const CaseIndex at{checked_tag<sizeof...(Ps)>(cx, read_tag(cx, ptr, Layout::tag_size))};
    return T(at, [&]<class P>(std::type_identity<P>) { return Type<P>::load(cx, ptr + Layout::payload_offset); });
  }
};

/// What carries a borrow that is a whole parameter `const T&`.
template <class T>
struct BorrowOf {
  using type = Borrow<const T>;
};

/// How a parameter of C++ type P travels: as `Wire`, and from a stored Wire back to a P.
template <class P>
struct Param {
  using Wire = P;
  static constexpr P&& pass(Wire& w) { return std::move(w); }
};
template <class T>
struct Param<const T&> {
  using Wire = typename std::conditional_t<is_resource<T>, BorrowOf<T>, std::type_identity<T>>::type;
  static constexpr const T& pass(Wire& w) {
    if constexpr (is_resource<T>) {
      return *w;
    } else {
      return w;
    }
  }
};
template <class T>
struct Param<T&> {
  using Wire = Borrow<T>;
  static constexpr T& pass(Wire& w) { return *w; }
};
template <class T>
struct Param<T&&> : Param<T> {};
template <class T>
  requires(!Type<T>::is_any_bits)
struct Param<std::span<const T>> {
  using Wire = std::vector<T>;
  static constexpr std::span<const T> pass(Wire& w) { return w; }
};

/// What a list type and a view of the same elements have in common.
template <class T>
struct ElementOf {
  using type = void;
};
template <class T>
struct ElementOf<std::vector<T>> {
  using type = T;
};

/// The argument `v` of a parameter of type P in a form that Type<Param<P>::Wire> lowers.
template <class P, class V>
constexpr decltype(auto) wire_of(V& v) {
  using Wire = typename Param<P>::Wire;
  using Given = std::remove_cvref_t<V>;
  if constexpr (std::is_same_v<Wire, Given> || std::is_same_v<std::span<const typename ElementOf<Wire>::type>, Given>) {
    return (v);  // a list lowers from a span just as well
  } else {
    return Wire(v);
  }
}

}  // namespace wcomp::abi
