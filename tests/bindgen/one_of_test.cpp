#include "wcomp/one_of.h"

#include <memory>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

using wcomp::OneOf;

namespace {

struct Nothing {};
struct Number {
  float value;
};
struct Text {
  std::string value;
};
struct Owned {
  std::unique_ptr<int> value;
};

template <class T>
constexpr bool is_copied = std::is_copy_constructible_v<T> && std::is_copy_assignable_v<T>;
template <class T>
constexpr bool is_moved = std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T>;

static_assert(std::is_trivially_copyable_v<OneOf<Nothing, Number>> && is_copied<OneOf<Nothing, Number>>);
static_assert(is_copied<OneOf<Nothing, Text, Number>> && is_moved<OneOf<Nothing, Text, Number>>);
static_assert(!std::is_copy_constructible_v<OneOf<Nothing, Owned>> && !std::is_copy_assignable_v<OneOf<Nothing, Owned>> && is_moved<OneOf<Nothing, Owned>>);

}  // namespace

TEST_CASE("one of several cases is copied as its payload is") {
  OneOf<Nothing, Number> a = Number{1.5F};
  auto b = a;
  CHECK(b.get_if<Number>()->value == 1.5F);
  a = Nothing{};
  b = a;
  CHECK(b.get_if<Number>() == nullptr);

  OneOf<Nothing, Text, Number> c = Text{std::string(40, 'x')};
  auto d = c;
  c = Number{2};
  CHECK(d.get_if<Text>()->value == std::string(40, 'x'));
  d = c;
  CHECK(d.get_if<Number>()->value == 2);
}

TEST_CASE("one of several cases is moved with what it owns") {
  OneOf<Nothing, Owned> a = Owned{std::make_unique<int>(7)};
  OneOf<Nothing, Owned> b = std::move(a);
  CHECK(*b.get_if<Owned>()->value == 7);
  b = Nothing{};
  CHECK(b.get_if<Owned>() == nullptr);
}
