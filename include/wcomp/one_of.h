// One of several structs: what a class that stands for a WIT variant holds.
//
// A std::variant has a function for each of its alternatives wherever one is copied, moved, compared or ended. Variants in WIT have many cases (39
// in wasi:http's `error-code`), most of them without a payload or with the same one as others; with std::variant their dispatch is most of a small guest.
// Here cases whose payloads have the same type share the code, and those without one need none.
//
// Payloads are at the start of their case's struct. Needs C++20. Thread safety: that of the payloads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>

namespace wcomp {

/// Payload of a case: the type of its one member `value`, `void` for an empty struct.
template <class Case>
struct PayloadOf {
  using type = void;
};
template <class Case>
  requires requires(Case& c) { c.value; }
struct PayloadOf<Case> {
  using type = decltype(Case::value);
};

/// Calls `f` with the number `i`, which is less than `Hi`, as a constant.
template <std::size_t Hi, std::size_t Lo = 0, class F>
constexpr decltype(auto) with_constant(std::size_t i, F&& f) {
  if constexpr (Hi - Lo == 1) {
    return f(std::integral_constant<std::size_t, Lo>{});
  } else {
    constexpr std::size_t mid = Lo + (Hi - Lo) / 2;
    if (i < mid) return with_constant<mid, Lo>(i, f);
    return with_constant<Hi, mid>(i, f);
  }
}

/// Which case a OneOf is made with.
struct CaseIndex {
  std::size_t value;
};

/// One of `Cases`, each a struct that is empty or has one member `value`. It always holds one: moving a payload must not throw.
template <class... Cases>
class OneOf {
  template <std::size_t I>
  using CaseAt = std::tuple_element_t<I, std::tuple<Cases...>>;
  template <std::size_t I>
  using Payload = typename PayloadOf<CaseAt<I>>::type;
  template <class Case>
  static constexpr bool is_case = (std::is_same_v<Case, Cases> || ...);
  template <class Case>
  static constexpr std::size_t payload_size = sizeof(typename std::conditional_t<std::is_empty_v<Case>, std::type_identity<Case>, PayloadOf<Case>>::type);
  static_assert(((sizeof(Cases) == payload_size<Cases>) && ...), "a case is empty or has one member `value`");

 public:
  static constexpr std::size_t count = sizeof...(Cases);

  /// The first case.
  OneOf()
    requires std::is_default_constructible_v<CaseAt<0>>
      : index_(0) {
    if constexpr (!std::is_void_v<Payload<0>>) new (storage_) Payload<0>{};
  }
  template <class Case>
    requires is_case<std::remove_cvref_t<Case>>
  OneOf(Case&& c) : index_(static_cast<Index>(index_of<std::remove_cvref_t<Case>>)) {  // NOLINT(*explicit*)
    using P = typename PayloadOf<std::remove_cvref_t<Case>>::type;
    if constexpr (!std::is_void_v<P>) new (storage_) P(std::forward<Case>(c).value);
  }
  /// The case of that number with the payload that `make(std::type_identity<Payload>{})` gives; it is not called for a case without one.
  template <class Make>
  OneOf(CaseIndex at, Make&& make) : index_(static_cast<Index>(at.value)) {
    with_payload(at.value, [&]<class P>(std::type_identity<P> type) __attribute__((always_inline)) { new (storage_) P(make(type)); });
  }

  OneOf(const OneOf&)
    requires(std::is_trivially_copy_constructible_v<Cases> && ...)
  = default;
  OneOf(const OneOf& other)
    requires(!(std::is_trivially_copy_constructible_v<Cases> && ...) && (std::is_copy_constructible_v<Cases> && ...))
      : index_(other.index_) {
    other.with_payload(index_, [&]<class P>(std::type_identity<P>) { new (storage_) P(other.template payload<P>()); });
  }
  OneOf(OneOf&&) noexcept
    requires(std::is_trivially_move_constructible_v<Cases> && ...)
  = default;
  OneOf(OneOf&& other) noexcept : index_(other.index_) { take(other); }
  OneOf& operator=(const OneOf&)
    requires((std::is_trivially_copy_constructible_v<Cases> && std::is_trivially_destructible_v<Cases>) && ...)
  = default;
  OneOf& operator=(const OneOf& other)
    requires(!((std::is_trivially_copy_constructible_v<Cases> && std::is_trivially_destructible_v<Cases>) && ...) && (std::is_copy_constructible_v<Cases> && ...))
  {
    return *this = OneOf(other);
  }
  OneOf& operator=(OneOf&&) noexcept
    requires((std::is_trivially_move_constructible_v<Cases> && std::is_trivially_destructible_v<Cases>) && ...)
  = default;
  OneOf& operator=(OneOf&& other) noexcept {
    if (this == &other) return *this;
    end();
    index_ = other.index_;
    take(other);
    return *this;
  }
  ~OneOf()
    requires(std::is_trivially_destructible_v<Cases> && ...)
  = default;
  ~OneOf() { end(); }

