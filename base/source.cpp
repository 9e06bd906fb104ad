#include "base/source.h"

#include <algorithm>
#include <mutex>

#include "base/excerpt.h"

namespace wcomp {

struct SourceMap::Lines {
  std::once_flag once;
  std::vector<std::uint32_t> starts;  ///< offset of each line, the first one's among them
};

SourceId SourceMap::add(std::string name, std::string text) {
  sources_.push_back({std::move(name), std::move(text), std::make_shared<Lines>()});
  return SourceId(sources_.size() - 1);
}

const std::vector<std::uint32_t>& SourceMap::line_starts(SourceId id) const {
  const Source& source = sources_[id.value];
  std::call_once(source.lines->once, [&] {
    std::vector<std::uint32_t>& starts = source.lines->starts;
    starts.push_back(0);
    for (std::size_t at = source.text.find('\n'); at != std::string::npos; at = source.text.find('\n', at + 1)) starts.push_back(static_cast<std::uint32_t>(at + 1));
  });
  return source.lines->starts;
}

TextPos SourceMap::locate(Span s) const {
  const std::string_view all = text(s.source);
  const std::size_t begin = std::min<std::size_t>(s.begin, all.size());
  const std::vector<std::uint32_t>& starts = line_starts(s.source);
  const auto next = std::ranges::upper_bound(starts, begin);
  const std::size_t line_start = *std::prev(next);
  std::size_t line_end = next == starts.end() ? all.size() : *next - 1;
  const std::size_t end = std::clamp<std::size_t>(s.end, begin, line_end);
  if (line_end > line_start && all[line_end - 1] == '\r') --line_end;
  TextPos pos;
  pos.file = name(s.source);
  pos.line = static_cast<std::uint32_t>(next - starts.begin());
  pos.column = 1 + static_cast<std::uint32_t>(begin - line_start);
  pos.length = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(end - begin));
  const std::size_t from = line_start + excerpt_begin(pos.column);
  pos.excerpt = from < line_end ? all.substr(from, std::min(line_end, begin + excerpt_after) - from) : std::string_view();
  return pos;
}

}  // namespace wcomp
