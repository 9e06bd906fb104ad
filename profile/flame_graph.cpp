// A flame graph as SVG: boxes, their titles, and a script that enlarges and searches, which reads texts and never makes elements of them.
#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "base/text.h"
#include "profile/profile.h"

namespace wcomp::profile {

namespace {

constexpr double width = 1200, side = 10, row = 17, head = 46, foot = 30, least = 0.3, letter = 6.6;

/// Text for XML: also without the two characters of the basic plane that XML does not know.
std::string xml(std::string_view text) {
  const std::string shown = escape(text);
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::string_view rest = std::string_view(shown).substr(i);
    if (rest.starts_with("\xef\xbf\xbe") || rest.starts_with("\xef\xbf\xbf")) {
      out += rest[2] == '\xbe' ? "\\u{fffe}" : "\\u{ffff}";
      i += 2;
      continue;
    }
    switch (shown[i]) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += shown[i];
    }
  }
  return out;
}

/// The first letters of a text, whole ones of UTF-8, with dots for what is missing; empty if hardly anything fits.
std::string shortened(const std::string& text, std::size_t letters) {
  if (letters < 3) return {};
  std::size_t count = 0, end = 0, cut = 0;
  for (; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) continue;
    if (count == letters - 2) cut = end;
    if (++count > letters) return text.substr(0, cut) + "..";
  }
  return text;
}

struct Node {
  std::uint64_t nanoseconds = 0, samples = 0;
  std::map<std::uint32_t, std::unique_ptr<Node>> callees;  ///< by frame
};

std::string color_of(const FrameInfo& frame) {
  if (frame.kind == FrameKind::host) return "#c9c9c9";
  if (frame.kind == FrameKind::line) return "#fff3b0";
  // The same one for all that belongs to a module, so that components are told apart; functions differ a little.
  const auto hash = [](std::string_view text) {
    std::uint32_t h = 2166136261;
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 16777619;
    return h ^ h >> 15;
  };
  const std::uint32_t hue = (hash(frame.module) * 47 + 20) % 360;
  return fmt::format("hsl({},{}%,{}%)", hue, 60 + hash(frame.name) % 20, (frame.kind == FrameKind::inlined ? 80 : 66) + hash(frame.name) / 32 % 8);
}

constexpr std::string_view script = R"js(
(function () {
  "use strict";
  var svg = document.documentElement, width = 1180, left = 10, letter = 6.6;
  var boxes = Array.prototype.slice.call(svg.getElementsByClassName("f"));
  var shown = document.getElementById("shown"), reset = document.getElementById("reset"), found = document.getElementById("found");
  boxes.forEach(function (g) {
    g.x = parseFloat(g.getAttribute("data-x")); g.w = parseFloat(g.getAttribute("data-w")); g.d = parseInt(g.getAttribute("data-d"), 10);
    g.label = g.getAttribute("data-n"); g.about = g.getElementsByTagName("title")[0].textContent;
    g.addEventListener("mouseover", function () { shown.textContent = g.about; });
    g.addEventListener("mouseout", function () { shown.textContent = ""; });
    g.addEventListener("click", function () { zoom(g); });
  });
  function text(t, label, w) {
    var n = Math.floor((w - 6) / letter), all = Array.from(label);
    t.textContent = n < 3 ? "" : all.length <= n ? label : all.slice(0, n - 2).join("") + "..";
  }
  function zoom(to) {
    var x = to ? to.x : 0, w = to ? to.w : 1, d = to ? to.d : 0, tiny = 1e-9;
    reset.style.display = to && to.d > 0 ? "" : "none";
    boxes.forEach(function (g) {
      var above = g.x >= x - tiny && g.x + g.w <= x + w + tiny && g.d >= d, below = g.d < d && g.x <= x + tiny && g.x + g.w >= x + w - tiny;
      g.style.display = above || below ? "" : "none";
      g.style.opacity = below ? 0.5 : 1;
      if (!above && !below) return;
      var at = below ? 0 : (g.x - x) / w, part = below ? 1 : g.w / w, r = g.getElementsByTagName("rect")[0], t = g.getElementsByTagName("text")[0];
      r.setAttribute("x", left + at * width); r.setAttribute("width", Math.max(0.1, part * width - 0.4));
      t.setAttribute("x", left + at * width + 3); text(t, g.label, part * width);
    });
  }
  function search() {
    var word = window.prompt("Part of a name:", ""), sum = 0, end = -1;
    if (word === null) return;
    boxes.forEach(function (g) {
      var hit = word !== "" && g.label.toLowerCase().indexOf(word.toLowerCase()) >= 0, r = g.getElementsByTagName("rect")[0];
      r.style.fill = hit ? "#e600e6" : "";
      if (hit && g.x >= end - 1e-9) { sum += g.w; end = g.x + g.w; }
    });
    found.textContent = word === "" ? "" : "found: " + (sum * 100).toFixed(1) + "%";
  }
  reset.addEventListener("click", function () { zoom(null); });
  document.getElementById("search").addEventListener("click", search);
  window.addEventListener("keydown", function (e) { if (e.key === "/" || (e.key === "f" && (e.ctrlKey || e.metaKey))) { e.preventDefault(); search(); } });
})();
)js";

class Drawing {
 public:
  explicit Drawing(const Profile& profile) : profile_(profile) {}

