// The static part of WebAssembly's own scripts (and those of two runtimes), where the folder with them stands beside the repository:
// every module has to be accepted or refused as the script says. Needs our text parser, decoder and validator, nothing else.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "test_paths.h"
#include "tests/core/wast_text.h"

namespace wcomp::core {
namespace {

namespace fs = std::filesystem;

/// Scripts with one of these tags need a proposal that is not implemented.
const std::set<std::string> foreign_tags{"simd",
                                         "relaxed-simd",
                                         "gc",
                                         "function-references",
                                         "eh",
                                         "legacy-eh",
                                         "tail-call",
                                         "threads",
                                         "shared-everything-threads",
                                         "memory64",
                                         "stack-switching",
                                         "custom-page-sizes",
                                         "wide-arithmetic",
                                         "custom-descriptors",
                                         "compact-imports"};

/// Scripts that turn features off, or check custom sections that we keep as they are.
const std::set<std::string> foreign_scripts{"core-wasm-tools/branch-hinting/folded-inside.wast"};
constexpr std::string_view features_off = "core-wasm-tools/missing-features/";

/// Checks that do not hold, with the reason.
const std::set<std::string> known{
    "core/br_table.wast:3",               // a table of typed function references among other things
    "core/table-sub.wast:1",              // the same
};

TEST_CASE("modules of the conformance scripts are accepted and refused as they say") {
  const fs::path root = fs::path(WCOMP_SOURCE_DIR) / ".." / "shared" / "conformance";
  if (!fs::exists(root / "manifest.json")) {
    MESSAGE("no conformance data beside the repository: skipped");
    return;
  }
  std::ifstream in(root / "manifest.json");
  const nlohmann::json manifest = nlohmann::json::parse(in);
  std::size_t scripts = 0;
  std::size_t passed = 0;
  std::size_t known_seen = 0;
  for (const auto& test : manifest["cases"]) {
    const std::string suite = test["suite"];
    const std::string entry = test["entry"];
    if (suite != "core" && suite != "core-wasm-tools" && suite != "core-wasmtime") continue;
    if (std::ranges::any_of(test["tags"], [](const auto& tag) { return foreign_tags.contains(tag.template get<std::string>()); })) continue;
    if (entry.starts_with(features_off) || foreign_scripts.contains(entry)) continue;
    CAPTURE(entry);
    Result<std::string> source = read_text_file(root / entry);
    REQUIRE(source.has_value());
    Result<std::vector<test::WastCheck>> checks = test::check_modules(entry, std::move(*source));
    REQUIRE_MESSAGE(checks.has_value(), checks.error().to_string());
    ++scripts;
    for (const test::WastCheck& check : *checks) {
      if (check.is_accepted == check.should_be) {
        ++passed;
      } else if (known.contains(check.where)) {
        ++known_seen;
      } else {
        FAIL_CHECK(check.where << std::string(check.should_be ? " should be accepted\n" : " should be refused\n") << check.message);
      }
    }
  }
  MESSAGE(scripts << " scripts, " << passed << " modules judged as the script says, " << known_seen << " known exceptions");
  CHECK(known_seen == known.size());
}

}  // namespace
}  // namespace wcomp::core
