#include <doctest/doctest.h>

#include "runtime/handle_table.h"

using namespace wcomp;
using namespace wcomp::runtime;

TEST_CASE("handles start at 1, are dense and reused") {
  HandleTable t(100);
  ResourceType type{.name = "r"};
  CHECK(*t.add({.type = &type, .rep = 10}) == 1);
  CHECK(*t.add({.type = &type, .rep = 20}) == 2);
  CHECK(*t.add({.type = &type, .rep = 30}) == 3);
  CHECK(*t.take_own(2, type) == 20);
  CHECK(*t.take_own(1, type) == 10);
  CHECK(*t.add({.type = &type, .rep = 40}) == 1);
  CHECK(*t.add({.type = &type, .rep = 50}) == 2);
  CHECK(*t.add({.type = &type, .rep = 60}) == 4);
}

TEST_CASE("handle 0, free and far handles are unknown") {
  HandleTable t(100);
  ResourceType type{.name = "r"};
  CHECK(t.add({.type = &type, .rep = 10}).has_value());
  for (const std::uint32_t h : {0U, 2U, 0xffffffffU}) CHECK(t.get(h, type).error().code() == TrapCode::unknown_handle);
  CHECK(t.take_own(1, type).has_value());
  CHECK(t.take_own(1, type).error().code() == TrapCode::unknown_handle);
}

TEST_CASE("a handle has one type") {
  HandleTable t(100);
  ResourceType type{.name = "r"};
  ResourceType other{.name = "s"};
  CHECK(t.add({.type = &type, .rep = 10}).has_value());
  CHECK(t.get(1, other).error().code() == TrapCode::handle_wrong_type);
  CHECK(t.take_own(1, other).error().code() == TrapCode::handle_wrong_type);
  CHECK(t.get(1, type).has_value());
}

TEST_CASE("what is lent cannot be given away until the call ends") {
  HandleTable t(100);
  ResourceType type{.name = "r"};
  CHECK(t.add({.type = &type, .rep = 10}).has_value());
  BorrowScope scope;
  CHECK(*t.lend(1, type, scope) == 10);
  CHECK(*t.lend(1, type, scope) == 10);
  CHECK(t.take_own(1, type).error().code() == TrapCode::handle_still_lent);
  scope.end_lending();
  CHECK(*t.take_own(1, type) == 10);
}

TEST_CASE("a borrow is not an own") {
  HandleTable t(100);
  ResourceType type{.name = "r"};
  BorrowScope scope;
  CHECK(*t.add({.type = &type, .rep = 10, .scope = &scope}) == 1);
  CHECK(t.take_own(1, type).error().code() == TrapCode::handle_wrong_kind);
}

TEST_CASE("a table has a limit") {
  HandleTable t(2);
  ResourceType type{.name = "r"};
  CHECK(t.add({.type = &type, .rep = 1}).has_value());
  CHECK(t.add({.type = &type, .rep = 2}).has_value());
  CHECK(t.add({.type = &type, .rep = 3}).error().code() == TrapCode::limit_exceeded);
  CHECK(t.take_own(1, type).has_value());
  CHECK(t.add({.type = &type, .rep = 3}).has_value());
}
