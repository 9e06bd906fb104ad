// Profiles as files: what is in them, and that names of guests stay names.
#include "profile/profile.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace wcomp::profile;

namespace {

/// main calls work, which has the host print; a line of work; once work was called 600 deep.
Profile example(std::string name = "work") {
  Profile p{.title = "app.wasm"};
  p.frames = {{.module = "app", .name = "main"},
              {.module = "app", .name = std::move(name), .file = "/src/work.c", .line = 3},
              {.kind = FrameKind::host, .name = "wasi:io/streams@0.2.0#write"},
              {.kind = FrameKind::line, .name = "", .file = "/src/work.c", .line = 7},
              {.kind = FrameKind::inlined, .module = "app", .name = "mix"}};
  p.stacks = {{.frames = {0, 1, 3}, .nanoseconds = 6'000'000, .samples = 6}, {.frames = {0, 1, 2}, .nanoseconds = 3'000'000, .samples = 3}, {.frames = {0, 1, 4, 3}, .nanoseconds = 1'000'000, .samples = 1}};
  p.moments = {{.stack = 0, .at = 1'000'000, .nanoseconds = 1'000'000}, {.stack = 2, .at = 2'500'000, .nanoseconds = 900'000}};
  p.nanoseconds = 10'000'000;
  p.samples = 10;
  p.interval = 1'000'000;
  return p;
}
std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

/// Whether every element that is opened is closed, and text has no bare `<` or `&`; what XML asks of us.
bool is_balanced(std::string_view xml) {
  std::vector<std::string_view> open;
  while (!xml.empty()) {
    if (xml.starts_with("<?") || xml.starts_with("<![CDATA[")) {
      const std::string_view end = xml.starts_with("<?") ? "?>" : "]]>";
      const std::size_t at = xml.find(end);
      if (at == std::string_view::npos) return false;
      xml.remove_prefix(at + end.size());
    } else if (xml[0] == '<') {
      const std::size_t end = xml.find('>');
      if (end == std::string_view::npos) return false;
      const std::string_view tag = xml.substr(1, end - 1);
      if (tag.find('<') != std::string_view::npos) return false;
      const std::string_view word = tag.substr(tag.starts_with('/') ? 1 : 0, tag.find(' '));
      if (tag.starts_with('/')) {
        if (open.empty() || open.back() != word) return false;
        open.pop_back();
      } else if (!tag.ends_with('/')) {
        open.push_back(word);
      }
      xml.remove_prefix(end + 1);
    } else if (xml[0] == '&') {
      const std::size_t end = xml.find(';');
      if (end == std::string_view::npos || end > 7) return false;
      xml.remove_prefix(end + 1);
    } else {
      xml.remove_prefix(1);
    }
  }
  return open.empty();
}

}  // namespace

TEST_CASE("a stack is a line, callers first, with microseconds") {
  CHECK(folded_stacks(example()) ==
        "app!main;app!work;work.c:7 6000\n"
        "app!main;app!work;[wasi:io/streams@0.2.0#write] 3000\n"
        "app!main;app!work;mix (inlined);work.c:7 1000\n");
  CHECK(folded_stacks(Profile{}).empty());
}

TEST_CASE("a name with separators and line ends stays one name") {
  const std::string text = folded_stacks(example("a;b\nc 5\x1b[31m"));
  CHECK(count(text, "\n") == 3);
  CHECK(count(text, ";") == 2 + 2 + 3);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("boxes are as wide as time was spent, and nothing is fetched") {
  const std::string svg = flame_graph(example());
  CHECK(is_balanced(svg));
  CHECK(count(svg, "<g class=\"f\"") == 7);  // all, main, work, line, host, mix, its line
  CHECK(svg.find("data-w=\"0.3000000\" data-d=\"3\" data-n=\"[wasi:io/streams@0.2.0#write]\"") != std::string::npos);
  CHECK(svg.find("app!work: 10.0 ms, 100.0%, 10 samples\n/src/work.c:3") != std::string::npos);
  CHECK(count(svg, "http") == 1);  // the name of the format
  CHECK(svg == flame_graph(example()));
}

TEST_CASE("names that are markup, script, or no text at all are shown as they are") {
  for (const std::string name : {"</title></g><script>alert(1)</script>", "\" onclick=\"x", "]]>", "'&lt;'", "\xff\xfe\x01", "\xef\xbf\xbe\xef\xbf\xbf", "a\nb",
                                 "\xe2\x80\xae" "txet", ""}) {
    CAPTURE(name);
    Profile p = example(name);
    p.title = p.frames[0].module = p.frames[1].file = name;
    const std::string svg = flame_graph(p);
    CHECK(is_balanced(svg));
    CHECK(count(svg, "<script") == 1);
    CHECK(count(svg, "onclick=\"x") == 0);
    CHECK(count(svg, "\xef\xbf\xbe") + count(svg, "\xef\xbf\xbf") + count(svg, "\xe2\x80\xae") + count(svg, "\x01") + count(svg, "\xff") == 0);
    CHECK_NOTHROW((void)nlohmann::json::parse(firefox_profile(p)));
  }
}

TEST_CASE("a guest that calls very deep makes a picture, and one that has very many functions a small one") {
  Profile deep = example();
  deep.stacks = {{.frames = std::vector<std::uint32_t>(5000, 1), .nanoseconds = 10, .samples = 1}};
  deep.moments.clear();
  CHECK(count(flame_graph(deep), "<g class=\"f\"") == 5001);
  Profile wide{.title = "wide"};
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    wide.frames.push_back({.module = "m", .name = "f" + std::to_string(i)});
    wide.stacks.push_back({.frames = {i}, .nanoseconds = 1, .samples = 1});
  }
  CHECK(flame_graph(wide).size() < 10'000);
}

TEST_CASE("an empty profile is a picture, too") {
  CHECK(is_balanced(flame_graph(Profile{})));
  CHECK_NOTHROW((void)nlohmann::json::parse(firefox_profile(Profile{})));
}

TEST_CASE("Firefox's tables refer to one another") {
  const auto json = nlohmann::json::parse(firefox_profile(example()));
  const auto& thread = json["threads"][0];
  for (const char* name : {"frameTable", "funcTable", "stackTable", "samples"}) {
    for (const auto& [column, values] : thread[name].items()) {
      if (values.is_array()) CHECK_MESSAGE(values.size() == thread[name]["length"], name << "." << column);
    }
  }
  // The second sample: its stack, from the innermost frame to the outermost.
  std::vector<std::string> names;
  for (auto at = thread["samples"]["stack"][1]; !at.is_null(); at = thread["stackTable"]["prefix"][at.get<std::size_t>()]) {
    const std::size_t frame = thread["stackTable"]["frame"][at.get<std::size_t>()];
    const std::size_t func = thread["frameTable"]["func"][frame];
    names.push_back(thread["stringArray"][thread["funcTable"]["name"][func].get<std::size_t>()]);
  }
  CHECK(names == std::vector<std::string>{"work.c:7", "mix (inlined)", "app!work", "app!main"});
  CHECK(thread["samples"]["timeDeltas"][1] == 1.5);
  CHECK(thread["samples"]["threadCPUDelta"][1] == 900);
}

TEST_CASE("the end of a file's name says which form") {
  CHECK(form_of("a.svg") == Form::flame_graph);
  CHECK(form_of("a.json") == Form::firefox);
  CHECK(form_of("a.folded") == Form::folded);
  CHECK(form_of("a.txt") == Form::folded);
  CHECK_FALSE(form_of("a.html"));
  CHECK_FALSE(form_of(""));
}
