#include "profile/profile.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace wcomp::profile {

namespace {

/// A folded stack: names have no `;`, which separates them, and no line ends.
std::string folded_name(const FrameInfo& frame) {
  std::string name = label(frame);
  std::ranges::replace(name, ';', ':');
  return name;
}

}  // namespace

std::string label(const FrameInfo& frame) {
  const auto named = [&] { return (frame.module.empty() ? std::string() : escape(frame.module) + "!") + escape(frame.name); };
  switch (frame.kind) {
    case FrameKind::func: return named();
    case FrameKind::inlined: return escape(frame.name) + " (inlined)";
    case FrameKind::line: return fmt::format("{}:{}", escape(frame.file.substr(frame.file.rfind('/') + 1)), frame.line);
    case FrameKind::host: return "[" + escape(frame.name) + "]";
  }
  return {};
}

std::string folded_stacks(const Profile& profile) {
  std::string out;
  for (const Stack& s : profile.stacks) {
    for (const std::uint32_t& f : s.frames) out += (&f == s.frames.data() ? "" : ";") + folded_name(profile.frames[f]);
    out += fmt::format(" {}\n", std::max<std::uint64_t>(1, (s.nanoseconds + 500) / 1000));
  }
  return out;
}

std::optional<Form> form_of(std::string_view file) {
  if (file.ends_with(".svg")) return Form::flame_graph;
  if (file.ends_with(".json")) return Form::firefox;
  if (file.ends_with(".folded") || file.ends_with(".txt")) return Form::folded;
  return std::nullopt;
}

std::string write(const Profile& profile, Form form) {
  switch (form) {
    case Form::flame_graph: return flame_graph(profile);
    case Form::folded: return folded_stacks(profile);
    case Form::firefox: return firefox_profile(profile);
  }
  return {};
}

}  // namespace wcomp::profile
