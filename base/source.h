// Text files under their names, and spans in them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace wcomp {

using SourceId = Index<struct SourceTag>;

/// `begin`..`end` are byte offsets in one source.
struct Span {
  SourceId source;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// Owns the texts; ids, views and names stay valid as long as the map. Not thread-safe while adding.
class SourceMap {
 public:
  SourceId add(std::string name, std::string text);
  [[nodiscard]] std::string_view name(SourceId id) const { return sources_[id.value].name; }
  [[nodiscard]] std::string_view text(SourceId id) const { return sources_[id.value].text; }
  [[nodiscard]] std::string_view text(Span s) const { return text(s.source).substr(s.begin, s.end - s.begin); }
  [[nodiscard]] std::size_t size() const { return sources_.size(); }
  /// Line, column and excerpt for a diagnostic; a span over several lines is cut at the end of its first. The first one in a source takes
  /// time in proportion to its length, others do not.
  [[nodiscard]] TextPos locate(Span s) const;

 private:
  struct Lines;
  struct Source {
    std::string name;
    std::string text;
    std::shared_ptr<Lines> lines;  ///< owners: copies of the map; filled when somebody asks
  };
  [[nodiscard]] const std::vector<std::uint32_t>& line_starts(SourceId id) const;

  std::deque<Source> sources_;
};

}  // namespace wcomp