  std::string draw() {
    Node all;
    for (const Stack& s : profile_.stacks) {
      Node* at = &all;
      add(*at, s);
      for (const std::uint32_t f : s.frames) {
        auto& next = at->callees[f];
        if (!next) next = std::make_unique<Node>();
        at = next.get();
        add(*at, s);
      }
    }
    total_ = std::max<std::uint64_t>(1, all.nanoseconds);
    lay(all);
    const double height = head + static_cast<double>(deepest_ + 1) * row + foot;
    std::string out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
        "font-family=\"monospace\" font-size=\"11\">\n<style>.f{{cursor:pointer}} .f:hover rect{{stroke:#000;stroke-width:.7}} .b{{cursor:pointer;fill:#0645ad}}</style>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text x=\"{2}\" y=\"18\" font-size=\"14\">{3}</text>\n"
        "<text x=\"{2}\" y=\"36\">{4}</text>\n<text id=\"reset\" class=\"b\" x=\"{5}\" y=\"18\" style=\"display:none\">whole picture</text>\n"
        "<text id=\"search\" class=\"b\" x=\"{6}\" y=\"18\">search</text>\n<text id=\"found\" x=\"{5}\" y=\"36\"></text>\n<text id=\"shown\" x=\"{2}\" y=\"{7}\"></text>\n",
        width, height, side, xml(profile_.title), about(), width - 210, width - 70, height - 10);
    boxes(all, height, out);
    out += fmt::format("<script><![CDATA[{}]]></script>\n</svg>\n", script);
    return out;
  }

 private:
  struct Box {
    const Node* node;
    std::uint32_t frame;
    std::uint64_t begin;
    std::size_t depth;
  };
  static constexpr std::uint32_t no_frame = UINT32_MAX;

  static void add(Node& n, const Stack& s) {
    n.nanoseconds += s.nanoseconds;
    n.samples += s.samples;
  }
  /// Where all boxes go; without recursion, for stacks are as deep as guests want.
  void lay(const Node& all) {
    std::vector<Box> left{{&all, no_frame, 0, 0}};
    while (!left.empty()) {
      const Box box = left.back();
      left.pop_back();
      boxes_.push_back(box);
      deepest_ = std::max(deepest_, box.depth);
      std::uint64_t at = box.begin;
      // By name, as is usual: what a function calls is then found again in another picture.
      std::vector<std::pair<std::string, std::uint32_t>> order;
      for (const auto& [f, n] : box.node->callees) order.emplace_back(label(profile_.frames[f]), f);
      std::ranges::sort(order);
      for (const auto& [name, f] : order) {
        const Node& n = *box.node->callees.at(f);
        if (scaled(n.nanoseconds) >= least) left.push_back({&n, f, at, box.depth + 1});
        at += n.nanoseconds;
      }
    }
  }
  [[nodiscard]] double scaled(std::uint64_t ns) const { return static_cast<double>(ns) / static_cast<double>(total_) * (width - 2 * side); }
  [[nodiscard]] std::string about() const {
    std::string out = fmt::format("{} samples, {:.1f} ms of processor time in guests", profile_.samples, static_cast<double>(profile_.nanoseconds) / 1e6);
    if (profile_.outside_nanoseconds != 0) out += fmt::format("; {:.1f} ms before, between and after", static_cast<double>(profile_.outside_nanoseconds) / 1e6);
    return out;
  }
  void boxes(const Node&, double height, std::string& out) const {
    static const FrameInfo all{.kind = FrameKind::host, .name = "all"};
    for (const Box& b : boxes_) {
      const FrameInfo& frame = b.frame == no_frame ? all : profile_.frames[b.frame];
      const std::string name = b.frame == no_frame ? "all" : label(frame);
      const double w = scaled(b.node->nanoseconds), x = side + scaled(b.begin), y = height - foot - static_cast<double>(b.depth + 1) * row;
      std::string place;
      if (!frame.file.empty()) place = fmt::format("\n{}{}", xml(frame.file), frame.line == 0 ? std::string() : fmt::format(":{}", frame.line));
      const std::size_t letters = w < 6 ? 0 : static_cast<std::size_t>((w - 6) / letter);
      out += fmt::format("<g class=\"f\" data-x=\"{:.7f}\" data-w=\"{:.7f}\" data-d=\"{}\" data-n=\"{}\"><title>{}: {:.1f} ms, {:.1f}%, {} samples{}</title>"
                         "<rect x=\"{:.2f}\" y=\"{:.0f}\" width=\"{:.2f}\" height=\"{}\" fill=\"{}\"/><text x=\"{:.2f}\" y=\"{:.0f}\">{}</text></g>\n",
                         static_cast<double>(b.begin) / static_cast<double>(total_), static_cast<double>(b.node->nanoseconds) / static_cast<double>(total_), b.depth, xml(name),
                         xml(name), static_cast<double>(b.node->nanoseconds) / 1e6, static_cast<double>(b.node->nanoseconds) * 100 / static_cast<double>(total_),
                         b.node->samples, place, x, y, std::max(0.1, w - 0.4), row - 1, b.frame == no_frame ? "#e8e8e8" : color_of(frame), x + 3, y + 12,
                         xml(shortened(name, letters)));
    }
  }

  const Profile& profile_;
  std::vector<Box> boxes_;
  std::uint64_t total_ = 1;
  std::size_t deepest_ = 0;
};

}  // namespace

std::string flame_graph(const Profile& profile) { return Drawing(profile).draw(); }

}  // namespace wcomp::profile
