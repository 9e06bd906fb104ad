// A plugin in C++ that one has to be careful with: it wants to see files, and it has a bug that makes it run for ever.
#include <cstdio>

#include "plugin_exports.h"

namespace exports::sample::review::reviewer {

namespace {

using ::sample::review::types::Place;
using ::sample::review::types::Severity;

bool is_readable(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "r");
  if (file != nullptr) std::fclose(file);
  return file != nullptr;
}

}  // namespace

Description describe() { return {.name = "links", .version = "0.3", .settings = {}}; }

/// Each `[text](file)` has to lead somewhere.
wcomp::Result<std::vector<Remark>, Refusal> review(const Document& document) {
  std::vector<Remark> remarks;
  std::uint32_t number = 0;
  for (const std::string& line : document.lines) {
    ++number;
    for (std::size_t begin = line.find("]("); begin != line.npos; begin = line.find("](", begin)) {
      const std::size_t end = line.find(')', begin);
      if (end == line.npos) continue;  // the bug: `begin` stays where it is
      const std::string target = line.substr(begin + 2, end - begin - 2);
      if (!is_readable(target)) remarks.push_back({.place = Place(Place::Line{number}), .severity = Severity::error, .text = "no file " + target});
      begin = end;
    }
  }
  return remarks;
}

}  // namespace exports::sample::review::reviewer
