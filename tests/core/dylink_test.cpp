// dylink.h: the section of shared libraries in binaries and texts.
#include "core/dylink.h"

#include <doctest/doctest.h>

#include "core/print.h"
#include "core/text/parse.h"

namespace wcomp::core {
namespace {

Module module_of(std::string source) {
  const Result<Bytes> bytes = text::parse("test.wat", std::move(source));
  REQUIRE_MESSAGE(bytes.has_value(), bytes.error().to_string());
  Result<Module> m = decode(*bytes);
  REQUIRE(m.has_value());
  return *std::move(m);
}
std::string printed(const Module& m) {
  const Result<std::string> text = print(m);
  REQUIRE(text.has_value());
  return *text;
}
bool is_refused(std::string source, std::string_view part) {
  const Result<Bytes> bytes = text::parse("test.wat", std::move(source));
  return !bytes && bytes.error().to_string().find(part) != std::string::npos;
}
Module with_section(Bytes contents) {
  Module m = module_of("(module (func))");
  m.customs.insert(m.customs.begin(), {.name = std::string(dylink_section), .bytes = contents, .after = 0});
  Result<Module> out = decode(encode(m));
  REQUIRE(out.has_value());
  return *std::move(out);
}

constexpr const char* everything = R"((module
  (@dylink.0
    (mem-info (memory 20 4) (table 3 1))
    (needed "a.so" "b.so")
    (export-info "x" tls)
    (export-info "y" binding-weak undefined 0x400)
    (import-info "env" "z" binding-weak undefined)
    (runtime-path "/lib" "$ORIGIN")
  )
  (type (;0;) (func))
  (func (;0;) (type 0)
  )
)
)";

}  // namespace

TEST_CASE("a text of dylink.0 gives the section that the binary format says, in front of all others, and the binary gives the same text") {
  const Module m = module_of(everything);
  REQUIRE(m.customs.size() == 1);
  CHECK(m.customs[0].name == "dylink.0");
  CHECK(m.customs[0].after == 0);
  const auto parts = decode_dylink(m.customs[0].bytes);
  REQUIRE(parts.has_value());
  REQUIRE(parts->size() == 5);
  const auto& info = std::get<DylinkMemInfo>((*parts)[0]);
  CHECK(info.memory_size == 20);
  CHECK(info.memory_align_log2 == 4);
  CHECK(info.table_size == 3);
  CHECK(info.table_align_log2 == 1);
  CHECK(std::get<DylinkNeeded>((*parts)[1]).names == std::vector<std::string>{"a.so", "b.so"});
  const auto& exports = std::get<DylinkExportInfo>((*parts)[2]).symbols;
  REQUIRE(exports.size() == 2);
  CHECK(exports[0].has(DylinkFlag::tls));
  CHECK(exports[1].flags == 0x411);
  const auto& imports = std::get<DylinkImportInfo>((*parts)[3]).symbols;
  REQUIRE(imports.size() == 1);
  CHECK(imports[0].name == "z");
  CHECK(imports[0].has(DylinkFlag::undefined));
  CHECK(std::get<DylinkRuntimePath>((*parts)[4]).paths.size() == 2);
  CHECK(encode_dylink(*parts) == Bytes(m.customs[0].bytes.begin(), m.customs[0].bytes.end()));
  CHECK(printed(m) == everything);
}

TEST_CASE("what a text of dylink.0 leaves out is 0, and an empty one is a section") {
  const Module none = module_of("(module (@dylink.0))");
  REQUIRE(none.customs.size() == 1);
  CHECK(none.customs[0].bytes.empty());
  CHECK(printed(none) == "(module\n  (@dylink.0)\n)\n");
  const Module some = module_of("(module (@dylink.0 (mem-info) (mem-info (table 2 1))))");
  const auto parts = decode_dylink(some.customs[0].bytes);
  REQUIRE(parts.has_value());
  CHECK(std::get<DylinkMemInfo>((*parts)[0]).memory_size == 0);
  CHECK(std::get<DylinkMemInfo>((*parts)[1]).table_size == 2);
  CHECK(printed(module_of(printed(some))) == printed(some));
}

TEST_CASE("a mistake in a text of dylink.0 is named") {
  CHECK(is_refused("(module (@dylink.0 (mem (memory 1 1))))", "`(mem-info`"));
  CHECK(is_refused("(module (@dylink.0 (mem-info (data 1 1))))", "`(memory` or `(table`"));
  CHECK(is_refused("(module (@dylink.0 (mem-info (memory 4294967296 1))))", "out of range"));
  CHECK(is_refused("(module (@dylink.0 (export-info \"x\" weak)))", "weak"));
  CHECK(is_refused("(module (@dylink.0 (import-info \"env\")))", ""));
  CHECK(is_refused("(module (@dylink.0 needed))", ""));
}

TEST_CASE("a section that the text could not give back is printed as its bytes") {
  const Bytes long_number{1, 5, 0x80, 0, 0, 0, 0};  // a size of 0 in two bytes
  const Bytes no_symbols{3, 1, 0};
  const Bytes two_lists{3, 4, 1, 1, 'x', 0, 3, 4, 1, 1, 'y', 0};
  const Bytes unknown{9, 1, 0};
  const Bytes cut{2, 5, 1};
  for (const Bytes& contents : {long_number, no_symbols, two_lists, unknown, cut}) {
    const Module m = with_section(contents);
    CHECK_FALSE(print_dylink(contents).has_value());
    const std::string text = printed(m);
    CHECK(text.find("(@custom \"dylink.0\" (before first)") != std::string::npos);
    const Module again = module_of(text);
    CHECK(Bytes(again.customs[0].bytes.begin(), again.customs[0].bytes.end()) == contents);
  }
}

TEST_CASE("bytes that are no dylink.0 are refused, whatever they announce") {
  const std::vector<Bytes> bad = {
      {1},                                        // ends in front of a size
      {1, 2, 0, 0},                               // two numbers missing
      {1, 5, 0, 0, 0, 0, 0},                      // one byte too many
      {2, 5, 0xff, 0xff, 0xff, 0xff, 0x0f},       // 4 billion names
      {2, 3, 1, 5, 'x'},                          // a name of five bytes
      {2, 3, 1, 1, 0xff},                         // not UTF-8
      {3, 3, 1, 1, 'x'},                          // no flags
      {4, 5, 0xff, 0xff, 0xff, 0xff, 0x0f},       // 4 billion imports
      {5, 0xff, 0xff, 0xff, 0xff, 0x0f},          // a size beyond the section
  };
  for (const Bytes& contents : bad) CHECK_FALSE(decode_dylink(contents).has_value());
}

}  // namespace wcomp::core
