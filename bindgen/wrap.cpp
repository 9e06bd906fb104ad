#include "bindgen/wrap.h"

#include <algorithm>

namespace wcomp::bindgen {
namespace {

/// The end of the literal that begins at `at`.
std::size_t after_literal(std::string_view line, std::size_t at) {
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == line[at]) {
      return i + 1;
    }
  }
  return line.size();
}

/// The best space to break at, after `begin` and before the limit; npos if there is none.
std::size_t break_position(std::string_view line, std::size_t begin, std::size_t limit) {
  std::size_t best = std::string_view::npos;
  int best_depth = 0;
  int depth = 0;
  for (std::size_t i = 0; i < line.size() && i <= limit;) {
    const char c = line[i];
    if (c == '"') {
      i = after_literal(line, i);
      continue;
    }
    if (line.substr(i).starts_with("//")) break;
    if (c == '(' || c == '[' || c == '{' || c == '<') ++depth;
    const bool is_arrow = c == '>' && i > 0 && line[i - 1] == '-';
    if (c == ')' || c == ']' || c == '}' || (c == '>' && !is_arrow)) --depth;
    // A body begins on the line of its head, and so does the result of a lambda.
    const bool can_break = c == ' ' && i > begin && i + 1 < line.size() && line[i + 1] != '{' && line[i + 1] != '-' && (line[i - 1] == ',' || line[i - 1] == ')');
    if (can_break && (best == std::string_view::npos || depth <= best_depth)) {
      best = i;
      best_depth = depth;
    }
    ++i;
  }
  return best;
}

void add_wrapped(std::string& out, std::string_view line) {
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  const bool is_code = indent < line.size() && line[indent] != '#' && !line.substr(indent).starts_with("//");
  std::string_view rest = line;
  std::size_t added = 0;  // spaces that stand before `rest`
  std::size_t begin = indent;
  while (is_code && added <= max_line_length && added + rest.size() > max_line_length) {
    const std::size_t at = break_position(rest, begin, max_line_length - added);
    if (at == std::string_view::npos) break;
    added = indent + 4;
    begin = 0;
    out.append(rest.substr(0, at)).append("\n").append(added, ' ');
    rest.remove_prefix(at + 1);
  }
  out += rest;
}

}  // namespace

std::string wrapped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    line.size() > max_line_length ? add_wrapped(out, line) : void(out += line);
    if (end == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace wcomp::bindgen
