// wcomp::Result as guests have it: the class of wcomp/result.h for code that uses it, in less code. Bindings carry this one.
//
// Two things differ. Its sides lie in a union, because libc++ ends a std::variant through a table of functions. And an error that is a variant, which
// in WIT can have many cases with texts, is lifted when it is first looked at: until then its bytes in the Canonical ABI stay in its place. A guest
// that only asks whether a call failed has no code for any of the cases but what frees them. Looking at an error of a const Result can therefore change
// its bytes: as with everything in a guest, one thread at a time.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

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

template <class Self>
class VariantOf;

namespace guest {
/// Whether an error of this type is lifted when it is looked at.
template <class E>
concept LiftedLate = std::derived_from<E, VariantOf<E>> && !std::is_trivially_destructible_v<E>;
/// Lifts what lies at `bytes`, or frees it: defined where types are (wcomp/guest.h).
template <class E>
E lift_late(std::uint8_t* bytes);
template <class E>
void drop_late(std::uint8_t* bytes);
}  // namespace guest

/// Either a value of type `T` or an error of type `E`.
///
/// `value()`, `*` and `->` need `has_value()`, `error()` needs `!has_value()`; breaking that is a bug of the caller and traps.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  using value_type = std::conditional_t<std::is_void_v<T>, Unit, T>;
  using error_type = std::conditional_t<std::is_void_v<E>, Unit, E>;

  Result()
    requires std::is_default_constructible_v<value_type>
      : value_(), state_(State::value) {}

  template <class U = value_type>
    requires(std::is_constructible_v<value_type, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Result>)
  Result(U&& value) : value_(std::forward<U>(value)), state_(State::value) {}  // NOLINT(*explicit*)

  template <class G>
    requires std::is_constructible_v<error_type, G&&>
  Result(Err<G> e) : error_(std::move(e.error)), state_(State::error) {}  // NOLINT(*explicit*)

  /// Makes side I (0 the value, 1 the error) in place, for code that is generic over both.
  template <class... Args>
  explicit Result(std::in_place_index_t<0>, Args&&... args) : value_(std::forward<Args>(args)...), state_(State::value) {}
  template <class... Args>
  explicit Result(std::in_place_index_t<1>, Args&&... args) : error_(std::forward<Args>(args)...), state_(State::error) {}
  /// An error whose `size` bytes in the Canonical ABI lie at `bytes`.
  static Result late(const std::uint8_t* bytes, std::size_t size) {
    return Result(bytes, size);
  }

  Result(const Result&)
    requires (std::is_trivially_copyable_v<value_type> && std::is_trivially_copyable_v<error_type>)
  = default;
  Result(const Result& other)
    requires(!(std::is_trivially_copyable_v<value_type> && std::is_trivially_copyable_v<error_type>) && std::is_copy_constructible_v<value_type> &&
             std::is_copy_constructible_v<error_type>)
  {
    if (!other.has_value()) other.lift();
    state_ = other.state_;
    take(other);
  }
  Result(Result&&)
    requires (std::is_trivially_copyable_v<value_type> && std::is_trivially_copyable_v<error_type>)
  = default;
  Result(Result&& other) noexcept : state_(other.state_) { take(std::move(other)); }
  Result& operator=(const Result&)
    requires (std::is_trivially_copyable_v<value_type> && std::is_trivially_copyable_v<error_type>)
  = default;
  Result& operator=(const Result& other)
    requires(!(std::is_trivially_copyable_v<value_type> && std::is_trivially_copyable_v<error_type>) && std::is_copy_constructible_v<value_type> &&
             std::is_copy_constructible_v<error_type>)
  {
    return *this = Result(other);
  }
  Result& operator=(Result&&) noexcept
    requires (std::is_trivially_copyable_v<value_type> && std::is_trivially_copyable_v<error_type>)
  = default;
  Result& operator=(Result&& other) noexcept {
    if (this == &other) return *this;
    end();
    state_ = other.state_;
    take(std::move(other));
    return *this;
  }
  ~Result()
    requires (std::is_trivially_copyable_v<value_type> && std::is_trivially_copyable_v<error_type>)
  = default;
  ~Result() { end(); }

  [[nodiscard]] bool has_value() const { return state_ == State::value; }
  explicit operator bool() const { return has_value(); }

  value_type& value() & {
    check(has_value());
    return value_;
  }
  const value_type& value() const& {
    check(has_value());
    return value_;
  }
  value_type&& value() && { return std::move(value()); }
  error_type& error() & {
    check(!has_value());
    lift();
    return error_;
  }
  const error_type& error() const& {
    check(!has_value());
    lift();
    return error_;
  }
  error_type&& error() && { return std::move(error()); }

  value_type& operator*() & { return value(); }
  const value_type& operator*() const& { return value(); }
  value_type&& operator*() && { return std::move(value()); }
  value_type* operator->() { return &value(); }
  const value_type* operator->() const { return &value(); }

  template <class U>
  value_type value_or(U&& other) const& {
    return has_value() ? value() : static_cast<value_type>(std::forward<U>(other));
  }

  friend bool operator==(const Result& a, const Result& b)
    requires requires(const value_type& v, const error_type& e) { v == v; e == e; }
  {
    if (a.has_value() || b.has_value()) return a.has_value() && b.has_value() && a.value_ == b.value_;
    return a.error() == b.error();
  }

 private:
  static constexpr bool is_late = guest::LiftedLate<error_type>;
  /// late: the error's bytes are in its place; moved: they were, and own nothing any more.
  enum class State : std::uint8_t { value, error, late, moved };

  Result(const std::uint8_t* bytes, std::size_t size) : state_(State::late) { std::memcpy(raw(), bytes, size); }
  static void check(bool is_so) {
    if (!is_so) __builtin_trap();
  }
  [[nodiscard]] std::uint8_t* raw() const { return reinterpret_cast<std::uint8_t*>(const_cast<error_type*>(std::addressof(error_))); }
  /// Afterwards the error is an object.
  void lift() const {
    if constexpr (is_late) {
      if (state_ == State::error) return;
      alignas(error_type) std::uint8_t bytes[sizeof(error_type)];
      std::memcpy(bytes, raw(), sizeof bytes);
      new (raw()) error_type(guest::lift_late<error_type>(bytes));
      state_ = State::error;
    }
  }
  /// Both are in the same state.
  template <class Other>
  void take(Other&& other) {
    if (state_ == State::value) {
      new (std::addressof(value_)) value_type(std::forward<Other>(other).value_);
    } else if (is_late && state_ != State::error) {
      std::memcpy(raw(), other.raw(), sizeof(error_type));
      std::memset(other.raw(), 0, sizeof(error_type));  // still something that can be looked at: the first case with nothing in it
      other.state_ = State::moved;
    } else if constexpr (std::is_lvalue_reference_v<Other>) {
      new (std::addressof(error_)) error_type(std::as_const(other.error_));
    } else {
      new (std::addressof(error_)) error_type(std::move(other.error_));
    }
  }
  void end() {
    if (state_ == State::value) {
      value_.~value_type();
      return;
    }
    if constexpr (is_late) {
      if (state_ == State::late) return guest::drop_late<error_type>(raw());
      if (state_ == State::moved) return;
    }
    error_.~error_type();
  }

  union {
    value_type value_;
    mutable error_type error_;
  };
  mutable State state_;
};

}  // namespace wcomp
