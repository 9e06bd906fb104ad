// The command line of an executable that `wcomp exe` made.
//
//   app ARGS..                     everything is the program's
//   app ARGS.. -- FLAGS..          what stands behind the last `--` is for the sandbox
//   app ARGS.. -- MORE.. --        so a program gets a `--` of its own: the last one, with nothing behind it, is ours
//   app --wcomp-grants             lists what is baked in
//
// A sealed executable has no flags: whatever stands there is the program's, but for a lone `--wcomp-grants`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runner/payload.h"
#include "runner/sandbox.h"

namespace wcomp::runner {

inline constexpr std::string_view grants_word = "--wcomp-grants";

struct Arguments {
  std::vector<std::string> guest;     ///< without the program's name
  std::vector<std::string_view> flags;
  bool wants_grants = false;
  bool wants_help = false;  ///< `-- --help`
};
[[nodiscard]] Arguments split_arguments(std::span<char* const> words, bool is_sealed);

/// What is baked in, then what the flags say. Fails with bad-usage.
[[nodiscard]] Result<SandboxOptions> options_of(const Manifest& manifest, std::span<const std::string_view> flags);

/// What `--wcomp-grants` prints.
[[nodiscard]] std::string list_grants(const Manifest& manifest);
/// What `-- --help` prints.
[[nodiscard]] std::string flags_help(std::string_view program);

}  // namespace wcomp::runner
