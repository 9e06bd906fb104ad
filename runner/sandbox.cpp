#include "runner/sandbox.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/nearest_name.h"
#include "base/text.h"

namespace wcomp::runner {

namespace {

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view without_dashes(std::string_view word) { return word.starts_with("--") ? word.substr(2) : word; }

Result<const SandboxOption*> find(std::string_view name) {
  const auto found = std::ranges::find(sandbox_options, name, &SandboxOption::name);
  if (found != std::end(sandbox_options)) return &*found;
  Diagnostic d = error(diag::bad_usage, fmt::format("`{}` is no option of the sandbox", name));
  NearestName nearest(name);
  for (const SandboxOption& o : sandbox_options) nearest.offer(o.name);
  if (nearest.get()) d.notes.push_back(fmt::format("`{}` is one: was that meant?", *nearest.get()));
  return Err(Failure(std::move(d)));
}

Result<Setting> checked(const SandboxOption& option, std::optional<std::string_view> value) {
  if (option.kind == OptionKind::flag) {
    if (value) return fail(diag::bad_usage, fmt::format("`--{}` takes no value, found `{}`", option.name, *value));
  } else if (!value) {
    return fail(diag::bad_usage, fmt::format("`--{}` needs a value: {}", option.name, option.value));
  } else if (const std::string problem = problem_of(option.kind, *value); !problem.empty()) {
    return fail(diag::bad_usage, fmt::format("--{}: {}", option.name, problem));
  }
  return Setting{&option, std::string(value.value_or(""))};
}

}  // namespace

Result<DirGrant> parse_dir(std::string_view text) {
  DirGrant out;
  const std::size_t first = text.find("::");
  out.host = text.substr(0, first);
  out.guest = out.host;
  if (first != std::string_view::npos) {
    const std::string_view rest = text.substr(first + 2);
    const std::size_t second = rest.find("::");
    out.guest = rest.substr(0, second);
    if (second != std::string_view::npos) {
      if (rest.substr(second + 2) != "ro") return fail(diag::bad_usage, fmt::format("`{}` ends in `::{}`, expected HOST[::GUEST[::ro]]", text, rest.substr(second + 2)));
      out.access = wasi::DirAccess::read_only;
    }
  }
  if (out.host.empty() || out.guest.empty()) return fail(diag::bad_usage, fmt::format("`{}` names no {} folder, expected HOST[::GUEST[::ro]]", text, out.host.empty() ? "host" : "guest"));
  return out;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  // By hand: what the library has for fractions takes a tenth of a static program.
  constexpr std::uint64_t longest = 1'000'000'000'000;  // milliseconds: thirty years
  std::uint64_t whole = 0, fraction = 0, divisor = 1;
  std::size_t at = 0, digits = 0;
  bool has_point = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !has_point) {
      has_point = true;
      continue;
    }
    if (text[at] < '0' || text[at] > '9') break;
    ++digits;
    const auto digit = static_cast<std::uint64_t>(text[at] - '0');
    if (!has_point) {
      whole = whole * 10 + digit;
      if (whole > longest) return std::nullopt;
    } else if (divisor < 1'000'000'000) {  // what is finer does not count
      fraction = fraction * 10 + digit;
      divisor *= 10;
    }
  }
  const std::string_view unit = text.substr(at);
  const std::uint64_t factor = unit == "ms" ? 1 : unit == "s" || unit.empty() ? 1'000 : unit == "m" ? 60'000 : unit == "h" ? 3'600'000 : 0;
  if (digits == 0 || factor == 0 || (whole == 0 && fraction == 0) || whole > longest / factor) return std::nullopt;
  const std::uint64_t ms = whole * factor + fraction * factor / divisor;
  return std::chrono::milliseconds(std::max<std::int64_t>(1, static_cast<std::int64_t>(ms)));
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t number = 0;
  const char* const stop = text.data() + text.size();
  const auto [end, ec] = std::from_chars(text.data(), stop, number);
  if (ec != std::errc()) return std::nullopt;
  std::string_view unit(end, static_cast<std::size_t>(stop - end));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  std::string lower;
  for (const char c : unit) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  int shift = 0;
  if (!lower.empty() && lower != "b") {
    constexpr std::string_view letters = "kmgtpe";
    const std::size_t letter = letters.find(lower[0]);
    const std::string_view rest = std::string_view(lower).substr(1);
    if (letter == std::string_view::npos || (!rest.empty() && rest != "b" && rest != "i" && rest != "ib")) return std::nullopt;
    shift = 10 * (static_cast<int>(letter) + 1);
  }
  if (number > ~std::uint64_t{0} >> shift) return std::nullopt;
  return number << shift;
}

