#include "bindgen/bindgen.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"

namespace wcomp::bindgen {

Result<std::vector<OutputFile>> generate(const wit::Graph& graph, const std::vector<wit::WorldId>& worlds, Side side) {
  std::vector<OutputFile> out;
  for (const wit::WorldId world : worlds) {
    WCOMP_TRY(const Model model, Model::make(graph, world, side));
    std::vector<OutputFile> files;
    if (side == Side::guest) {
      WCOMP_TRY(files, emit_guest(model));
    } else {
      files = emit_host(model);
    }
    for (OutputFile& file : files) {
      const auto same = std::find_if(out.begin(), out.end(), [&](const OutputFile& f) { return f.name == file.name; });
      if (same == out.end()) {
        out.push_back(std::move(file));
      } else if (file.content.size() > same->content.size()) {
        same->content = std::move(file.content);  // an interface that one world imports and another only takes types from
      }
    }
  }
  return out;
}

std::string_view guest_support_header() {
  static constexpr std::string_view text =
#include "bindgen/guest_support.inc"
      ;
  return text;
}

}  // namespace wcomp::bindgen
