#include "wit/docs/prose.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/text.h"

namespace wcomp::wit {

namespace {

constexpr int max_inline_depth = 8;

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.push_back(line);
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

constexpr std::size_t max_url = 2048;
constexpr std::size_t max_label = 999;

bool is_url_char(char c) { return static_cast<unsigned char>(c) > 0x20 && c != '"' && c != '<' && c != '>' && c != '\\'; }
bool is_safe_url(std::string_view url) {
  if (url.size() > max_url) return false;
  for (const std::string_view scheme : {"https://", "http://", "mailto:"}) {
    if (url.starts_with(scheme)) return std::all_of(url.begin(), url.end(), is_url_char);
  }
  return false;
}

using References = std::map<std::string, std::string, std::less<>>;  // `[label]: url`

/// `[label]: url` on a line of its own; none if it is something else.
std::optional<std::pair<std::string, std::string>> reference(std::string_view line) {
  line = trim(line);
  const std::size_t end = line.find("]:");
  if (!line.starts_with('[') || end == std::string_view::npos || end == 1) return std::nullopt;
  std::string_view url = trim(line.substr(end + 2));
  if (url.starts_with('<') && url.ends_with('>')) url = url.substr(1, url.size() - 2);
  if (!is_safe_url(url)) return std::nullopt;
  return std::pair(std::string(line.substr(1, end - 1)), std::string(url));
}
References references_of(const std::vector<std::string_view>& lines) {
  References out;
  for (const std::string_view line : lines) {
    if (auto r = reference(line)) out.insert(std::move(*r));
  }
  return out;
}

/// Finds a character from positions that only grow, and looks at no byte twice.
class Finder {
 public:
  Finder(std::string_view text, char wanted) : text_(text), wanted_(wanted) {}
  std::size_t from(std::size_t position) {
    if (!is_known_ || (at_ != std::string_view::npos && at_ < position)) at_ = text_.find(wanted_, position);
    is_known_ = true;
    return at_;
  }

 private:
  std::string_view text_;
  char wanted_;
  bool is_known_ = false;
  std::size_t at_ = 0;
};

/// Code in backticks, `**strong**`, `*emphasis*`, `[text](url)`, `<https://..>`.
class Line {
 public:
  Line(std::string_view text, const NameLink& link, const References& references, int depth = 0) : text_(text), link_(link), references_(references), depth_(depth), label_end_(text, ']'), url_end_(text, ')'), reference_end_(text, ']') {}

  std::string run() {
    while (at_ < text_.size()) {
      if (!(code() || strong() || bracket() || url())) plain_ += text_[at_++];
    }
    flush();
    return std::move(out_);
  }

 private:
  void flush() {
    out_ += html_text(plain_);
    plain_.clear();
  }
  std::string inner(std::string_view text) const { return depth_ >= max_inline_depth ? html_text(text) : Line(text, link_, references_, depth_ + 1).run(); }

