// Generated lines as long as people read them: a longer one is broken where brackets are nested least, and goes on with four more spaces.
#pragma once

#include <string>
#include <string_view>

namespace wcomp::bindgen {

inline constexpr std::size_t max_line_length = 140;

/// C++ text with its long lines broken at spaces after commas and closing parentheses; literals, comments and directives stay whole.
[[nodiscard]] std::string wrapped(std::string_view text);

}  // namespace wcomp::bindgen
