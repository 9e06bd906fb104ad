// Whatever WIT was resolved goes through every operation, which refuses it or gives WIT that can be read again.
#include "wit/operations/merge.h"
#include "wit/operations/merge_imports.h"
#include "wit/operations/nominal_types.h"
#include "wit/operations/semver_check.h"
#include "wit/operations/turn_around.h"
#include "wit/wit.h"

namespace {

using namespace wcomp;

void check(const Result<wit::Graph>& made) {
  if (!made) {
    WCOMP_CHECK(!made.error().to_string().empty());
    return;
  }
  const auto again = wit::load_text("made.wit", wit::print_with_dependencies(*made), {.features = {}, .all_features = true, .target_version = {}});
  WCOMP_CHECK(again.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto loaded = wit::load_text("fuzz.wit", std::string(reinterpret_cast<const char*>(data), size), {.features = {}, .all_features = true, .target_version = {}});
  if (!loaded) return 0;
  const wit::Graph& graph = loaded->graph;
  check(wit::merge(graph, graph));
  constexpr std::size_t enough = 4;
  for (std::size_t w = 0; w < graph.worlds.size() && w < enough; ++w) {
    const wit::WorldId world(w);
    check(wit::importize(graph, world));
    check(wit::exportize(graph, world));
    check(wit::merge_imports_by_version(graph, world));
    (void)wit::to_json(wit::generate_nominal_types(graph, world));
    WCOMP_CHECK(wit::semver_check(graph, world, world).empty());
  }
  return 0;
}
