// What a program begins with that was compiled ahead of time (runtime/precompiled): for readers of other things to say what they were given.
#pragma once

#include <string_view>

namespace wcomp {
inline constexpr std::string_view compiled_magic = "wcwasm\r\n";
}  // namespace wcomp
