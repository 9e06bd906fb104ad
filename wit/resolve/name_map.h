// Names of one place, which are unique without regard to case and `-`, with what they stand for.
//
// Nearly all places have a handful of names: those are compared one by one. Beyond that there is a hash table of positions, so that many
// names cost no more than a few look-ups each.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "wit/names.h"

namespace wcomp::wit {

/// Positions in a list of names that the caller keeps: `name_at(i)` gives the i-th.
class NameIndex {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  /// The position of `name`, whatever the case of its letters and with or without `-`.
  [[nodiscard]] std::uint32_t find(std::string_view name, const auto& name_at) const {
    if (slots_.empty()) {
      for (std::uint32_t i = 0; i < size_; ++i) {
        if (is_same_folded(name_at(i), name)) return i;
      }
      return none;
    }
    const std::uint32_t hash = hash_of(name);
    for (std::size_t slot = hash & (slots_.size() - 1); slots_[slot].position != none; slot = (slot + 1) & (slots_.size() - 1)) {
      if (slots_[slot].hash == hash && is_same_folded(name_at(slots_[slot].position), name)) return slots_[slot].position;
    }
    return none;
  }
  /// `name` stands at the end of the list, and was not found before.
  void add(std::string_view name, const auto& name_at) {
    constexpr std::uint32_t few = 8;
    const std::uint32_t position = size_++;
    if (slots_.empty() ? size_ > few : 2 * size_ > slots_.size()) {
      slots_.assign(std::max<std::size_t>(4 * few, 2 * slots_.size()), {});
      for (std::uint32_t i = 0; i < position; ++i) put(hash_of(name_at(i)), i);
    }
    if (!slots_.empty()) put(hash_of(name), position);
  }

 private:
  struct Slot {
    std::uint32_t hash = 0, position = none;
  };

  /// The same for names that are (and for some others, which does no harm).
  static std::uint32_t hash_of(std::string_view name) {
    return name.find('-') == std::string_view::npos ? hash_of_folded(name) : hash_of_folded(fold_name(name));
  }
  static std::uint32_t hash_of_folded(std::string_view name) {
    std::uint64_t hash = name.size();
    while (!name.empty()) {
      std::uint64_t word = 0;
      const std::size_t n = std::min<std::size_t>(name.size(), sizeof word);
      std::memcpy(&word, name.data(), n);
      hash = (hash ^ (word | 0x2020'2020'2020'2020u)) * 0x9e37'79b9'7f4a'7c15u;
      hash ^= hash >> 32;
      name.remove_prefix(n);
    }
    return static_cast<std::uint32_t>(hash);
  }
  void put(std::uint32_t hash, std::uint32_t position) {
    std::size_t slot = hash & (slots_.size() - 1);
    while (slots_[slot].position != none) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = {hash, position};
  }

  std::vector<Slot> slots_;  ///< a power of two; empty while there are few names
  std::uint32_t size_ = 0;
};

/// Names, in the order in which they came, and their values.
template <class T>
class NameMap {
 public:
  struct Entry {
    std::string_view name;
    T value;
  };

  /// The value of the same name, with or without `-` and in any case, that was there before; null if `name` is new.
  T* insert(std::string_view name, T value) {
    if (const std::uint32_t known = index_.find(name, name_at()); known != NameIndex::none) return &entries_[known].value;
    index_.add(name, name_at());
    entries_.push_back({name, std::move(value)});
    return nullptr;
  }
  [[nodiscard]] const T* find(std::string_view name) const {
    const std::uint32_t found = index_.find(name, name_at());
    return found != NameIndex::none && entries_[found].name == name ? &entries_[found].value : nullptr;
  }
  [[nodiscard]] T* find(std::string_view name) { return const_cast<T*>(std::as_const(*this).find(name)); }
  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] T& operator[](std::size_t position) { return entries_[position].value; }
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }
  void reserve(std::size_t size) { entries_.reserve(size); }

 private:
  [[nodiscard]] auto name_at() const {
    return [this](std::uint32_t i) { return entries_[i].name; };
  }

  std::vector<Entry> entries_;
  NameIndex index_;
};

}  // namespace wcomp::wit