  bool code() {
    if (text_[at_] != '`') return false;
    std::size_t ticks = at_;
    while (ticks < text_.size() && text_[ticks] == '`') ++ticks;
    const std::string_view fence = text_.substr(at_, ticks - at_);
    const std::size_t end = text_.find(fence, ticks);
    if (end == std::string_view::npos) {
      plain_ += fence;
      at_ = ticks;
      return true;
    }
    const std::string_view content = trim(text_.substr(ticks, end - ticks));
    flush();
    const auto target = link_ ? link_(content) : std::nullopt;
    if (target) out_ += "<a href=\"" + html_text(*target) + "\">";
    out_ += "<code>" + html_text(content) + "</code>";
    if (target) out_ += "</a>";
    at_ = end + fence.size();
    return true;
  }
  bool strong() {
    if (text_[at_] != '*') return false;
    const std::string_view mark = text_.substr(at_).starts_with("**") ? "**" : "*";
    const std::size_t begin = at_ + mark.size();
    const std::size_t end = text_.find(mark, begin);
    if (end == std::string_view::npos || end == begin || begin >= text_.size() || text_[begin] == ' ' || text_[end - 1] == ' ') {
      plain_ += mark;
      at_ = begin;
      return true;
    }
    flush();
    const std::string_view tag = mark.size() == 2 ? "strong" : "em";
    out_ += "<" + std::string(tag) + ">" + inner(text_.substr(begin, end - begin)) + "</" + std::string(tag) + ">";
    at_ = end + mark.size();
    return true;
  }
  void anchor(std::string_view url, const std::string& content) {
    flush();
    out_ += "<a href=\"" + html_text(url) + "\" rel=\"noopener noreferrer nofollow\">" + content + "</a>";
  }
  bool bracket() {
    if (text_[at_] != '[') return false;
    const std::size_t end = label_end_.from(at_);
    if (end == std::string_view::npos) return false;
    const std::string_view label = text_.substr(at_ + 1, end - at_ - 1);
    if (end + 1 < text_.size() && text_[end + 1] == '(') {
      const std::size_t close = url_end_.from(end + 1);
      if (close == std::string_view::npos) return false;
      const std::string_view target = trim(text_.substr(end + 2, close - end - 2));
      if (is_safe_url(target)) {
        anchor(target, inner(label));
      } else {
        flush();
        out_ += inner(label);  // where it leads is not for these pages to say
      }
      at_ = close + 1;
      return true;
    }
    std::string_view wanted = label;
    std::size_t after = end + 1;
    if (after < text_.size() && text_[after] == '[') {
      const std::size_t close = reference_end_.from(after);
      if (close == std::string_view::npos) return false;
      if (close > after + 1) wanted = text_.substr(after + 1, close - after - 1);
      after = close + 1;
    }
    if (wanted.size() > max_label) return false;
    const auto known = references_.find(wanted);
    if (known == references_.end()) return false;
    anchor(known->second, inner(label));
    at_ = after;
    return true;
  }
  bool url() {
    const std::string_view rest = text_.substr(at_);
    const bool is_framed = rest.starts_with("<http://") || rest.starts_with("<https://");
    if (!is_framed && !rest.starts_with("http://") && !rest.starts_with("https://")) return false;
    const std::size_t begin = is_framed ? 1 : 0;
    std::size_t end = begin;
    while (end < rest.size() && is_url_char(rest[end]) && (is_framed || !std::string_view("'`)]").contains(rest[end]))) ++end;
    if (is_framed && (end == rest.size() || rest[end] != '>')) return false;
    std::string_view target = rest.substr(begin, end - begin);
    while (!is_framed && !target.empty() && (target.back() == '.' || target.back() == ',' || target.back() == ';' || target.back() == ':')) target.remove_suffix(1);
    if (!is_safe_url(target)) {  // too long
      plain_ += rest.substr(0, end);
      at_ += end;
      return true;
    }
    anchor(target, html_text(target));
    at_ += begin + target.size() + (is_framed ? 1 : 0);
    return true;
  }

