// The custom section `component-name`: names of a component and of what it defines. Binary.md "Name Section".
#pragma once

#include <map>

#include "component/component.h"

namespace wcomp::component {

inline constexpr std::string_view name_section = "component-name";

struct Names {
  std::string component;
  std::map<Sort, core::NameMap> items;  ///< by sort; sorted by index, each index once
};

/// Everything up to the first mistake: a section that is not well-formed is as good as none.
[[nodiscard]] Names decode_names(ByteSpan contents);

/// The section's contents; empty if there is no name at all.
[[nodiscard]] Bytes encode_names(const Names& names);

}  // namespace wcomp::component
