// The static part of the Component Model's own scripts (and those of two tools), where the folder with them stands beside the repository:
// every component has to be accepted or refused as the script says; what is accepted is printed and parsed to the same bytes.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "base/diagnostic.h"
#include "base/file.h"
#include "component/text/print.h"
#include "component/text_wast.h"
#include "test_paths.h"

namespace wcomp::component {
namespace {

namespace fs = std::filesystem;

/// Checks that do not hold, with the reason.
const std::set<std::string> known{
    // Names of the form `url=<..>`, which the specification does not have any more.
    "component-wasm-tools/import.wast:186",
    "component-wasm-tools/import.wast:228",
    "component-wasm-tools/import.wast:269",
    "component-wasm-tools/import.wast:303",
    "component-wasm-tools/nested-names.wast:13",
    "component-wasm-tools/nested-names.wast:24",
    "component-wasm-tools/nested-names.wast:6",  // nested namespaces
    // What one runtime does not run is valid all the same.
    "component-wasmtime/import.wast:1",
    "component-wasmtime/restrictions.wast:1",
    "component-wasmtime/restrictions.wast:5",
    "component-wasmtime/restrictions.wast:9",
    "component-wasmtime/restrictions.wast:16",
    "component-wasmtime/simple.wast:24",
    "component-wasmtime/simple.wast:30",
};

/// Scripts that turn features off which are on.
constexpr std::string_view features_off = "component-wasm-tools/missing-features/";
const std::set<std::string> foreign_scripts{"component-wasmtime/implements-disabled.wast"};

/// Components that need a feature which is not there: a few more may be a regression that looks like one.
constexpr std::size_t most_gated = 243;

TEST_CASE("components of the conformance scripts are accepted and refused as they say") {
  const fs::path root = fs::path(WCOMP_SOURCE_DIR) / ".." / "shared" / "conformance";
  if (!fs::exists(root / "manifest.json")) {
    MESSAGE("no conformance data beside the repository: skipped");
    return;
  }
  std::ifstream in(root / "manifest.json");
  const nlohmann::json manifest = nlohmann::json::parse(in);
  std::size_t scripts = 0, passed = 0, gated = 0, round_trips = 0;
  std::set<std::string> wrong;
  std::map<std::string, std::size_t> missing;
  for (const auto& test : manifest["cases"]) {
    const std::string suite = test["suite"];
    const std::string entry = test["entry"];
    if ((suite != "component" && suite != "component-wasm-tools" && suite != "component-wasmtime") || !entry.ends_with(".wast")) continue;
    if (entry.starts_with(features_off) || foreign_scripts.contains(entry)) continue;
    CAPTURE(entry);
    const bool is_lenient = std::ranges::find(test["tags"], "lenient-component-indices") != test["tags"].end();
    Result<std::string> source = read_text_file(root / entry);
    REQUIRE(source.has_value());
    Result<std::vector<test::WastComponent>> components = test::read_wast(entry, std::move(*source), {.has_lenient_indices = is_lenient});
    REQUIRE_MESSAGE(components.has_value(), components.error().to_string());
    ++scripts;
    for (const test::WastComponent& c : *components) {
      const bool is_valid = c.refusal.empty();
      const bool is_gated = c.refusal == diag::feature_disabled.code || c.refusal == diag::unsupported.code;
      if (is_valid == c.should_be) {
        ++passed;
      } else if (is_gated) {
        ++gated;
        ++missing[c.message.substr(0, c.message.find('\n'))];
      } else {
        wrong.insert(c.where);
        if (!known.contains(c.where)) FAIL_CHECK(c.where << std::string(c.should_be ? " should be accepted\n" : " should be refused\n") << c.message);
      }
      if (!c.is_text || !c.bytes) continue;
      const auto decoded = decode(*c.bytes);
      if (!decoded) continue;  // a core module or feature that only the text knows
      CAPTURE(c.where);
      CHECK(encode(**decoded) == *c.bytes);
      const std::string printed = text::print(**decoded);
      CAPTURE(printed);
      const Result<Bytes> again = text::parse("printed.wat", printed);
      REQUIRE_MESSAGE(again.has_value(), again.error().to_string());
      CHECK(*again == *c.bytes);
      ++round_trips;
    }
  }
  MESSAGE(scripts << " scripts: " << passed << " components judged as the script says, " << gated << " need a feature that is not there, " << wrong.size()
                  << " known exceptions; " << round_trips << " round trips of text");
  for (const auto& [message, count] : missing) MESSAGE(count << " x " << message);
  CHECK(wrong == known);
  CHECK(gated <= most_gated);
}

}  // namespace
}  // namespace wcomp::component