std::string problem_of(OptionKind kind, std::string_view value) {
  switch (kind) {
    case OptionKind::dir: {
      const auto grant = parse_dir(value);
      return grant ? std::string() : grant.error().first().message;
    }
    case OptionKind::env: return value.empty() || value[0] == '=' ? fmt::format("`{}` names no variable", value) : std::string();
    case OptionKind::flag:
    case OptionKind::text: return {};
    case OptionKind::file: return value.empty() ? "no file is named" : std::string();
    case OptionKind::bytes:
      if (value.starts_with('-')) return fmt::format("`{}` is negative", value);
      return parse_bytes(value) ? std::string() : fmt::format("`{}` is no size: a number was expected, with a unit (K, M, G) if it has one", value);
    case OptionKind::count: return parse_count(value) ? std::string() : fmt::format("`{}` is not a number from 0 to 2^64 - 1", value);
    case OptionKind::time: return parse_duration(value) ? std::string() : fmt::format("`{}` is no duration: a number and a unit (ms, s, m, h) were expected", value);
  }
  return {};
}

Result<void> set(SandboxOptions& o, const SandboxOption& option, std::string_view value) {
  if (std::string problem = problem_of(option.kind, value); !problem.empty()) return fail(diag::bad_usage, fmt::format("--{}: {}", option.name, problem));
  match(
      option.member, [&](bool SandboxOptions::*m) { o.*m = true; }, [&](std::string SandboxOptions::*m) { o.*m = value; },
      [&](std::vector<std::string> SandboxOptions::*m) { (o.*m).emplace_back(value); },
      [&](std::optional<std::uint64_t> SandboxOptions::*m) { o.*m = option.kind == OptionKind::bytes ? parse_bytes(value) : parse_count(value); });
  return {};
}

Result<std::vector<Setting>> parse_words(std::span<const std::string_view> words) {
  std::vector<Setting> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("--")) return fail(diag::bad_usage, fmt::format("`{}` is no option of the sandbox", words[i]));
    const std::string_view word = words[i].substr(2);
    const std::size_t equals = word.find('=');
    WCOMP_TRY(const SandboxOption* const option, find(word.substr(0, equals)));
    std::optional<std::string_view> value;
    if (equals != std::string_view::npos) value = word.substr(equals + 1);
    else if (option->kind != OptionKind::flag && i + 1 < words.size()) value = words[++i];
    WCOMP_TRY(Setting setting, checked(*option, value));
    out.push_back(std::move(setting));
  }
  return out;
}

Result<Setting> parse_setting(std::string_view text) {
  const std::string_view word = without_dashes(text);
  const std::size_t equals = word.find('=');
  WCOMP_TRY(const SandboxOption* const option, find(word.substr(0, equals)));
  return checked(*option, equals == std::string_view::npos ? std::nullopt : std::optional(word.substr(equals + 1)));
}

std::string to_string(const Setting& s) {
  return s.option->kind == OptionKind::flag ? fmt::format("--{}", s.option->name) : fmt::format("--{} {}", s.option->name, s.value);
}

Limits limits_of(const SandboxOptions& o) {
  Limits limits;
  if (o.max_memory) limits.max_memory_bytes = *o.max_memory;
  if (o.max_total_memory) limits.max_total_memory_bytes = *o.max_total_memory;
  if (o.max_table_elements) limits.max_table_elements = *o.max_table_elements;
  if (o.max_instances) limits.max_instances = *o.max_instances;
  if (o.max_memories) limits.max_memories = *o.max_memories;
  if (o.max_tables) limits.max_tables = *o.max_tables;
  limits.traps_on_growth_failure = o.traps_on_growth_failure;
  if (o.max_stack) limits.stack_bytes = *o.max_stack;
  limits.fuel = o.fuel;
  return limits;
}

Result<wasi::Context> context_of(const SandboxOptions& o, std::vector<std::string> args) {
  if (!o.argv0.empty() && !args.empty()) args.front() = o.argv0;
  wasi::Context context;
  context = std::move(context).args(std::move(args)).inherit_stdio();
  if (!o.stdin_file.empty()) context = std::move(context).stdin_file(o.stdin_file);
  if (o.inherit_env) context = std::move(context).inherit_env();
  for (const std::string& item : o.env) {
    const std::size_t equals = item.find('=');
    if (equals != std::string::npos) {
      context = std::move(context).env(item.substr(0, equals), item.substr(equals + 1));
    } else if (const char* value = std::getenv(item.c_str()); value != nullptr) {
      context = std::move(context).env(item, value);
    }
  }
  for (const std::string& item : o.dirs) {
    WCOMP_TRY(DirGrant grant, parse_dir(item));
    context = std::move(context).dir(std::move(grant.host), std::move(grant.guest), grant.access);
  }
  return context;
}

std::string explain(const wasi::Denial& d) {
  const std::string call = d.subject.empty() ? d.operation : fmt::format("{} `{}`", d.operation, d.subject);
  return escape(call) + (d.missing_grant.empty() ? std::string() : fmt::format(": `{}` would grant it", escape(d.missing_grant)));
}

}  // namespace wcomp::runner
