// metadata.cpp: what modules and components say about themselves.
#include "component/metadata.h"

#include <doctest/doctest.h>

#include "component/component.h"
#include "component/outline.h"
#include "component/sections.h"
#include "core/builder.h"

using namespace wcomp;
using namespace wcomp::component;

namespace {

Bytes module_with(std::string_view section, ByteSpan contents) {
  Bytes out = core::ModuleBuilder().build();
  append_custom(out, section, contents);
  return out;
}

Bytes changed(ByteSpan binary, const MetadataChange& change) {
  auto out = change_metadata(binary, change);
  REQUIRE(out);
  return *std::move(out);
}

Metadata read(ByteSpan binary) {
  auto out = read_metadata(binary);
  REQUIRE(out);
  return *std::move(out);
}

bool is_licence(std::string_view text) { return !find_fault(AnnotationForm::spdx, text); }
bool is_url(std::string_view text) { return !find_fault(AnnotationForm::url, text); }

}  // namespace

TEST_CASE("producers are written and read back, and a name that is there gets the new version") {
  Producers p;
  p.set("language", "C++", "20");
  p.set("sdk", "kit", "1");
  p.set("language", "C++", "23");
  const auto back = decode_producers(encode_producers(p));
  REQUIRE(back);
  REQUIRE(back->fields.size() == 2);
  CHECK(back->fields[0].values == std::vector<std::pair<std::string, std::string>>{{"C++", "23"}});
  CHECK(back->fields[1].name == "sdk");
}

TEST_CASE("producers that announce more than there is are refused, and a module with them has none") {
  const std::uint8_t cut[] = {0xff, 0xff, 0xff, 0xff, 0x0f, 0x00};
  CHECK(!decode_producers(cut));
  const Bytes module = module_with(producers_section, cut);
  CHECK(!read(module).producers);
  const auto sections = read_sections(module);
  REQUIRE(sections);
  const Outline shown = outline(*sections);
  REQUIRE(shown.problem);
  CHECK(shown.problem->contains("`producers` cannot be read"));
}

TEST_CASE("what is said of a module replaces what it said, the rest of it stays") {
  const Bytes module = module_with("mine", as_bytes("kept"));
  const Bytes named = changed(module, {.name = "first", .producers = {}, .version = "1"});
  const Bytes again = changed(named, {.name = "second", .producers = {}, .version = "2"});
  const Metadata m = read(again);
  CHECK(m.name == "second");
  CHECK(m.version == "2");
  CHECK(again.size() < named.size() + 2);
  const auto is_kept = [](const Bytes& b) { return std::string_view(reinterpret_cast<const char*>(b.data()), b.size()).contains("kept"); };
  CHECK(is_kept(again));
}

TEST_CASE("an empty text takes an annotation out, and an empty name the name section") {
  const Bytes module = core::ModuleBuilder().build();
  const Bytes full = changed(module, {.name = "n", .producers = {}, .authors = "somebody"});
  CHECK(changed(full, {.name = "", .producers = {}, .authors = ""}) == module);
}

TEST_CASE("what is no binary has no metadata") {
  const auto read = read_metadata(as_bytes("text"));
  REQUIRE(!read);
  CHECK(read.error().first().code == "malformed");
}

TEST_CASE("licences are SPDX expressions") {
  for (const char* good : {"MIT", "GPL-2.0+", "MIT OR Apache-2.0", "(MIT)", "MIT AND (ISC OR BSD-3-Clause)", "Apache-2.0 WITH LLVM-exception OR MIT", "LicenseRef-own.1",
                           "DocumentRef-doc:LicenseRef-own", "((MIT)AND(ISC))"}) {
    CHECK_MESSAGE(is_licence(good), good);
  }
  for (const char* bad : {"", " ", "MIT OR", "OR MIT", "MIT MIT", "MIT and ISC", "(MIT", "MIT)", "()", "MIT WITH", "MIT WITH (ISC)", "(MIT) WITH LLVM-exception",
                          "MIT WITH a WITH b", "MIT/ISC", "MIT, ISC", "MIT++", "LicenseRef-", "DocumentRef-doc:MIT", "DocumentRef-:LicenseRef-x", "M\xc3\xafT"}) {
    CHECK_MESSAGE(!is_licence(bad), bad);
  }
}

TEST_CASE("a deeply nested licence takes no stack") {
  const std::string open(1'000'000, '('), close(1'000'000, ')');
  CHECK(is_licence(open + "MIT" + close));
  CHECK(!is_licence(open + "MIT"));
}

TEST_CASE("addresses are absolute URLs") {
  for (const char* good : {"https://example.com", "http://[::1]:80/x?y#z", "git+ssh://host/path", "urn:uuid:1", "HTTPS://example.com"}) CHECK_MESSAGE(is_url(good), good);
  for (const char* bad : {"", "example.com", "/path", "://x", "1a://x", "https:", "https://", "https:///x", "https://:80", "https://a b", "https://a\nb", "https://<x>"}) CHECK_MESSAGE(!is_url(bad), bad);
}
