// The files that HTML docs share: their style and the search.
#pragma once

#include <string_view>

namespace wcomp::wit {

extern const std::string_view docs_style;
extern const std::string_view docs_script;

}  // namespace wcomp::wit
