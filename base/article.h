// Nouns in messages.
#pragma once

#include <string>
#include <string_view>

namespace wcomp {

/// `an instance`, `a core func`.
inline std::string with_article(std::string_view noun) {
  const bool is_vowel = !noun.empty() && std::string_view("aeiou").contains(noun.front());
  return (is_vowel ? "an " : "a ") + std::string(noun);
}

}  // namespace wcomp
