#include "wit/markdown.h"

#include <algorithm>
#include <optional>

namespace wcomp::wit {

namespace {

constexpr std::size_t max_indent = 3;  // one more makes an indented code block
constexpr std::size_t min_fence = 3;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view white = " \t\r";
  const std::size_t begin = text.find_first_not_of(white);
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(white) + 1 - begin);
}

/// A line of backticks or tildes, and what follows them.
struct Fence {
  char mark = '`';
  std::size_t length = 0;
  std::string_view info;
};

std::string_view without_indent(std::string_view line) {
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  return indent <= max_indent ? line.substr(indent) : std::string_view();
}

std::optional<Fence> fence_of(std::string_view line) {
  line = without_indent(line);
  if (line.empty() || (line.front() != '`' && line.front() != '~')) return std::nullopt;
  const std::size_t length = std::min(line.find_first_not_of(line.front()), line.size());
  const Fence fence{line.front(), length, trimmed(line.substr(length))};
  // Backticks further on make it code within a line.
  if (length < min_fence || (fence.mark == '`' && fence.info.find('`') != std::string_view::npos)) return std::nullopt;
  return fence;
}

bool is_wit(const Fence& fence) { return fence.info.substr(0, fence.info.find_first_of(" \t")) == "wit"; }
bool closes(const Fence& end, const Fence& begin) { return end.mark == begin.mark && end.length >= begin.length && end.info.empty(); }

}  // namespace

bool is_markdown(const std::filesystem::path& path) { return path.extension() == ".md"; }

bool is_wit_file(const std::filesystem::path& path) { return path.extension() == ".wit" || (is_markdown(path) && path.stem().extension() == ".wit"); }

std::string wit_of_markdown(std::string_view markdown, bool& has_block) {
  std::string out(markdown.size(), ' ');
  has_block = false;
  std::optional<Fence> open;
  bool is_comment = false;
  for (std::size_t begin = 0; begin < markdown.size();) {
    const std::size_t end = std::min(markdown.find('\n', begin), markdown.size());
    const std::string_view line = markdown.substr(begin, end - begin);
    const auto fence = is_comment ? std::nullopt : fence_of(line);
    if (open) {
      if (fence && closes(*fence, *open)) open.reset();
      else if (is_wit(*open)) std::copy(line.begin(), line.end(), out.begin() + static_cast<std::ptrdiff_t>(begin));
    } else if (fence) {
      open = fence;
      has_block |= is_wit(*fence);
    } else {
      is_comment |= without_indent(line).starts_with("<!--");
      if (line.find("-->") != std::string_view::npos) is_comment = false;
    }
    if (end < markdown.size()) out[end] = '\n';
    begin = end + 1;
  }
  return out;
}

}  // namespace wcomp::wit
