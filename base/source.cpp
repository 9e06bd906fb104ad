#include "base/source.h"

#include <algorithm>

namespace wcomp {

SourceId SourceMap::add(std::string name, std::string text) {
  sources_.push_back({std::move(name), std::move(text)});
  return SourceId(sources_.size() - 1);
}

TextPos SourceMap::locate(Span s) const {
  const std::string_view all = text(s.source);
  const std::size_t begin = std::min<std::size_t>(s.begin, all.size());
  const std::size_t line_start = begin == 0 ? 0 : all.rfind('\n', begin - 1) + 1;  // npos + 1 is 0
  std::size_t line_end = all.find('\n', begin);
  if (line_end == std::string_view::npos) line_end = all.size();
  const std::size_t end = std::clamp<std::size_t>(s.end, begin, line_end);
  if (line_end > line_start && all[line_end - 1] == '\r') --line_end;
  TextPos pos;
  pos.file = name(s.source);
  pos.line = 1 + static_cast<std::uint32_t>(std::count(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(line_start), '\n'));
  pos.column = 1 + static_cast<std::uint32_t>(begin - line_start);
  pos.length = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(end - begin));
  pos.excerpt = all.substr(line_start, line_end - line_start);
  return pos;
}

}  // namespace wcomp
