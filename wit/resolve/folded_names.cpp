#include "wit/resolve/folded_names.h"

#include <algorithm>

#include "wit/names.h"

namespace wcomp::wit {

const Span* FoldedNames::insert(std::string_view name, Span at) {
  constexpr std::size_t few = 12;
  if (many_.empty()) {
    for (const auto& [known, place] : few_) {
      if (is_same_folded(known, name)) return &place;
    }
    if (few_.capacity() == 0) few_.reserve(4);
    few_.emplace_back(name, at);
    if (few_.size() <= few) return nullptr;
  }
  const auto take = [&](std::string_view n, Span place) {
    if (std::any_of(n.begin(), n.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) n = folded_.emplace_front(fold_case(n));
    return many_.emplace(n, place);
  };
  if (many_.empty()) {
    for (const auto& [known, place] : few_) take(known, place);
    return nullptr;
  }
  const auto [first, is_new] = take(name, at);
  return is_new ? nullptr : &first->second;
}

}  // namespace wcomp::wit
