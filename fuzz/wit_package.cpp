// Any bytes are read as a WIT package, a component or a core module with WIT inside, and refused or printed; what was read as a package can be
// encoded again, and is the same WIT then.
#include "component/wit_codec.h"
#include "component/wit_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wcomp;
  auto bytes = std::make_shared<const Bytes>(data, data + size);
  if (component::detect(*bytes) == component::BinaryKind::not_wasm) return 0;
  const auto read = component::wit_of_binary(std::move(bytes));
  if (!read) {
    WCOMP_CHECK(!read.error().to_string().empty());
    return 0;
  }
  const wit::Graph& graph = read->loaded.graph;
  (void)wit::print_with_dependencies(graph);
  (void)wit::to_json(graph);
  if (read->form != component::WitForm::package) return 0;
  const auto encoded = component::encode_package(graph, graph.roots.front());
  if (!encoded) return 0;  // types that are used, but whose interface nobody imports
  const auto again = component::wit_of_binary(std::make_shared<const Bytes>(*encoded));
  if (again) WCOMP_CHECK(wit::print(again->loaded.graph, again->loaded.graph.roots.front()) == wit::print(graph, graph.roots.front()));
  return 0;
}
