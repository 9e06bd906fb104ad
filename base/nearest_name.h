// "Did you mean": which of many names is nearest to one that does not exist.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wcomp {

/// Collects candidates, in any order, and keeps the one nearest to a name; none if all are far from it. Letters' case does not count.
class NearestName {
 public:
  explicit NearestName(std::string_view wanted);
  void offer(std::string_view candidate);
  [[nodiscard]] const std::optional<std::string>& get() const { return best_; }
  /// "did you mean `name`?", with `prefix` in front of the name; nothing if no candidate is near.
  [[nodiscard]] std::optional<std::string> note(std::string_view prefix = {}) const;

 private:
  std::string wanted_;
  std::optional<std::string> best_;
  std::size_t distance_ = 0;
};

}  // namespace wcomp
