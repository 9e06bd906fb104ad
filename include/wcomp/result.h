// wcomp::Result: a value or an error, the same class under every -std, compiler and with or without exceptions.
//
// Used in three places that must agree: the library's own phases (`Result<Component>`), calls that can trap
// (`Result<T, Trap>`) and the C++ form of WIT's `result<T, E>` in generated guest and host code. `void` on either side means
// "nothing": `Result<void, E>` is WIT's `result<_, E>`, `Result<T, void>` is `result<T>`.
//
// Needs C++20 and nothing but the standard library. Thread safety: that of the contained types.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

namespace wcomp {

/// The value of a side of a `Result` that carries nothing.
struct Unit {
  friend constexpr bool operator==(Unit, Unit) { return true; }
};

/// Success without a value: `return Ok{};` in a function that gives `Result<void, E>`.
using Ok = Unit;

/// Wraps an error so that it converts to any `Result` with that error type: `return Err(E::closed);`.
template <class E = Unit>
struct [[nodiscard]] Err {
  E error{};
  constexpr Err() = default;
  constexpr explicit Err(E e) : error(std::move(e)) {}
};
template <class E>
Err(E) -> Err<E>;
Err() -> Err<Unit>;

class Failure;

/// Either a value of type `T` or an error of type `E`.
///
/// `value()`, `*` and `->` need `has_value()`, `error()` needs `!has_value()`; breaking that is a bug of the caller and traps
/// (`__builtin_trap`), it never reads the wrong member.
template <class T, class E = Failure>
class [[nodiscard]] Result {
 public:
  using value_type = std::conditional_t<std::is_void_v<T>, Unit, T>;
  using error_type = std::conditional_t<std::is_void_v<E>, Unit, E>;

  constexpr Result()
    requires std::is_default_constructible_v<value_type>
      : state_(std::in_place_index<0>) {}

  template <class U = value_type>
    requires(std::is_constructible_v<value_type, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Result>)
  constexpr Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT(*explicit*)

  template <class G>
    requires std::is_constructible_v<error_type, G&&>
  constexpr Result(Err<G> e) : state_(std::in_place_index<1>, std::move(e.error)) {}  // NOLINT(*explicit*)

  /// Makes side I (0 the value, 1 the error) in place, for code that is generic over both.
  template <std::size_t I, class... Args>
  constexpr explicit Result(std::in_place_index_t<I> side, Args&&... args) : state_(side, std::forward<Args>(args)...) {}

  [[nodiscard]] constexpr bool has_value() const { return state_.index() == 0; }
  constexpr explicit operator bool() const { return has_value(); }

  constexpr value_type& value() & { return *checked<0>(state_); }
  constexpr const value_type& value() const& { return *checked<0>(state_); }
  constexpr value_type&& value() && { return std::move(*checked<0>(state_)); }
  constexpr error_type& error() & { return *checked<1>(state_); }
  constexpr const error_type& error() const& { return *checked<1>(state_); }
  constexpr error_type&& error() && { return std::move(*checked<1>(state_)); }

  constexpr value_type& operator*() & { return value(); }
  constexpr const value_type& operator*() const& { return value(); }
  constexpr value_type&& operator*() && { return std::move(*this).value(); }
  constexpr value_type* operator->() { return &value(); }
  constexpr const value_type* operator->() const { return &value(); }

  template <class U>
  constexpr value_type value_or(U&& other) const& {
    return has_value() ? value() : static_cast<value_type>(std::forward<U>(other));
  }

  friend constexpr bool operator==(const Result& a, const Result& b)
    requires requires(const value_type& v, const error_type& e) { v == v; e == e; }
  {
    return a.state_ == b.state_;
  }

 private:
  template <std::size_t I, class V>
  static constexpr auto* checked(V& state) {
    auto* p = std::get_if<I>(&state);
    if (p == nullptr) __builtin_trap();
    return p;
  }
  std::variant<value_type, error_type> state_;
};

}  // namespace wcomp
