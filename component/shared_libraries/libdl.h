// The built-in library `libdl.so`: libdl-src compiled when wcomp is built.
#pragma once

#include "base/bytes.h"

namespace wcomp::component::shared {

inline constexpr std::string_view libdl_name = "libdl.so";
extern const ByteSpan libdl_module;

}  // namespace wcomp::component::shared
