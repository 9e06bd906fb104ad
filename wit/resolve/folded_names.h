// Names of one scope, which have to differ in more than case.
#pragma once

#include <cstddef>
#include <forward_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/source.h"

namespace wcomp::wit {

/// Keeps views: the names have to outlive it.
class FoldedNames {
 public:
  FoldedNames() = default;
  FoldedNames(const FoldedNames&) = delete;  // a copy would view the original's strings
  FoldedNames& operator=(const FoldedNames&) = delete;
  FoldedNames(FoldedNames&&) = default;
  FoldedNames& operator=(FoldedNames&&) = default;

  /// Takes `name` in; or gives the place of the name that is there already, valid until the next call.
  const Span* insert(std::string_view name, Span at);

 private:
  std::vector<std::pair<std::string_view, Span>> few_;  ///< nearly all scopes stay small
  std::unordered_map<std::string_view, Span> many_;
  std::forward_list<std::string> folded_;               ///< what keys of `many_` view where a name has capital letters
};

}  // namespace wcomp::wit
