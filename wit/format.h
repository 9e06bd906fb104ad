// Laying out WIT text anew: `witc fmt`.
//
// Works on tokens and what stands between them, not on the tree, so that nothing that somebody wrote can get lost: every comment stays
// at its token, a group of items stays apart from the next by one empty line. What changes is white space, and the comma behind the last
// member of a list. Formatting what was formatted changes nothing. A text with mistakes in its syntax is refused: where the parser is
// lost, so would be the formatter. Before the result is given its tokens and comments are compared with those of the input.
//
// The layout: two blanks a level, an item or member a line. Records, variants, enums and flags that are written on one line stay so if
// they fit into it; lists of parameters and of used names are on one line if they fit, else each has its own.
#pragma once

#include <string>

#include "base/result.h"

namespace wcomp::wit {

inline constexpr std::size_t format_width = 100;

[[nodiscard]] Result<std::string> format(std::string name, std::string text);

}  // namespace wcomp::wit
