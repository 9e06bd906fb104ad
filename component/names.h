// Names of imports, exports, fields and cases. Explainer.md "Import and Export Definitions", "Name Uniqueness".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/semver.h"

namespace wcomp::component {

/// `label`: kebab case, each fragment lower case or upper case throughout.
[[nodiscard]] bool is_label(std::string_view text);

enum class NameKind : std::uint8_t { label, constructor, method, static_, interface };

/// An `externname` taken apart. The views point into the text it was made from.
struct ExternName {
  NameKind kind = NameKind::label;
  std::string_view label;     ///< `label`: all of it; constructor, method, static_: the resource; interface: the part between `/` and `@`
  std::string_view member;    ///< method and static_: after the dot
  std::string_view ns, package;       ///< interface; the first namespace, and the package, where there are several
  std::optional<SemVer> version{};    ///< interface, where its version is a whole one
  std::string_view canonical_version{};  ///< interface: the version, where it is as far as it matters; so are some whole ones
  bool is_nested = false;             ///< interface with several namespaces or projections
};
/// None when the text does not follow the grammar with all that features add to it.
[[nodiscard]] std::optional<ExternName> parse_extern_name(std::string_view text);

/// Two names of one scope clash exactly when these are equal ("strongly-unique").
[[nodiscard]] std::string canonical_name(std::string_view extern_name);
/// The same for labels alone.
[[nodiscard]] std::string canonical_label(std::string_view label);

}  // namespace wcomp::component
