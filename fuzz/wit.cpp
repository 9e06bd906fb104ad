// Any text is parsed, resolved and printed, or refused with diagnostics that can be shown.
#include "wit/wit.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  const auto loaded = wit::load_text("fuzz.wit", std::string(reinterpret_cast<const char*>(data), size), {.features = {}, .all_features = true, .target_version = {}});
  if (!loaded) {
    WCOMP_CHECK(!loaded.error().to_string().empty());
    return 0;
  }
  for (const wit::PackageId id : loaded->graph.roots) {
    const std::string text = wit::print(loaded->graph, id);
    WCOMP_CHECK(!text.empty());
  }
  return 0;
}
