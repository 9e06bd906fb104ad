// The canonical option that says how strings are encoded.
#pragma once

#include <string_view>
#include <utility>

#include "component/component.h"

namespace wcomp::component::text {

inline constexpr std::pair<std::string_view, StringEncoding> encoding_words[] = {
    {"string-encoding=utf8", StringEncoding::utf8}, {"string-encoding=utf16", StringEncoding::utf16}, {"string-encoding=latin1+utf16", StringEncoding::latin1_utf16}};

}  // namespace wcomp::component::text