  /// Calls `f` with the type of the payload of case `index` as a std::type_identity, if it has one.
  template <class F>
  [[gnu::always_inline]] static void with_payload(std::size_t index, F&& f) {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      (void)(try_case<I>(index, f) || ...);
    }(std::make_index_sequence<count>{});
  }
  /// Number of the case, from 0.
  [[nodiscard]] std::size_t index() const { return index_; }
  template <class Case>
    requires is_case<Case>
  [[nodiscard]] const Case* get_if() const {
    return index_ == index_of<Case> ? std::launder(reinterpret_cast<const Case*>(storage_)) : nullptr;
  }
  template <class Case>
    requires is_case<Case>
  [[nodiscard]] Case* get_if() {
    return index_ == index_of<Case> ? std::launder(reinterpret_cast<Case*>(storage_)) : nullptr;
  }
  /// Calls `f` with the case that is held.
  template <class F>
  decltype(auto) visit(F&& f) const {
    return with_constant<count>(index_, [&]<std::size_t I>(std::integral_constant<std::size_t, I>) -> decltype(auto) {
      return f(*std::launder(reinterpret_cast<const CaseAt<I>*>(storage_)));
    });
  }
  /// Calls `f` with the payload that is held, if there is one: once for each type that payloads have.
  template <class F>
  void visit_payload(F&& f) const {
    with_payload(index_, [&]<class P>(std::type_identity<P>) { f(payload<P>()); });
  }
  template <class F>
  void visit_payload(F&& f) {
    with_payload(index_, [&]<class P>(std::type_identity<P>) { f(payload<P>()); });
  }

  friend bool operator==(const OneOf& a, const OneOf& b)
    requires requires(const Cases&... c) { ((c == c), ...); }
  {
    if (a.index_ != b.index_) return false;
    bool is_equal = true;
    with_payload(a.index_, [&]<class P>(std::type_identity<P>) { is_equal = a.template payload<P>() == b.template payload<P>(); });
    return is_equal;
  }

 private:
  using Index = std::conditional_t<count <= 0x100, std::uint8_t, std::conditional_t<count <= 0x10000, std::uint16_t, std::uint32_t>>;
  template <class Case>
  static constexpr std::size_t index_of = [] {
    std::size_t i = 0;
    (void)((std::is_same_v<Case, Cases> || (++i, false)) || ...);
    return i;
  }();
  /// Whether case `I` is the first with its payload.
  template <std::size_t I>
  static constexpr bool is_first = [] {
    const bool same[] = {std::is_same_v<Payload<I>, typename PayloadOf<Cases>::type>...};
    for (std::size_t i = 0; i < I; ++i) {
      if (same[i]) return false;
    }
    return true;
  }();
  /// Whether the payload of case `i` is a P.
  template <class P>
  static bool has(std::size_t i) {
    if constexpr (count <= 64) {
      constexpr std::uint64_t mask = [] {
        std::uint64_t bit = 1, out = 0;
        ((out |= std::is_same_v<P, typename PayloadOf<Cases>::type> ? bit : 0, bit <<= 1), ...);
        return out;
      }();
      return (mask >> i & 1) != 0;
    } else {
      static constexpr bool table[] = {std::is_same_v<P, typename PayloadOf<Cases>::type>...};
      return table[i];
    }
  }
  template <std::size_t I, class F>
  [[gnu::always_inline]] static bool try_case(std::size_t index, F& f) {
    if constexpr (std::is_void_v<Payload<I>> || !is_first<I>) {
      return false;
    } else {
      if (!has<Payload<I>>(index)) return false;
      f(std::type_identity<Payload<I>>{});
      return true;
    }
  }
  template <class P>
  [[nodiscard]] const P& payload() const {
    return *std::launder(reinterpret_cast<const P*>(storage_));
  }
  template <class P>
  [[nodiscard]] P& payload() {
    return *std::launder(reinterpret_cast<P*>(storage_));
  }
  void take(OneOf& other) noexcept {
    with_payload(index_, [&]<class P>(std::type_identity<P>) {
      static_assert(std::is_nothrow_move_constructible_v<P>);
      new (storage_) P(std::move(other.template payload<P>()));
    });
  }
  void end() noexcept {
    with_payload(index_, [&]<class P>(std::type_identity<P>) __attribute__((always_inline)) {
      if constexpr (!std::is_trivially_destructible_v<P>) std::destroy_at(&payload<P>());
    });
  }

  alignas(Cases...) unsigned char storage_[std::max({sizeof(Cases)...})];
  Index index_;
};

}  // namespace wcomp
