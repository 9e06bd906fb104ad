// The texts in the Component Model's own scripts (and those of two tools), where the folder with them stands beside the repository: every
// component of them that can be read is encoded, decoded, printed and parsed to the same bytes. Whether it is accepted or refused as the
// script says is what tests/wast/conformance.py sees to.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/diagnostic.h"
#include "base/file.h"
#include "component/text/parse.h"
#include "component/text/print.h"
#include "test_paths.h"

namespace wcomp::component {
namespace {

namespace fs = std::filesystem;
using namespace core::text;

/// What is not implemented; texts of these may be refused as unsupported.
constexpr std::string_view foreign_tags[] = {"gc", "cm-gc", "custom-page-sizes", "shared-everything-threads"};

struct Counts {
  std::size_t components = 0, round_trips = 0;
};

/// One component, `in` behind `(component`.
void check(const TokenList& list, Cursor in, bool is_lenient, bool may_fail, Counts& counts) {
  Cursor look = in;
  look.take_id();
  const bool is_text = !look.at_atom("binary") && !look.at_atom("quote");
  const Result<Bytes> bytes = text::parse_component_body(list, in, {.has_lenient_indices = is_lenient});
  ++counts.components;
  if (!bytes) {
    CHECK_MESSAGE(may_fail, bytes.error().to_string());
    return;
  }
  const auto decoded = decode(*bytes);
  if (!decoded) {
    CHECK_MESSAGE((may_fail || !is_text), decoded.error().to_string());
    return;
  }
  const Bytes encoded = encode(**decoded);
  if (is_text) CHECK(encoded == *bytes);  // other binaries need not be in the form that is written
  for (const bool is_folded : {false, true}) {
    const std::string printed = text::print(**decoded, {.is_folded = is_folded});
    CAPTURE(printed);
    const Result<Bytes> again = text::parse("printed.wat", printed);
    REQUIRE_MESSAGE(again.has_value(), again.error().to_string());
    CHECK(*again == encoded);
  }
  ++counts.round_trips;
}

TEST_CASE("components of the conformance scripts are printed and parsed to the same bytes") {
  const fs::path root = fs::path(WCOMP_SOURCE_DIR) / ".." / "shared" / "conformance";
  if (!fs::exists(root / "manifest.json")) {
    MESSAGE("no conformance data beside the repository: skipped");
    return;
  }
  std::ifstream manifest_file(root / "manifest.json");
  const nlohmann::json manifest = nlohmann::json::parse(manifest_file);
  Counts counts;
  for (const auto& test : manifest["cases"]) {
    const std::string suite = test["suite"], entry = test["entry"];
    if ((suite != "component" && suite != "component-wasm-tools" && suite != "component-wasmtime") || !entry.ends_with(".wast")) continue;
    CAPTURE(entry);
    const auto has_tag = [tags = test["tags"].get<std::vector<std::string>>()](std::string_view tag) { return std::ranges::find(tags, tag) != tags.end(); };
    const bool is_lenient = has_tag("lenient-component-indices");
    const bool is_foreign = std::ranges::any_of(foreign_tags, has_tag);
    Result<std::string> source = read_text_file(root / entry);
    REQUIRE(source.has_value());
    const Result<TokenList> list = tokenize(entry, *std::move(source));
    REQUIRE_MESSAGE(list.has_value(), list.error().to_string());
    Cursor in(*list);
    while (!in.at(TokenKind::end)) {
      const std::size_t start = in.position();
      const bool is_refusal = in.at_open("assert_malformed") || in.at_open("assert_invalid");
      // `(component ..)`, or `(assert_.. (component ..) ..)`
      if (!in.at_open("component") && list->tokens[start + 2].kind == TokenKind::open) in.move_to(start + 2);
      CAPTURE(in.where().line);
      if (in.take_open("component") && !in.at_atom("instance")) {
        in.take_atom("definition");
        check(*list, in, is_lenient, is_refusal || is_foreign, counts);
      }
      in.move_to(list->tokens[start].match + 1);
    }
  }
  MESSAGE(counts.round_trips << " of " << counts.components << " components made the round trip");
  CHECK(counts.round_trips > counts.components / 2);
}

}  // namespace
}  // namespace wcomp::component