  std::string_view text_;
  const NameLink& link_;
  const References& references_;
  int depth_;
  std::size_t at_ = 0;
  Finder label_end_, url_end_, reference_end_;
  std::string out_, plain_;
};

bool is_fence(std::string_view line) { return trim(line).starts_with("```"); }
/// The text of a list item, or none.
std::optional<std::string_view> list_item(std::string_view line) {
  const std::string_view t = trim(line);
  if (t.starts_with("- ") || t.starts_with("* ") || t.starts_with("+ ")) return trim(t.substr(2));
  std::size_t digits = 0;
  while (digits < t.size() && digits < 9 && t[digits] >= '0' && t[digits] <= '9') ++digits;
  if (digits > 0 && digits + 1 < t.size() && (t[digits] == '.' || t[digits] == ')') && t[digits + 1] == ' ') return trim(t.substr(digits + 2));
  return std::nullopt;
}
bool is_numbered(std::string_view line) {
  const std::string_view t = trim(line);
  return !t.empty() && t[0] >= '0' && t[0] <= '9';
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string visible;
  const bool is_ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f; });
  if (!is_ascii) {
    for (;;) {  // tabs and line breaks stay
      const std::size_t at = text.find_first_of("\t\n");
      visible += escape(text.substr(0, at));
      if (at == std::string_view::npos) break;
      visible += text[at];
      text.remove_prefix(at + 1);
    }
    text = visible;
  }
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string html_prose(std::string_view docs, const NameLink& link) {
  const std::vector<std::string_view> lines = lines_of(docs);
  const References references = references_of(lines);
  std::string out, paragraph;
  const auto flush = [&] {
    if (!paragraph.empty()) out += "<p>" + Line(paragraph, link, references).run() + "</p>\n";
    paragraph.clear();
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if (is_fence(line)) {
      flush();
      out += "<pre><code>";
      for (++i; i < lines.size() && !is_fence(lines[i]); ++i) out += html_text(lines[i]) + "\n";
      out += "</code></pre>\n";
    } else if (trim(line).empty() || reference(line)) {
      flush();
    } else if (const std::string_view t = trim(line); t.starts_with('#') && t.find_first_not_of('#') != std::string_view::npos && t[t.find_first_not_of('#')] == ' ') {
      flush();
      out += "<p class=\"heading\">" + Line(trim(t.substr(t.find_first_not_of('#'))), link, references).run() + "</p>\n";
    } else if (list_item(line)) {
      flush();
      const std::string_view tag = is_numbered(line) ? "ol" : "ul";
      out += "<" + std::string(tag) + ">\n";
      while (i < lines.size() && list_item(lines[i])) {
        std::string item(*list_item(lines[i]));
        for (++i; i < lines.size() && !trim(lines[i]).empty() && !list_item(lines[i]) && !is_fence(lines[i]); ++i) item += " " + std::string(trim(lines[i]));
        out += "<li>" + Line(item, link, references).run() + "</li>\n";
        if (i + 1 < lines.size() && trim(lines[i]).empty() && list_item(lines[i + 1])) ++i;
      }
      --i;
      out += "</" + std::string(tag) + ">\n";
    } else {
      if (!paragraph.empty()) paragraph += ' ';
      paragraph += t;
    }
  }
  flush();
  return out;
}

std::string html_summary(std::string_view docs, const NameLink& link) {
  std::string first;
  const std::vector<std::string_view> lines = lines_of(docs);
  for (const std::string_view line : lines) {
    const std::string_view t = trim(line);
    if (t.empty() && first.empty()) continue;
    if (t.empty() || is_fence(t)) break;
    first += (first.empty() ? "" : " ") + std::string(t);
  }
  std::size_t end = 0;
  bool is_code = false;
  for (; end < first.size(); ++end) {
    if (first[end] == '`') is_code = !is_code;
    if (!is_code && first[end] == '.' && (end + 1 == first.size() || first[end + 1] == ' ')) {
      ++end;
      break;
    }
  }
  first.resize(end);
  return Line(first, link, references_of(lines)).run();
}

std::string markdown_prose(std::string_view docs) {
  std::string out;
  bool is_code = false;
  for (const std::string_view line : lines_of(docs)) {
    if (is_fence(line)) {
      is_code = !is_code;
      out += is_code ? "```text\n" : "```\n";
      continue;
    }
    std::string visible = escape(line);
    if (!is_code) {
      std::string safe;
      if (trim(visible).starts_with('#') || trim(visible).starts_with("===") || trim(visible).starts_with("---")) safe += '\\';
      Finder close(visible, ')');
      const auto is_unsafe_target = [&](std::size_t begin) {
        const std::size_t length = std::min(close.from(begin), visible.size()) - begin;
        return length > max_url || !is_safe_url(trim(std::string_view(visible).substr(begin, length)));
      };
      bool is_span = false;  // code in backticks shows what is written
      for (std::size_t i = 0; i < visible.size(); ++i) {
        const char c = visible[i];
        if (c == '`') is_span = !is_span;
        if (c == '<' && !is_span) safe += "&lt;";
        else if (c == '&' && !is_span) safe += "&amp;";
        else if (c == '|' && !is_span) safe += "\\|";
        else if (c == '(' && i > 0 && visible[i - 1] == ']' && is_unsafe_target(i + 1)) safe += "\\(";
        else safe += c;
      }
      if (is_span) safe += '`';
      visible = std::move(safe);
    }
    out += visible + "\n";
  }
  if (is_code) out += "```\n";
  return out;
}

}  // namespace wcomp::wit
