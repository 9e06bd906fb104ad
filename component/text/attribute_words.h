// The attributes of imports' and exports' names. Explainer.md "Import and Export Definitions"
#pragma once

#include <string_view>
#include <utility>

#include "component/component.h"

namespace wcomp::component::text {

/// In the order of their opcodes, which are their places here.
inline constexpr std::pair<std::string_view, std::optional<std::string> Attributes::*> attribute_words[] = {
    {"implements", &Attributes::implements}, {"versionsuffix", &Attributes::version_suffix}, {"external-id", &Attributes::external_id}};

// What `(@wcomp.name-form ..)` says: the first byte of a name without attributes, where it is not the usual 0x00.
inline constexpr std::string_view redundant_form = "\x01", list_form = "\x02";

}  // namespace wcomp::component::text
