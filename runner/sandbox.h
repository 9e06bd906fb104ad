// What a guest that is run as a program is granted, and what it may use: the options of `wcomp run` that the executables of `wcomp exe` have, too.
//
// They are declared once (sandbox_options.def). `wcomp run` makes options of its command line of them; an executable reads those that are baked into
// it and those that stand behind the last `--` of its own command line, with `set`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "wcomp/limits.h"
#include "wcomp/wasi.h"

namespace wcomp::runner {

struct SandboxOptions {
  std::vector<std::string> dirs, env;
  std::string argv0, stdin_file, timeout;
  bool inherit_env = false;
  bool explain_denials = false;
  bool traps_on_growth_failure = false;
  std::optional<std::uint64_t> max_memory, max_total_memory, max_table_elements, max_instances, max_memories, max_tables, max_stack, fuel;
};

/// What values an option takes, and which there are: `dir` and `env` may be given several times.
enum class OptionKind : std::uint8_t { dir, env, flag, text, file, bytes, count, time };

struct SandboxOption {
  using Member = std::variant<bool SandboxOptions::*, std::string SandboxOptions::*, std::vector<std::string> SandboxOptions::*, std::optional<std::uint64_t> SandboxOptions::*>;
  std::string_view name;  ///< without its dashes
  OptionKind kind;
  Member member;
  std::string_view value;  ///< in help; empty: a flag
  std::string_view help;
};

inline constexpr SandboxOption sandbox_options[] = {
#define SANDBOX_OPTION(name, kind, member, value, help) {name, OptionKind::kind, &SandboxOptions::member, value, help},
#include "runner/sandbox_options.def"
#undef SANDBOX_OPTION
};

/// What is wrong with a value, in words; empty if nothing is.
[[nodiscard]] std::string problem_of(OptionKind kind, std::string_view value);
/// Sets an option. Fails with bad-usage.
[[nodiscard]] Result<void> set(SandboxOptions& o, const SandboxOption& option, std::string_view value);

/// An option with its value, as words of a command line (`--dir`, `/tmp`, or `--dir=/tmp`) or as what is baked in (`dir=/tmp`).
struct Setting {
  const SandboxOption* option = nullptr;
  std::string value;
};
/// Command line words as settings. Fails with bad-usage for what is none of the options, or has a value that is wrong.
[[nodiscard]] Result<std::vector<Setting>> parse_words(std::span<const std::string_view> words);
/// `NAME` or `NAME=VALUE`, with or without the dashes. Fails likewise.
[[nodiscard]] Result<Setting> parse_setting(std::string_view text);
/// `--dir /tmp`
[[nodiscard]] std::string to_string(const Setting& setting);

/// `HOST[::GUEST[::ro]]`.
struct DirGrant {
  std::string host, guest;
  wasi::DirAccess access = wasi::DirAccess::read_write;
};
[[nodiscard]] Result<DirGrant> parse_dir(std::string_view text);
/// `500ms`, `10s`, `1.5m`, `2h`; a number alone is seconds. Nothing for what is none of these, or is not positive.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// `65536`, `64K`, `2 GiB`: powers of 1024. Nothing for what is none of these, or beyond 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);

[[nodiscard]] Limits limits_of(const SandboxOptions& o);
/// Everything that the options grant; `args` begins with the program's name, which `argv0` replaces. Fails with bad-usage.
[[nodiscard]] Result<wasi::Context> context_of(const SandboxOptions& o, std::vector<std::string> args);

/// `open-at `/etc/hosts`: `--dir /etc` would grant it`, escaped.
[[nodiscard]] std::string explain(const wasi::Denial& d);

}  // namespace wcomp::runner
