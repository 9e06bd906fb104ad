// Rules of names that WIT and the component's binary format share, and help for names that are nearly right.
#pragma once

#include <string>
#include <string_view>

#include "base/nearest_name.h"

namespace wcomp::wit {

/// Explainer.md `label`: fragments joined by `-`, each all lower or all upper case letters and digits, the first beginning with a letter.
[[nodiscard]] bool is_label(std::string_view text);
/// Words of keywords.def.
[[nodiscard]] bool is_keyword(std::string_view text);
/// How a name is written in WIT: with a `%` if it is a keyword.
[[nodiscard]] std::string escape_name(std::string_view name);
/// The label that a name in another style means: `get-http-url` for `getHTTPUrl` and `get_http_url`. Empty if it means none.
[[nodiscard]] std::string kebab_case(std::string_view name);
/// Names are unique without regard to case and to `-` (Explainer.md, "strongly-unique"); this is what is compared. A version, from `@` on,
/// keeps its `-`.
[[nodiscard]] std::string fold_name(std::string_view name);
[[nodiscard]] bool is_same_folded(std::string_view a, std::string_view b);

}  // namespace wcomp::wit
