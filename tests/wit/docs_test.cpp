#include "wit/docs/docs.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "wit/docs/assets.h"
#include "wit/docs/prose.h"
#include "wit/helpers.h"

namespace wcomp::wit {
namespace {

std::string prose(std::string_view docs) {
  return html_prose(docs, [](std::string_view name) { return name == "known" ? std::optional<std::string>("#type.known") : std::nullopt; });
}
std::string file(const std::vector<DocFile>& files, std::string_view name) {
  const auto found = std::find_if(files.begin(), files.end(), [&](const DocFile& f) { return f.name == name; });
  REQUIRE_MESSAGE(found != files.end(), name);
  return found->content;
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("docs are paragraphs, lists, code and links to what has the name") {
  CHECK(prose("one\ntwo\n\nthree `known` and `other`") == "<p>one two</p>\n<p>three <a href=\"#type.known\"><code>known</code></a> and <code>other</code></p>\n");
  CHECK(prose("- a\n- b\n  more\n\n1. c") == "<ul>\n<li>a</li>\n<li>b more</li>\n<li>c</li>\n</ul>\n");
  CHECK(prose("```wit\n<f>: func();\n```") == "<pre><code>&lt;f&gt;: func();\n</code></pre>\n");
  CHECK(prose("**bold** *it* # no\n# Head") == "<p><strong>bold</strong> <em>it</em> # no</p>\n<p class=\"heading\">Head</p>\n");
  CHECK(prose("[text](https://a.b/c) and [ref]\n\n[ref]: https://d.e") ==
        "<p><a href=\"https://a.b/c\" rel=\"noopener noreferrer nofollow\">text</a> and <a href=\"https://d.e\" rel=\"noopener noreferrer nofollow\">ref</a></p>\n");
  CHECK(html_summary("First `a.b` one. Second.\n\nThird", {}) == "First <code>a.b</code> one.");
}

TEST_CASE("nothing in docs becomes markup or a script") {
  for (const std::string_view hostile : {"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "[a](data:text/html,x)", "`<b>`", "[x]: javascript:alert(1)\n[x]",
                                         "\"><svg onload=alert(1)>", "```\n</code></pre><script>", "[a](https://x\"onclick=alert(1))", "<https://a\"b>", "**<i>**", "- <li>"}) {
    const std::string html = prose(hostile);
    CAPTURE(html);
    CHECK(!has(html, "<script"));
    CHECK(!has(html, "<img"));
    CHECK(!has(html, "<svg"));
    CHECK(!has(html, "<b>"));
    CHECK(!has(html, "<i>"));
    CHECK(!has(html, "href=\"javascript"));
    CHECK(!has(html, "href=\"data"));
    CHECK(!has(html, "onclick=alert(1)\""));
  }
  CHECK(html_text("a\u202eb\x1b[31m") == "a\\u{202e}b\\u{1b}[31m");
  const std::string deep(100'000, '*');
  CHECK(!prose(deep + "a").empty());
  CHECK(!prose(std::string(20'000, '[') + std::string(20'000, '`')).empty());
}

TEST_CASE("brackets and addresses that never end take linear time") {
  constexpr std::size_t size = 1'000'000;
  const auto repeat = [](std::string_view unit) {
    std::string out;
    while (out.size() < size) out += unit;
    return out;
  };
  const std::string brackets = repeat("[");
  const std::clock_t begin = std::clock();
  for (const std::string& text : {brackets, brackets + "]", brackets + "](", repeat("[a]("), repeat("[a]["), repeat("<http://"), repeat("http://\\"), repeat("http://"), repeat("http://.")}) {
    CHECK(prose(text).size() > size);
    CHECK(markdown_prose(text).size() > size);
  }
  CHECK(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC < 60);
}

TEST_CASE("an address ends where none can go on, and one that is too long stays text") {
  CHECK(prose("http://a.b/c\\d.") == "<p><a href=\"http://a.b/c\" rel=\"noopener noreferrer nofollow\">http://a.b/c</a>\\d.</p>\n");
  CHECK(prose("see <https://a.b/)> and https://c.d.") == "<p>see <a href=\"https://a.b/)\" rel=\"noopener noreferrer nofollow\">https://a.b/)</a> and <a href=\"https://c.d\" rel=\"noopener noreferrer nofollow\">https://c.d</a>.</p>\n");
  CHECK(!has(prose("https://" + std::string(3000, 'a')), "href"));
  CHECK(!has(prose("[a](https://" + std::string(3000, 'a') + ")"), "href"));
}

TEST_CASE("docs in Markdown stay in their place") {
  CHECK(markdown_prose("# no\n<b> & [a](javascript:x) `<c>`") == "\\# no\n&lt;b> &amp; [a]\\(javascript:x) `<c>`\n");
  CHECK(markdown_prose("```\n# code") == "```text\n# code\n```\n");
}

TEST_CASE("pages link types across packages, show gates as badges, and fetch nothing") {
  const Loaded l = graph_of("package t:p@1.2.0;\n/// All of it.\ninterface a {\n  /// A thing. See `r.get`.\n  @since(version = 1.1.0)\n  resource r {\n    @unstable(feature = x)\n    get: func() -> list<r>;\n  }\n"
                            "  @since(version = 1.0.0)\n  @deprecated(version = 1.1.0)\n  type old = u8;\n}\ninterface index { @since(version = 1.1.0) use a.{r as q}; @since(version = 1.1.0) f: func(x: q); }\nworld w { import a; export run: func(); import i: interface { record z { m: u8 } } }",
                            {.all_features = true});
  const auto files = html_docs(l.graph);
  const std::string a = file(files, "t_p@1.2.0/interface.a.html");
  CHECK(has(a, "<span class=\"badge since\">since 1.1.0</span>"));
  CHECK(has(a, "<span class=\"badge unstable\">unstable: x</span>"));
  CHECK(has(a, "<span class=\"badge deprecated\">deprecated since 1.1.0</span>"));
  CHECK(has(a, "<a href=\"#method.r.get\"><code>r.get</code></a>"));
  CHECK(has(file(files, "t_p@1.2.0/interface.index.html"), "<a class=\"name\" href=\"../t_p@1.2.0/interface.a.html#type.r\">q</a>"));
  CHECK(has(file(files, "t_p@1.2.0/world.w.html"), "id=\"import.i.type.z\""));
  CHECK(has(file(files, "t_p@1.2.0/index.html"), "<p>All of it.</p>"));
  CHECK(has(file(files, "search-index.js"), "[\"r.get\", \"method\", \"t:p/a@1.2.0\", \"t_p@1.2.0/interface.a.html#method.r.get\"]"));
  for (const DocFile& f : files) {
    CAPTURE(f.name);
    CHECK(!has(f.content, "src=\"http"));
    CHECK(!has(f.content, "url("));
    CHECK(!has(f.content, "@import"));
  }
  const auto pages = markdown_docs(l.graph);
  CHECK(has(file(pages, "t_p@1.2.0.md"), "[`q`](t_p@1.2.0.md#interface.a.r)"));
  CHECK(has(file(pages, "README.md"), "- [`t:p@1.2.0`](t_p@1.2.0.md)"));
}

}  // namespace
namespace {

/// `#rrggbb` of a variable of the style sheet; `from`: where in the sheet the scheme begins.
double luminance(std::string_view name, std::size_t from) {
  const std::string key = "--" + std::string(name) + ": #";
  const std::size_t at = docs_style.find(key, from);
  REQUIRE_MESSAGE(at != std::string_view::npos, key);
  const auto value = static_cast<unsigned>(std::stoul(std::string(docs_style.substr(at + key.size(), 6)), nullptr, 16));
  const auto channel = [](unsigned c) {
    const double v = c / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(value >> 16 & 255) + 0.7152 * channel(value >> 8 & 255) + 0.0722 * channel(value & 255);
}
/// WCAG 2.2 "contrast ratio".
double contrast(std::string_view a, std::string_view b, std::size_t from) {
  const double x = luminance(a, from), y = luminance(b, from);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

}  // namespace

TEST_CASE("every colour of text stands out from every ground it is on, in the light and in the dark scheme") {
  const std::size_t dark = docs_style.find("prefers-color-scheme: dark");
  REQUIRE(dark != std::string_view::npos);
  for (const std::size_t scheme : {std::size_t{0}, dark}) {
    for (const std::string_view ground : {"ground", "raised"}) {
      for (const std::string_view text : {"text", "quiet", "link", "keyword"}) CHECK_MESSAGE(contrast(text, ground, scheme) >= 4.5, text);
      CHECK(contrast("focus", ground, scheme) >= 3.0);
    }
    for (const std::string badge : {"since", "unstable", "deprecated"}) CHECK_MESSAGE(contrast(badge, badge + "-ground", scheme) >= 4.5, badge);
  }
}

TEST_CASE("the style sheet names no colour outside its two schemes") {
  const std::size_t rules = docs_style.find("* { box-sizing");
  REQUIRE(rules != std::string_view::npos);
  CHECK(docs_style.find('#', rules) == std::string_view::npos);
}

}  // namespace wcomp::wit
