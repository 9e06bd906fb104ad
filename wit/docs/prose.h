// The text of docs, for pages. Whatever is in it, the result is text: nothing in it becomes markup that is not made here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wcomp::wit {

/// Text for HTML, in elements and in quoted attributes. What acts on a display (controls, bidirectional overrides) is made visible.
[[nodiscard]] std::string html_text(std::string_view text);

/// Where a name in backticks leads, or none.
using NameLink = std::function<std::optional<std::string>(std::string_view name)>;

/// Docs as HTML: paragraphs, lists, headings (from `h4` on), fenced code, and the inline forms of `html_line`.
[[nodiscard]] std::string html_prose(std::string_view docs, const NameLink& link);
/// The first sentence, without blocks.
[[nodiscard]] std::string html_summary(std::string_view docs, const NameLink& link);

/// Docs as Markdown that cannot leave its place: no HTML, no headings of its own, no code that stays open.
[[nodiscard]] std::string markdown_prose(std::string_view docs);

}  // namespace wcomp::wit
