// Names of functions as people write them.
#pragma once

#include <string>
#include <string_view>

namespace wcomp {

/// `ns::f(int)` of `_ZN2ns1fEi`, `alloc::vec::push` of an old Rust symbol. Names that are not mangled, or could become out of
/// all proportion long, stay as they are.
[[nodiscard]] std::string demangle(std::string_view name);

}  // namespace wcomp
