#include "base/text.h"

#include <doctest/doctest.h>

#include "base/diagnostic.h"
#include "base/source.h"
#include "wcomp/trap.h"

using namespace wcomp;

TEST_CASE("UTF-8 is checked to the letter") {
  CHECK(is_utf8("plain, \xc3\xa9, \xe2\x82\xac, \xf0\x9f\x98\x80"));
  CHECK_FALSE(is_utf8("\xc0\x80"));          // overlong
  CHECK_FALSE(is_utf8("\xe0\x80\x80"));      // overlong
  CHECK_FALSE(is_utf8("\xed\xa0\x80"));      // surrogate
  CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
  CHECK_FALSE(is_utf8("\xe2\x82"));          // cut off
  CHECK(find_invalid_utf8("ab\xff") == 2);
}

TEST_CASE("what could act on a terminal is escaped, the rest stays") {
  CHECK(escape("a\x1b[31mb") == "a\\u{1b}[31mb");
  CHECK(escape("\xe2\x80\xae" "abc") == "\\u{202e}abc");
  CHECK(escape("tab\tline\n") == "tab\\tline\\n");
  CHECK(escape("caf\xc3\xa9") == "caf\xc3\xa9");
  CHECK(escape("\xff") == "\\xff");
  CHECK(escape("\xc2\x9b") == "\\u{9b}");  // C1: one-character escape sequence introducer
}

TEST_CASE("names in kebab case become identifiers") {
  CHECK(to_snake_case("get-value") == "get_value");
  CHECK(to_snake_case("HTTP-error") == "http_error");
  CHECK(to_upper_camel_case("input-stream") == "InputStream");
  CHECK(to_upper_camel_case("HTTP-error") == "HttpError");
}

TEST_CASE("edit distance gives up beyond its limit") {
  CHECK(edit_distance("bar", "baz") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("a", "abcdefgh") == 4);
}

TEST_CASE("a diagnostic shows file, line, excerpt and caret, and escapes what came from input") {
  SourceMap sources;
  const SourceId id = sources.add("app.wit", "interface a {\n  type foo = b\x1b;\n}\n");
  Diagnostic d = error(diag::unknown_type, "type `b` does not exist", sources.locate({id, 27, 29}));
  d.notes.push_back("a type `c` is declared in this interface");
  CHECK(render(d) ==
        "error[unknown-type]: type `b` does not exist\n"
        "  --> app.wit:2:14\n"
        "    2 |   type foo = b\\u{1b};\n"
        "      |              ^^^^^^^\n"
        "  help: a type `c` is declared in this interface\n");
}

TEST_CASE("a very long line is cut around the place") {
  SourceMap sources;
  const SourceId id = sources.add("long.wit", std::string(100'000, 'x'));
  CHECK(render(error(diag::syntax, "m", sources.locate({id, 50'000, 50'001}))).size() < 1000);
}

TEST_CASE("places in a long line carry no more of it than people see, and point at the same") {
  SourceMap sources;
  std::string text = "first\n" + std::string(1'000'000, 'x');
  text[800'000] = 'y';
  const SourceId id = sources.add("long.wit", text + "\r\nlast\n");
  const TextPos at = sources.locate({id, 800'000, 800'001});
  CHECK(at.line == 2);
  CHECK(at.column == 800'000 - 6 + 1);
  CHECK(at.excerpt.size() <= 2000);
  const std::string shown = render(error(diag::syntax, "m", at));
  const std::size_t line = shown.find("    2 | "), carets = shown.find("      | ");
  REQUIRE((line != shown.npos && carets != shown.npos));
  CHECK(shown[line + (shown.find('^') - carets)] == 'y');
  CHECK(sources.locate({id, 512 + 6, 512 + 7}).excerpt.size() == 1024);  // the last place whose excerpt begins where the line does
  CHECK(sources.locate({id, 1'000'000 + 6, 1'000'000 + 7}).excerpt.size() == 512);  // behind the line, at its end
  CHECK(sources.locate({id, 1'000'008, 1'000'009}).excerpt == "last");
  CHECK(sources.locate({id, 1'000'008, 1'000'009}).line == 3);
  CHECK(sources.locate({id, 99'000'000, 99'000'001}).line == 4);  // behind the end
  CHECK(sources.locate({id, 0, 3}).excerpt == "first");
}

TEST_CASE("a place in a binary names the path and the offset") {
  const Diagnostic d = error(diag::index_out_of_range, "component function 7 does not exist, 5 are defined",
                             BinaryPos{.file = "calc.wasm", .path = "component > canon[3]", .offset = 0x1a4});
  CHECK(render(d) == "error[index-out-of-range]: component function 7 does not exist, 5 are defined\n  --> calc.wasm: component > canon[3] at 0x01a4\n");
}

TEST_CASE("a trap shows its reason and its frames") {
  Trap t(TrapCode::unreachable, "in `f`");
  t.backtrace().push_back({.module = "m", .func_idx = 3, .func_name = "f", .offset = 0x10});
  t.backtrace().push_back({.module = "", .func_idx = 4, .func_name = "", .offset = 0});
  CHECK(t.to_string() == "trap: unreachable: in `f`\n   0: m!f at 0x0010\n   1: func[4]\n");
}

TEST_CASE("names as long as their input are shown in part") {
  const std::string name(100'000, 'n');
  const std::string text = render(error(diag::unknown_item, "there is no `" + name + "`, expected `a` or `" + name + "`"));
  CHECK(text.size() < 2'000);
  CHECK(text.find("expected `a` or `nnn") != std::string::npos);
  CHECK(text.find("..(99616 bytes)..n") != std::string::npos);
  Diagnostic d = error(diag::unknown_item, std::string(100'000, 'm'), BinaryPos{.file = name, .path = name, .offset = 1});
  d.notes.push_back(name);
  CHECK(render(d).size() < 20'000);
  std::string wide;
  for (int i = 0; i < 1'000; ++i) wide += "\xe2\x82\xac";
  CHECK(render(error(diag::unknown_item, "`" + wide + "`")).find("\\x") == std::string::npos);
}
