// Four kinds of numbers, four kinds of C++ types: a position in a binary's index space (`FuncIdx`), a key of one of our arenas
// (`TypeId`), an address in a store (`FuncAddr`), a guest's handle. Mixing them does not compile.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/check.h"

namespace wcomp {

/// A number that means a place in one particular list. `Tag` is any (incomplete) type.
template <class Tag>
struct Index {
  std::uint32_t value = 0;
  constexpr Index() = default;
  constexpr explicit Index(std::size_t v) : value(static_cast<std::uint32_t>(v)) {}
  friend constexpr auto operator<=>(Index, Index) = default;
};

/// A vector that owns values and is indexed by one kind of Index only. References are invalidated by `add`.
template <class Id, class T>
class Arena {
 public:
  Id add(T value) {
    items_.push_back(std::move(value));
    return Id(items_.size() - 1);
  }
  [[nodiscard]] T& operator[](Id id) {
    WCOMP_CHECK(id.value < items_.size());
    return items_[id.value];
  }
  [[nodiscard]] const T& operator[](Id id) const {
    WCOMP_CHECK(id.value < items_.size());
    return items_[id.value];
  }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  void reserve(std::size_t size) { items_.reserve(size); }
  [[nodiscard]] auto begin() const { return items_.begin(); }
  [[nodiscard]] auto end() const { return items_.end(); }
  [[nodiscard]] auto begin() { return items_.begin(); }
  [[nodiscard]] auto end() { return items_.end(); }

 private:
  std::vector<T> items_;
};

}  // namespace wcomp

template <class Tag>
struct std::hash<wcomp::Index<Tag>> {
  std::size_t operator()(wcomp::Index<Tag> i) const noexcept { return i.value; }
};
