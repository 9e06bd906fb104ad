// wcomp validate FILE..
#include <fmt/format.h>

#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "core/module.h"

namespace wcomp::cli {

namespace {

int validate_file(const std::string& path) {
  const auto bytes = read_wasm(path);
  if (!bytes) return report(bytes.error());
  if (component::detect(**bytes) == component::BinaryKind::component) {
    const auto valid = read_component(path, *bytes);
    return valid ? status_ok : report(valid.error());
  }
  auto module = core::decode(*bytes, **bytes);
  if (!module) return report(in_file(std::move(module).error(), path));
  auto valid = core::validate(*std::move(module));
  return valid ? status_ok : report(in_file(std::move(valid).error(), path));
}

}  // namespace

Action setup_validate(CLI::App& app) {
  auto files = std::make_shared<std::vector<std::string>>();
  app.add_option("FILE", *files, "Binaries to check")->required();
  return [files] {
    int status = status_ok;
    for (const std::string& path : *files) status = std::max(status, validate_file(path));
    return status;
  };
}

}  // namespace wcomp::cli
