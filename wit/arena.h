// Where trees of WIT text live: memory that is taken in large pieces and given back all at once. Nodes are plain data, so making one costs
// little more than writing it, and a tree is gone without a walk through it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace wcomp::wit::ast {

class Arena {
 public:
  void* allocate(std::size_t size, std::size_t alignment) {
    const std::size_t padding = (alignment - reinterpret_cast<std::uintptr_t>(at_) % alignment) % alignment;
    if (static_cast<std::size_t>(end_ - at_) < size + padding) {
      grow(size);  // a new piece is aligned for everything
      return std::exchange(at_, at_ + size);
    }
    std::byte* out = at_ + padding;
    at_ = out + size;
    return out;
  }
  template <class T>
  T* make(const T& value) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T(value);
  }
  template <class T>
  std::span<T> copy(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    if (values.empty()) return {};
    T* out = static_cast<T*>(allocate(values.size_bytes(), alignof(T)));
    std::uninitialized_copy(values.begin(), values.end(), out);
    return {out, values.size()};
  }
  std::string_view copy(std::string_view text) {
    const std::span<char> out = copy(std::span<const char>(text.data(), text.size()));
    return {out.data(), out.size()};
  }

  /// Gives what ends at `end` more room, if that is free.
  bool extend(const void* end, std::size_t size) {
    if (end != at_ || static_cast<std::size_t>(end_ - at_) < size) return false;
    at_ += size;
    return true;
  }

 private:
  void grow(std::size_t size) {
    constexpr std::size_t first = std::size_t{1} << 10, last = std::size_t{512} << 10;  // small files have small trees
    const std::size_t wanted = std::max(size, std::min(last, first << std::min<std::size_t>(pieces_.size(), 16)));
    pieces_.push_back(std::make_unique_for_overwrite<std::byte[]>(wanted));
    at_ = pieces_.back().get();
    end_ = at_ + wanted;
  }

  std::vector<std::unique_ptr<std::byte[]>> pieces_;
  std::byte* at_ = nullptr;
  std::byte* end_ = nullptr;
};

/// A list of nodes in an Arena. Copies share them.
template <class T>
class List {
 public:
  List() = default;
  explicit List(std::span<T> nodes) : data_(nodes.data()), size_(static_cast<std::uint32_t>(nodes.size())), capacity_(size_) {}

  void push_back(Arena& memory, const T& node) {
    if (size_ == capacity_) {
      if (size_ != 0 && memory.extend(data_ + capacity_, sizeof(T))) {
        new (data_ + size_++) T(node);
        ++capacity_;
        return;
      }
      capacity_ = std::max<std::uint32_t>(1, 2 * capacity_);
      T* grown = static_cast<T*>(memory.allocate(capacity_ * sizeof(T), alignof(T)));
      std::uninitialized_copy(begin(), end(), grown);
      data_ = grown;
    }
    new (data_ + size_++) T(node);
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T* begin() { return data_; }
  [[nodiscard]] T* end() { return data_ + size_; }
  [[nodiscard]] const T* begin() const { return data_; }
  [[nodiscard]] const T* end() const { return data_ + size_; }
  [[nodiscard]] const T* data() const { return data_; }
  [[nodiscard]] T& operator[](std::size_t i) { return data_[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const { return data_[i]; }
  [[nodiscard]] T& back() { return data_[size_ - 1]; }
  [[nodiscard]] const T& back() const { return data_[size_ - 1]; }
  [[nodiscard]] const T& front() const { return data_[0]; }

 private:
  T* data_ = nullptr;
  std::uint32_t size_ = 0, capacity_ = 0;
};

}  // namespace wcomp::wit::ast
