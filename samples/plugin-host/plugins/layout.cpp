// A plugin in C++: tabs, blanks at the ends of lines, lines that are too long.
#include <charconv>

#include "plugin_exports.h"

namespace exports::sample::review::reviewer {

namespace {

using ::sample::review::types::Place;
using ::sample::review::types::Severity;
using ::sample::review::types::Span;

constexpr std::uint32_t most_lines = 10'000;

std::uint32_t count_code_points(std::string_view text) {
  std::uint32_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

std::uint32_t longest_line() {
  std::uint32_t longest = 80;
  if (const auto text = ::sample::review::host::setting("max-line-length")) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), longest);
    if (error != std::errc{} || end != text->data() + text->size()) {
      ::sample::review::host::log(Severity::warning, "the setting max-line-length is not a number: " + *text);
      return 80;
    }
  }
  return longest;
}

}  // namespace

Description describe() { return {.name = "layout", .version = "1.0", .settings = {"max-line-length"}}; }

wcomp::Result<std::vector<Remark>, Refusal> review(const Document& document) {
  if (document.lines.empty()) return wcomp::Err(Refusal(Refusal::Empty{}));
  if (document.lines.size() > most_lines) return wcomp::Err(Refusal(Refusal::TooLong{most_lines}));

  const std::uint32_t longest = longest_line();
  std::vector<Remark> remarks;
  std::uint32_t number = 0;
  for (const std::string& line : document.lines) {
    ++number;
    const auto remark = [&](std::size_t begin, std::size_t end, Severity severity, std::string text) {
      const std::string_view whole(line);
      const Span span{.line = number, .column = count_code_points(whole.substr(0, begin)) + 1, .length = count_code_points(whole.substr(begin, end - begin))};
      remarks.push_back({.place = Place(Place::Span{span}), .severity = severity, .text = std::move(text)});
    };
    if (const std::size_t tab = line.find('\t'); tab != line.npos) remark(tab, tab + 1, Severity::hint, "a tab");
    const std::size_t text_end = line.find_last_not_of(" \t") + 1;
    if (text_end != line.size()) remark(text_end, line.size(), Severity::warning, "blanks at the end of the line");
    if (const std::uint32_t length = count_code_points(line); length > longest) {
      remarks.push_back({.place = Place(Place::Line{number}),
                         .severity = Severity::warning,
                         .text = std::to_string(length) + " characters, and " + std::to_string(longest) + " are enough"});
    }
  }
  return remarks;
}

}  // namespace exports::sample::review::reviewer
