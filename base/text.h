// Text that comes from outside: checking its encoding, and showing it without letting it act.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wcomp {

/// Offset of the first byte that is not part of valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF).
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view bytes);
[[nodiscard]] inline bool is_utf8(std::string_view bytes) { return !find_invalid_utf8(bytes); }

/// Appends a scalar value as UTF-8; false (and nothing appended) if `c` is a surrogate or beyond U+10FFFF.
bool append_utf8(std::string& out, std::uint32_t c);

/// For printing names, paths and messages that come from input: control characters, DEL, C1, bidirectional overrides and bytes that
/// are not UTF-8 become `\u{..}` / `\xNN`; everything else stays. Newline is escaped too.
[[nodiscard]] std::string escape(std::string_view text);

/// The same for a text that is JSON already: such characters become `\u....` of JSON, line breaks stay.
[[nodiscard]] std::string escape_json(std::string_view json);

/// Levenshtein distance, for "did you mean"; gives up beyond `limit` (and then returns limit + 1).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit = 3);

/// `kebab-case` words for identifiers in generated code: `fooBar`, `foo_bar`, `FooBar`.
[[nodiscard]] std::string to_snake_case(std::string_view kebab);
[[nodiscard]] std::string to_upper_camel_case(std::string_view kebab);

}  // namespace wcomp
