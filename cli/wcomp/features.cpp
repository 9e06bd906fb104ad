#include "cli/wcomp/features.h"

#include "base/diagnostic.h"

namespace wcomp::cli {

namespace {

std::string apply(const std::string& list, component::Features& features) {
  const auto applied = component::apply_features(list, features);
  if (applied) return {};
  std::string message = applied.error().first().message;
  for (const std::string& note : applied.error().first().notes) message += "; " + note;
  return message;
}

}  // namespace

std::string check_features(const std::string& list) {
  component::Features features;
  return apply(list, features);
}

GivenFeatures add_features_option(CLI::App& app, std::string names) {
  auto features = std::make_shared<std::optional<component::Features>>();
  const auto set = [features](const std::vector<std::string>& lists) {
    features->emplace();
    for (const std::string& list : lists) {
      if (const std::string problem = apply(list, **features); !problem.empty()) throw CLI::ValidationError("--features", problem);
    }
  };
  app.add_option_function<std::vector<std::string>>(std::move(names), set, "Proposals of WebAssembly that are on: NAME, -NAME, or a group; the table is below")
      ->type_name("LIST")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  app.footer("Features (* on by default; groups: all, default, wasm1, wasm2, wasm3; a list goes from left to right, `-` turns off):\n" + component::feature_table());
  return features;
}

}  // namespace wcomp::cli
