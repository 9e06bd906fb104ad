// What was seen of running guests: stacks of calls, and how much processor time each stands for; and the forms it is written in.
//
// Whoever takes samples (engine/profiler.h) makes a Profile; what is here turns it into a file. A frame is a function of a guest, or what such a function
// had the host do; what the debug information says more is frames, too: functions that were inlined, and on top the line that ran.
//
// Names come from guests. They are escaped for people first (`escape`), then for the form: nothing in a name ends a string, an element or a line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wcomp::profile {

enum class FrameKind : std::uint8_t {
  func,     ///< a function of a module
  inlined,  ///< a function that became part of the one below
  line,     ///< a line of a source
  host,     ///< outside of guests
};

struct FrameInfo {
  FrameKind kind = FrameKind::func;
  std::string module;  ///< the instance it belongs to; empty: none
  std::string name;
  std::string file;    ///< may be empty
  std::uint32_t line = 0;
  friend bool operator==(const FrameInfo&, const FrameInfo&) = default;
};

struct Stack {
  std::vector<std::uint32_t> frames;  ///< by position in Profile::frames, outermost first; not empty
  std::uint64_t nanoseconds = 0;
  std::uint64_t samples = 0;
  friend bool operator==(const Stack&, const Stack&) = default;
};

/// One sample as it was taken, for forms that show time.
struct Moment {
  std::uint32_t stack = 0;         ///< by position in Profile::stacks
  std::uint64_t at = 0;            ///< nanoseconds of wall time since the start
  std::uint64_t nanoseconds = 0;
};

struct Profile {
  std::string title;
  std::vector<FrameInfo> frames;
  std::vector<Stack> stacks;
  std::vector<Moment> moments;           ///< in order; may have fewer than the stacks count
  std::uint64_t nanoseconds = 0;         ///< of the stacks together
  std::uint64_t samples = 0;
  std::uint64_t outside_nanoseconds = 0; ///< when no guest ran: loading, validation
  std::uint64_t interval = 0;            ///< between samples
};

/// A picture without references to other files: boxes as wide as the time spent in a function and what it called, callers below. A click
/// enlarges a box; a search colours those whose name contains a text. Boxes too narrow to be seen are left out.
[[nodiscard]] std::string flame_graph(const Profile& profile);
/// `caller;callee microseconds` a line, which flamegraph.pl, speedscope and others read.
[[nodiscard]] std::string folded_stacks(const Profile& profile);
/// JSON for profiler.firefox.com.
[[nodiscard]] std::string firefox_profile(const Profile& profile);

enum class Form : std::uint8_t { flame_graph, folded, firefox };
/// By the end of a file's name: .svg, .folded or .txt, .json.
[[nodiscard]] std::optional<Form> form_of(std::string_view file);
[[nodiscard]] std::string write(const Profile& profile, Form form);

/// What a frame is called: `component!function`, a line as `file:3`. Escaped for people.
[[nodiscard]] std::string label(const FrameInfo& frame);

}  // namespace wcomp::profile
