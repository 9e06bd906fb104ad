// wcomp validate FILE..
#include "cli/wcomp/commands.h"
#include "cli/wcomp/features.h"
#include "cli/wcomp/input.h"

namespace wcomp::cli {

namespace {

int validate_file(const std::string& path, const component::Features& features) {
  auto bytes = read_wasm(path);
  if (!bytes) return report(bytes.error());
  const auto valid = validate_bytes(path, *std::move(bytes), features);
  return valid ? status_ok : report(valid.error());
}

}  // namespace

Action setup_validate(CLI::App& app) {
  auto files = std::make_shared<std::vector<std::string>>();
  app.add_option("FILE", *files, "Binaries to check")->required();
  const auto features = add_features_option(app);
  return [files, features] {
    int status = status_ok;
    for (const std::string& path : *files) status = std::max(status, validate_file(path, features->value_or(component::Features())));
    return status;
  };
}

}  // namespace wcomp::cli
