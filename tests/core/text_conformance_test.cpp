// Every module of the conformance scripts that is valid, where the folder with them stands beside the repository: printed, parsed and
// encoded it gives the bytes that it would have been encoded to without that.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "core/print.h"
#include "core/text/parse.h"
#include "test_paths.h"

namespace wcomp::core {
namespace {

namespace fs = std::filesystem;

/// Whether what a text cannot show is all as the shortest binary has it: numbers, and runs of locals.
bool is_canonical(const Module& m) {
  const auto is_merged = [](const Func& f) {
    return std::ranges::none_of(f.locals, [](const Locals& run) { return run.count == 0; }) &&
           std::ranges::adjacent_find(f.locals, {}, &Locals::type) == f.locals.end();
  };
  return std::ranges::all_of(m.funcs, is_merged);
}

struct Tally {
  std::size_t same = 0;
  std::size_t different = 0;  ///< not canonical
};

void check(Bytes bytes, const std::string& where, Tally& tally) {
  Result<Module> module = decode(std::move(bytes));
  if (!module) return;
  Features features;
  features.legacy_exceptions = true;
  features.compact_imports = true;
  const Result<ValidModule> valid = validate(*std::move(module), features);
  if (!valid) return;
  const bool is_folded = tally.same % 2 == 1;
  const Result<std::string> text = print(**valid, {.is_folded = is_folded});
  REQUIRE_MESSAGE(text.has_value(), where);
  const Result<Bytes> again = text::parse("printed.wat", *text);
  if (!again) {
    FAIL_CHECK(where << " is printed to what cannot be parsed:\n" << again.error().to_string());
    return;
  }
  const Result<Module> parsed = decode(*again);
  REQUIRE_MESSAGE(parsed.has_value(), where);
  if (encode(*parsed) == encode(**valid)) {
    ++tally.same;
    return;
  }
  ++tally.different;
  const bool has_more = (*valid)->bytes.size() > parsed->bytes.size();  // longer numbers, names of nothing
  if (is_canonical(**valid) && !has_more) FAIL_CHECK(where << " gives other bytes:\n" << *text);
}

/// The modules of one script, wherever in its directives they stand.
void check_script(const fs::path& path, Tally& tally) {
  Result<std::string> source = read_text_file(path);
  REQUIRE(source.has_value());
  const Result<text::TokenList> list = text::tokenize(path.filename().string(), *std::move(source));
  if (!list) return;
  text::Cursor in(*list);
  while (!in.at(text::TokenKind::end)) {
    const std::size_t start = in.position();
    if (!in.at(text::TokenKind::open)) return;
    if (in.at_open("module")) {
      const std::string where = path.filename().string() + ":" + std::to_string(in.where().line);
      Result<Bytes> bytes = text::parse_module(*list, in);
      if (bytes) check(*std::move(bytes), where, tally);
    }
    in.move_to(start);
    in.skip_group();
  }
}

TEST_CASE("valid modules of the conformance scripts survive print and parse") {
  const fs::path root = fs::path(WCOMP_SOURCE_DIR) / ".." / "shared" / "conformance";
  if (!fs::exists(root / "manifest.json")) {
    MESSAGE("no conformance data beside the repository: skipped");
    return;
  }
  Tally tally;
  for (const std::string_view suite : {"core", "core-wasmtime", "core-wasm-tools"}) {
    std::vector<fs::path> scripts;
    for (const auto& entry : fs::recursive_directory_iterator(root / suite)) {
      if (entry.path().extension() == ".wast" && entry.file_size() < 40'000) scripts.push_back(entry.path());
    }
    std::ranges::sort(scripts);
    for (const fs::path& path : scripts) check_script(path, tally);
  }
  MESSAGE(tally.same << " modules give the same bytes, " << tally.different << " that are not canonical give others");
  CHECK(tally.same > 500);
}

}  // namespace
}  // namespace wcomp::core
