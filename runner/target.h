// Machines that executables are made for, and formats of executables that can carry a payload.
//
// A payload stands behind everything that the system loads of an executable. Where that is allowed, and where the end of what is there already
// is, is a matter of the format: ELF has no word for what stands behind it, while formats whose signature covers the whole file would
// need the payload as a section of their own. So each format has a row here, and nothing else knows what kind of file a runner is.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace wcomp::runner {

enum class Format : std::uint8_t { none, elf };

struct Target {
  std::string_view name;  ///< `x86_64-linux`, as engine/jit/target.h has it
  Format format;
  std::uint16_t machine;
  std::uint32_t page;  ///< the largest one that a kernel for the machine may have: what is mapped of a file begins at a multiple of it
  std::string_view why_not;
};
inline constexpr Target targets[] = {
#define TARGET(name, format, machine, page, why_not) {name, Format::format, machine, page, why_not},
#include "runner/targets.def"
#undef TARGET
};

/// The target of that name. Fails with unsupported for what is none, has no runner, or is not among `compiled`: those that this wcomp makes code for.
[[nodiscard]] Result<const Target*> find_target(std::string_view name, std::span<const std::string_view> compiled);

/// The name of the target's runner as a file.
[[nodiscard]] std::string runner_file_name(const Target& target);

/// Whether the bytes are an executable of the target to which a payload can be appended; says what is wrong with it.
[[nodiscard]] Result<void> check_executable(ByteSpan executable, const Target& target);

}  // namespace wcomp::runner
