// How diagnostics and traps read.
#include "wcomp/failure.h"

#include <fmt/format.h>

#include "base/demangle.h"
#include "base/excerpt.h"
#include "base/match.h"
#include "base/text.h"
#include "wcomp/trap.h"

namespace wcomp {

namespace {

constexpr std::size_t max_excerpt = 160;
constexpr std::size_t max_name = 512;      ///< shown of a name, a type, a path
constexpr std::size_t max_message = 8192;

/// The text, escaped; of one longer than `max` its beginning and its end.
std::string elided(std::string_view text, std::size_t max) {
  if (text.size() <= max) return escape(text);
  const auto is_inside = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
  std::size_t head = max / 2, tail = text.size() - max / 4;
  while (head > max / 2 - 4 && is_inside(head)) --head;
  while (tail < text.size() && is_inside(tail)) ++tail;
  return fmt::format("{}..({} bytes)..{}", escape(text.substr(0, head)), tail - head, escape(text.substr(tail)));
}

/// A message with what it quotes from input, which may be as long as the input.
std::string shown(std::string_view message) {
  std::string out;
  while (message.size() > max_name && out.size() < max_message) {
    const std::size_t open = message.find('`');
    const std::size_t close = open == message.npos ? message.npos : message.find('`', open + 1);
    if (close == message.npos) break;
    out += escape(message.substr(0, open + 1));
    out += elided(message.substr(open + 1, close - open - 1), max_name);
    out += '`';
    message.remove_prefix(close + 1);
  }
  return out + elided(message, max_message);
}

/// The part of the line around the span that fits a screen, escaped, with the caret line under it.
void render_excerpt(std::string& out, const TextPos& p) {
  const std::size_t column = p.column == 0 ? 0 : std::min<std::size_t>(p.column - 1 - excerpt_begin(p.column), p.excerpt.size());
  const std::size_t from = column > max_excerpt / 2 ? column - max_excerpt / 2 : 0;
  const std::string_view line = std::string_view(p.excerpt).substr(from, max_excerpt);
  const std::string before = escape(line.substr(0, std::min(column - from, line.size())));
  const std::size_t length = std::min<std::size_t>(p.length, line.size() - std::min(column - from, line.size()));
  const std::string marked = escape(line.substr(std::min(column - from, line.size()), length));
  std::size_t width = 0;  // columns on a screen, roughly: bytes that start a character
  for (const char c : before) width += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  std::size_t carets = 0;
  for (const char c : marked) carets += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  out += fmt::format("{:>5} | {}\n", p.line, escape(line));
  out += fmt::format("      | {:{}}{}\n", "", width, std::string(std::max<std::size_t>(1, carets), '^'));
}

void render_location(std::string& out, const Location& at) {
  match(
      at, [](std::monostate) {},
      [&](const TextPos& p) {
        out += fmt::format("  --> {}:{}:{}\n", elided(p.file, max_name), p.line, p.column);
        render_excerpt(out, p);
      },
      [&](const BinaryPos& p) {
        // Offset 0 says nothing where there is a file or a path: the place is all of it.
        const bool has_offset = p.offset != 0 || (p.file.empty() && p.path.empty());
        out += "  --> " + elided(p.file, max_name);
        if (!p.path.empty()) out += (p.file.empty() ? "" : ": ") + elided(p.path, max_name);
        if (has_offset) out += fmt::format("{}at 0x{:04x}", p.path.empty() ? (p.file.empty() ? "" : ": ") : " ", p.offset);
        out += "\n";
      });
}

}  // namespace

std::string render(const Diagnostic& d) {
  std::string out = fmt::format("{}[{}]: {}\n", d.severity == Severity::error ? "error" : "warning", d.code, shown(d.message));
  render_location(out, d.location);
  for (const Label& label : d.labels) {
    out += fmt::format("  note: {}\n", shown(label.message));
    render_location(out, label.location);
  }
  for (const std::string& note : d.notes) out += fmt::format("  {}{}\n", note.starts_with("  ") ? "  " : "help: ", shown(note));
  return out;
}

std::string Failure::to_string() const {
  std::string out;
  for (const Diagnostic& d : *list_) out += render(d);
  return out;
}

namespace {

/// `lib.cpp:7:3`, as far as it is known.
std::string render(const SourcePlace& p) {
  std::string out = escape(p.file);
  if (p.line != 0) out += fmt::format(":{}", p.line);
  if (p.line != 0 && p.column != 0) out += fmt::format(":{}", p.column);
  return out;
}

}  // namespace

std::string_view to_string(TrapCode code) {
  static constexpr std::string_view texts[] = {
#define WCOMP_TRAP(name, text) text,
#include "wcomp/traps.def"
#undef WCOMP_TRAP
  };
  return texts[static_cast<std::size_t>(code)];
}

std::string Frame::name() const { return func_name.empty() ? fmt::format("func[{}]", func_idx) : demangle(func_name); }

std::vector<SourcePlace> Frame::places() const {
  if (source == nullptr) return {};
  std::vector<SourcePlace> out = source->find(offset);
  for (SourcePlace& p : out) p.function = demangle(p.function);
  return out;
}

std::string Trap::to_string() const {
  std::string out = fmt::format("trap: {}", wcomp::to_string(code()));
  if (!message().empty()) out += ": " + shown(message());
  out += "\n";
  constexpr std::size_t shown = 20;
  std::size_t number = 0;
  for (const Frame& f : backtrace()) {
    if (number == shown) {
      out += fmt::format("  ... {} more\n", backtrace().size() - shown);
      break;
    }
    const std::vector<SourcePlace> places = f.places();
    const std::string name = places.size() > 1 && !places.front().function.empty() ? places.front().function : f.name();
    out += fmt::format("  {:>2}: {}{}{}", number++, elided(f.module, max_name), f.module.empty() ? "" : "!", elided(name, max_name));
    if (f.offset != 0) out += fmt::format(" at 0x{:04x}", f.offset);
    out += "\n";
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::string& caller = i + 1 == places.size() ? f.name() : places[i].function;
      if (i != 0) out += fmt::format("      inlined into {}\n", elided(caller.empty() ? "a function without a name" : caller, max_name));
      if (!places[i].file.empty()) out += fmt::format("        {}\n", render(places[i]));
    }
  }
  return out;
}

}  // namespace wcomp
