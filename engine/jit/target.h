// The machines that code can be made for, whatever machine makes it.
//
// A row of `targets` is a processor and an operating system: what differs between systems is how faults reach us (engine/fault.h), what an
// executable looks like, and nothing in the code. A program has stencils of the targets that its build had headers for (cmake/engine.cmake).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wcomp::engine::jit {

enum class Target : std::uint8_t { x86_64_linux, aarch64_linux };

struct TargetRow {
  Target target;
  std::string_view name;  ///< as users write it; two words of LLVM's triples
  std::string_view processor;
};
inline constexpr TargetRow targets[] = {
    {Target::x86_64_linux, "x86_64-linux", "x86-64 with SSE 4.2 and POPCNT"},
    {Target::aarch64_linux, "aarch64-linux", "aarch64"},
};
[[nodiscard]] constexpr const TargetRow& row_of(Target t) { return targets[static_cast<std::size_t>(t)]; }
[[nodiscard]] constexpr std::string_view to_string(Target t) { return row_of(t).name; }
[[nodiscard]] constexpr std::optional<Target> find_target(std::string_view name) {
  for (const TargetRow& t : targets) {
    if (t.name == name) return t.target;
  }
  return std::nullopt;
}

/// The machine that this program runs on, if it is one of them.
[[nodiscard]] constexpr std::optional<Target> host_target() {
#if defined(__x86_64__) && defined(__linux__)
  return Target::x86_64_linux;
#elif defined(__aarch64__) && defined(__linux__)
  return Target::aarch64_linux;
#else
  return std::nullopt;
#endif
}

/// Whether this program can make code for it.
[[nodiscard]] bool has_stencils(Target target);

}  // namespace wcomp::engine::jit
