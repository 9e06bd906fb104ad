// Which proposals are on, those of core WebAssembly among them. Sources: component/features.def, core/features.def.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "core/features.h"

namespace wcomp::component {

struct Features {
  core::Features core;
#define WCOMP_COMPONENT_FEATURE(field, text, is_default, summary) bool field = is_default;
#include "component/features.def"
#undef WCOMP_COMPONENT_FEATURE

  Features() = default;
  /// The default with these for the core modules.
  Features(const core::Features& core_features) : core(core_features) {}
  /// Everything that is known here.
  [[nodiscard]] static Features all();
  friend bool operator==(const Features&, const Features&) = default;
};

/// A member of Features by what it is called on the command line; for messages.
#define WCOMP_COMPONENT_FEATURE(field, text, is_default, summary) inline constexpr std::string_view feature_##field = text;
#include "component/features.def"
#undef WCOMP_COMPONENT_FEATURE

/// core::apply_features with the rows of component/features.def as further words; `all`, `-all` and `default` mean both tables.
[[nodiscard]] Result<void> apply_features(std::string_view list, Features& features);

/// The list that gives these whatever was on before.
[[nodiscard]] std::string to_list(const Features& features);

/// Both tables for people: a line for each feature, those that are on by default marked with `*`.
[[nodiscard]] std::string feature_table();

}  // namespace wcomp::component
