// Types of a function's locals, parameters first, and which of them have been set.
//
// The first ones are looked up directly, the others by searching the declared runs: memory and time stay proportional to the binary however
// many locals it declares. Only locals whose type has no default value are tracked; what was set in a block is forgotten at its end.
#pragma once

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "core/module.h"

namespace wcomp::core {

class LocalTypes {
 public:
  void reset(const FuncType& type, const Func& func) {
    direct_.assign(type.params.begin(), type.params.end());
    ends_.clear();
    set_.clear();
    inits_.clear();
    // A run takes two bytes at least, so this many are within reach of the size of the body.
    const std::size_t max_direct = direct_.size() + 64 + func.body.code.size();
    std::uint32_t end = static_cast<std::uint32_t>(type.params.size());
    params_ = end;
    for (const Locals& run : func.locals) {
      end += run.count;
      const std::size_t upto = std::min<std::size_t>(end, max_direct);
      if (direct_.size() < upto) direct_.resize(upto, is_defaultable(run.type) ? run.type : unset);
      ends_.push_back({end, run.type});
    }
    count_ = end;
  }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] ValType operator[](std::uint32_t local) const {
    if (local < direct_.size() && direct_[local] != unset) return direct_[local];
    return std::ranges::upper_bound(ends_, local, {}, &Run::end)->type;
  }
  /// Whether reading it is allowed.
  [[nodiscard]] bool is_set(std::uint32_t local) const {
    return local < params_ || is_defaultable((*this)[local]) || set_.contains(local);
  }
  void set(std::uint32_t local) {
    if (is_set(local)) return;
    const ValType type = (*this)[local];
    set_.insert(local);
    inits_.push_back(local);
    if (local < direct_.size()) direct_[local] = type;
  }
  /// How many have been set so far.
  [[nodiscard]] std::size_t inits() const { return inits_.size(); }
  /// Back to when `inits` was that.
  void forget(std::size_t inits) {
    for (; inits_.size() > inits; inits_.pop_back()) {
      const std::uint32_t local = inits_.back();
      set_.erase(local);
      if (local < direct_.size()) direct_[local] = unset;
    }
  }
  /// The types of the first locals; 0 where the type has to be asked for and the local may not have been set.
  [[nodiscard]] std::span<const ValType> direct() const { return direct_; }

 private:
  static constexpr ValType unset{};
  struct Run {
    std::uint32_t end;
    ValType type;
  };
  std::vector<ValType> direct_;
  std::vector<Run> ends_;
  std::unordered_set<std::uint32_t> set_;
  std::vector<std::uint32_t> inits_;
  std::uint32_t params_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace wcomp::core
