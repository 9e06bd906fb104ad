// wcomp wit FILE
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "component/wit_codec.h"

namespace wcomp::cli {

namespace {

Result<component::DecodedWorld> world_of(const std::string& path) {
  WCOMP_TRY(const std::shared_ptr<const Bytes> bytes, read_wasm(path));
  if (component::detect(*bytes) == component::BinaryKind::component) {
    WCOMP_TRY(const component::ValidComponent valid, read_component(path, bytes));
    return component::world_of_component(valid);
  }
  WCOMP_TRY(const core::Module module, core::decode(bytes, *bytes));
  return component::world_of_module(module);
}

}  // namespace

Action setup_wit(CLI::App& app) {
  auto file = std::make_shared<std::string>();
  app.add_option("FILE", *file, "Component, or core module with embedded WIT")->required();
  return [file] {
    auto world = world_of(*file);
    if (!world) return report(in_file(std::move(world).error(), *file));
    return write_output("-", std::string_view(wit::print_with_dependencies(world->graph)));
  };
}

}  // namespace wcomp::cli
