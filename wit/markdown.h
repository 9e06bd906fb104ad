// WIT inside Markdown: `.wit.md` files, whose blocks fenced as `wit` together are one WIT file and the prose around them is not looked at.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace wcomp::wit {

/// `NAME.wit`, `NAME.wit.md`: what is read of a directory.
[[nodiscard]] bool is_wit_file(const std::filesystem::path& path);
/// `NAME.md`.
[[nodiscard]] bool is_markdown(const std::filesystem::path& path);

/// The WIT of a Markdown text: as many bytes and lines, with spaces for everything outside of the blocks, so that places in it are places in
/// the Markdown. A block is what CommonMark calls a fenced code block, with `wit` as the first word of its info string, outside of lists,
/// quotes and comments. `has_block` tells whether there is one. https://spec.commonmark.org/0.31.2/#fenced-code-blocks
[[nodiscard]] std::string wit_of_markdown(std::string_view markdown, bool& has_block);

}  // namespace wcomp::wit
