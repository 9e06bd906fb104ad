// Which part of a line a TextPos carries: all of it where it is short. Of a long one a window around the place, so that many diagnostics in a
// line of a megabyte do not hold it many times. Where the window begins follows from the column, so that nothing has to be kept beside it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wcomp {

inline constexpr std::size_t excerpt_before = 512, excerpt_after = 512;

/// How many bytes of the line are not in the excerpt of a place in this column (which counts from 1).
[[nodiscard]] constexpr std::size_t excerpt_begin(std::uint32_t column) { return column > excerpt_before + 1 ? column - 1 - excerpt_before : 0; }

}  // namespace wcomp
