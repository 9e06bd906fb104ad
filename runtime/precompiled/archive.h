// How structures lie in an image: one list of fields for each (fields.h), which a Writer and a Reader both walk, so that the two cannot drift apart.
//
// Numbers are LEB128, lists have their count in front, a variant its alternative. Bytes of a module that are views (bodies, data, constant expressions)
// go to a pool beside the structures, which is mapped: a reader's views point into it. A Reader never reads beyond its input, whatever it holds, and
// makes no list longer than the input could be of; what the numbers mean is not looked at.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"

namespace wcomp::precompiled {

template <class T>
concept Number = std::integral<T> || std::is_enum_v<T>;

class Writer {
 public:
  /// `fields` of a structure are called with this: nothing is changed by it.
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  /// Bytes that a reader gets a view of.
  void view(const ByteSpan& bytes) {
    const bool is_inside = !kept_.empty() && bytes.data() >= kept_.data() && bytes.data() + bytes.size() <= kept_.data() + kept_.size();
    std::uint64_t at = kept_at_ + static_cast<std::uint64_t>(bytes.data() - kept_.data());
    if (!is_inside) {
      at = pool_.size();
      pool_.insert(pool_.end(), bytes.begin(), bytes.end());
    }
    put(at);
    put(bytes.size());
  }
  /// From now on views into `bytes` are views into them as a whole, which the pool has once.
  void keep(ByteSpan bytes) {
    kept_ = bytes;
    kept_at_ = pool_.size();
    pool_.insert(pool_.end(), bytes.begin(), bytes.end());
  }
  [[nodiscard]] Bytes take() { return out_.take(); }
  [[nodiscard]] Bytes take_pool() { return std::move(pool_); }

 private:
  template <Number T>
  void put(T v) {
    if constexpr (std::is_enum_v<T>) out_.leb_u64(static_cast<std::uint64_t>(static_cast<std::underlying_type_t<T>>(v)));
    else out_.leb_u64(static_cast<std::uint64_t>(v));
  }
  template <class Tag>
  void put(Index<Tag> v) {
    put(v.value);
  }
  void put(const std::string& v) {
    put(v.size());
    out_.bytes(as_bytes(v));
  }
  void put(const ByteSpan& v) { view(v); }
  template <class T>
  void put(const std::vector<T>& v) {
    put(v.size());
    for (const T& x : v) put(x);
  }
  template <class T, std::size_t N>
  void put(const std::array<T, N>& v) {
    for (const T& x : v) put(x);
  }
  template <class K, class V>
  void put(const std::map<K, V>& v) {
    put(v.size());
    for (const auto& [key, value] : v) (*this)(key, value);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& v) {
    (*this)(v.first, v.second);
  }
  template <class T>
  void put(const std::optional<T>& v) {
    put(v.has_value());
    if (v) put(*v);
  }
  template <class... T>
  void put(const std::variant<T...>& v) {
    put(v.index());
    std::visit([&](const auto& x) { put(x); }, v);
  }
  template <class T>
    requires std::is_class_v<T>
  void put(const T& v) {
    fields(*this, const_cast<T&>(v));
  }

  ByteWriter out_;
  Bytes pool_;
  ByteSpan kept_;
  std::uint64_t kept_at_ = 0;
};

class Reader {
 public:
  Reader(ByteSpan bytes, ByteSpan pool) : at_(bytes.data()), end_(bytes.data() + bytes.size()), pool_(pool) {}

  template <class... T>
  void operator()(T&... values) {
    (take(values), ...);
  }
  /// Whether everything so far was there.
  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] bool at_end() const { return at_ == end_; }

 private:
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  void fail() {
    is_good_ = false;
    at_ = end_;
  }
  std::uint64_t number() {
    if (at_ != end_ && *at_ < 0x80) [[likely]] return *at_++;
    return left() >= sizeof(std::uint64_t) ? number_of_word() : number_by_byte();
  }
  /// One of up to eight bytes, all at once: most of a large image is numbers.
  std::uint64_t number_of_word() {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t word = 0;
    std::memcpy(&word, at_, sizeof(word));
    const std::uint64_t ends = ~word & 0x8080'8080'8080'8080;
    if (ends == 0) return number_by_byte();
    at_ += (std::countr_zero(ends) + 1) / 8;
    word &= (ends ^ (ends - 1)) & 0x7f7f'7f7f'7f7f'7f7f;
    word = (word & 0x007f'007f'007f'007f) | ((word & 0x7f00'7f00'7f00'7f00) >> 1);
    word = (word & 0x0000'3fff'0000'3fff) | ((word & 0x3fff'0000'3fff'0000) >> 2);
    return (word & 0x0fff'ffff) | ((word & 0x0fff'ffff'0000'0000) >> 4);
  }
  std::uint64_t number_by_byte() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; at_ != end_ && shift < 64; shift += 7) {
      const std::uint8_t byte = *at_++;
      v |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return v;
    }
    fail();
    return 0;
  }
  /// Of a list: each element takes a byte at least.
  std::size_t count() {
    const std::uint64_t n = number();
    if (n <= left()) return n;
    fail();
    return 0;
  }
  template <Number T>
  void take(T& v) {
    const std::uint64_t n = number();
    if constexpr (std::same_as<T, bool>) v = n != 0;
    else if constexpr (std::is_enum_v<T>) v = static_cast<T>(static_cast<std::underlying_type_t<T>>(n));
    else v = static_cast<T>(n);
  }
  template <class Tag>
  void take(Index<Tag>& v) {
    take(v.value);
  }
  void take(std::string& v) {
    const std::size_t n = count();
    v.assign(reinterpret_cast<const char*>(at_), n);
    at_ += n;
  }
  void take(ByteSpan& v) {
    const std::uint64_t at = number(), size = number();
    if (at > pool_.size() || size > pool_.size() - at) return fail();
    v = pool_.subspan(at, size);
  }
  template <class T>
  void take(std::vector<T>& v) {
    const std::size_t n = count();
    v.clear();
    v.reserve(std::min<std::size_t>(n, max_reserved / sizeof(T)));
    for (std::size_t i = 0; i < n && is_good_; ++i) take(v.emplace_back());
  }
  template <class T, std::size_t N>
  void take(std::array<T, N>& v) {
    for (T& x : v) take(x);
  }
  template <class K, class V>
  void take(std::map<K, V>& v) {
    for (std::size_t n = count(); n != 0 && is_good_; --n) {
      K key{};
      take(key);
      take(v[key]);
    }
  }
  template <class A, class B>
  void take(std::pair<A, B>& v) {
    (*this)(v.first, v.second);
  }
  template <class T>
  void take(std::optional<T>& v) {
    bool has = false;
    take(has);
    if (has && is_good_) take(v.emplace());
  }
  template <class... T>
  void take(std::variant<T...>& v) {
    const std::uint64_t index = number();
    if (index >= sizeof...(T)) return fail();
    std::uint64_t i = 0;
    static_cast<void>(((i++ == index ? (take(v.template emplace<T>()), true) : false) || ...));
  }
  template <class T>
    requires std::is_class_v<T>
  void take(T& v) {
    fields(*this, v);
  }

  /// Of a list whose count nobody has checked against anything but the input.
  static constexpr std::size_t max_reserved = std::size_t{1} << 20;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  ByteSpan pool_;
  bool is_good_ = true;
};

}  // namespace wcomp::precompiled
