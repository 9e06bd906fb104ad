#include "cli/wcomp/run_options.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "cli/common/check_count.h"
#include "cli/wcomp/backend_option.h"
#include "base/text.h"
#include "cli/common/program.h"
#include "cli/wcomp/features.h"
#include "engine/backend.h"
#include "engine/jit/perf_map.h"

namespace wcomp::cli {

namespace {

std::string refuse_negative(const std::string& text) { return text.starts_with('-') ? fmt::format("`{}` is negative", text) : std::string(); }

std::string check_dir(const std::string& text) {
  const auto grant = parse_dir(text);
  return grant ? std::string() : grant.error().first().message;
}

std::string check_env(const std::string& text) {
  return text.empty() || text[0] == '=' ? fmt::format("`{}` names no variable", text) : std::string();
}

std::string check_timeout(const std::string& text) {
  return parse_duration(text) ? std::string() : fmt::format("`{}` is no duration: a number and a unit (ms, s, m, h) were expected", text);
}

/// Tells of each denied call once: one line on standard error.
class DenialPrinter {
 public:
  void operator()(const wasi::Denial& d) {
    constexpr std::size_t max_lines = 1000;  // a guest may ask without end
    const std::string call = d.subject.empty() ? d.operation : fmt::format("{} `{}`", d.operation, d.subject);
    std::string line = fmt::format("denied: {}{}", escape(call),
                                   d.missing_grant.empty() ? std::string() : fmt::format(": `{}` would grant it", escape(d.missing_grant)));
    if (seen_.size() >= max_lines || !seen_.insert(line).second) return;
    if (messages_are_json()) {
      Diagnostic out = warning(diag::denied, fmt::format("{} was denied", call));
      if (!d.missing_grant.empty()) out.notes.push_back(fmt::format("`{}` would grant it", d.missing_grant));
      return print(out);
    }
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
  }

 private:
  std::set<std::string> seen_;
};

/// `key=value` of a peer's option; `key` alone is `y`.
struct PeerOption {
  std::string_view key, value;
  [[nodiscard]] bool is_on() const { return value.empty() || value == "y" || value == "yes" || value == "true"; }
};

Result<void> apply_wasi(RunOptions& o, const PeerOption& p) {
  if (p.key == "inherit-env") {
    o.inherit_env = p.is_on();
  } else if (p.key != "cli" && p.key != "cli-exit-with-code" && p.key != "common" && p.key != "preview2" && p.key != "p3") {  // always there, or chosen by FILE
    return fail(diag::bad_usage, fmt::format("`-S {}` is not known here: `-S inherit-env` is", p.key));
  }
  return {};
}

template <class T>
Result<T> number_of(const PeerOption& p) {
  T value = 0;
  const auto [end, ec] = std::from_chars(p.value.data(), p.value.data() + p.value.size(), value);
  if (ec != std::errc() || end != p.value.data() + p.value.size()) return fail(diag::bad_usage, fmt::format("`-W {}` needs a number, found `{}`", p.key, p.value));
  return value;
}

/// `-W KEY=N`.
struct PeerNumber {
  std::string_view key;
  std::optional<std::uint64_t> RunOptions::*option;
};
constexpr PeerNumber peer_numbers[] = {{"fuel", &RunOptions::fuel},
                                       {"max-memory-size", &RunOptions::max_memory},
                                       {"max-table-elements", &RunOptions::max_table_elements},
                                       {"max-instances", &RunOptions::max_instances},
                                       {"max-memories", &RunOptions::max_memories},
                                       {"max-tables", &RunOptions::max_tables},
                                       {"max-wasm-stack", &RunOptions::max_stack}};

Result<void> apply_wasm(RunOptions& o, const PeerOption& p) {
  for (const PeerNumber& n : peer_numbers) {
    if (n.key != p.key) continue;
    WCOMP_TRY(o.*n.option, number_of<std::uint64_t>(p));
    return {};
  }
  if (p.key == "timeout") {
    o.timeout = p.value;
    if (std::string problem = check_timeout(o.timeout); !problem.empty()) return fail(diag::bad_usage, "-W timeout: " + problem);
  } else if (p.key == "trap-on-grow-failure") {
    o.traps_on_growth_failure = p.is_on();
  } else if (p.key == "nan-canonicalization" || p.key == "relaxed-simd-deterministic") {
    o.is_deterministic = p.is_on();
  } else if (p.key == "all-proposals") {
    o.wasm_features.push_back(p.is_on() ? "all" : "-all");
  } else if (const std::string feature = (p.is_on() ? "" : "-") + std::string(p.key); check_features(feature).empty()) {
    o.wasm_features.push_back(feature);
  } else {
    std::string known = "`timeout`, `trap-on-grow-failure`, `nan-canonicalization`";
    for (const PeerNumber& n : peer_numbers) known += fmt::format(", `{}`", n.key);
    return fail(diag::bad_usage, fmt::format("`-W {}` is not known here: features and {} are", p.key, known));
  }
  return {};
}

template <class Apply>
Result<void> apply_each(RunOptions& o, const std::vector<std::string>& lists, const Apply& apply) {
  for (std::string_view rest : lists) {
    while (!rest.empty()) {
      const std::string_view item = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), item.size() + 1));
      const std::size_t equals = item.find('=');
      WCOMP_TRY(apply(o, PeerOption{item.substr(0, equals), equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1)}));
    }
  }
  return {};
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
  double number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const double factor = unit == "ms" ? 1 : unit == "s" || unit.empty() ? 1e3 : unit == "m" ? 60e3 : unit == "h" ? 3600e3 : 0;
  const double ms = number * factor;
  constexpr double longest = 1e12;  // thirty years
  if (ec != std::errc() || factor == 0 || !(ms > 0) || ms > longest) return std::nullopt;
  return std::chrono::milliseconds(std::max<std::int64_t>(1, static_cast<std::int64_t>(ms)));
}

Result<void> apply_peer_options(RunOptions& o) {
  WCOMP_TRY(apply_each(o, o.wasi, apply_wasi));
  return apply_each(o, o.wasm, apply_wasm);
}

void add_run_options(CLI::App& app, RunOptions& o) {
  app.add_option("FILE", o.file, "Component or core module, binary or text; `-` is standard input; everything after it belongs to the guest")->required();
  app.add_option("--dir", o.dirs, "Grant a folder, under the name GUEST (the same when left out); `::ro` for reading only")
      ->type_name("HOST[::GUEST[::ro]]")->expected(1)->allow_extra_args(false)->take_all()->check(CLI::Validator(check_dir, ""));
  app.add_option("--env", o.env, "Grant an environment variable: NAME=VALUE, or NAME with the value it has here")
      ->type_name("NAME[=VALUE]")->expected(1)->allow_extra_args(false)->take_all()->check(CLI::Validator(check_env, ""));
  app.add_flag("--inherit-env", o.inherit_env, "Grant every environment variable");
  app.add_option("--argv0", o.argv0, "The program's name as the guest sees it (FILE's name when left out)")->type_name("NAME");
  app.add_option("--stdin", o.stdin_file, "The guest's standard input is this file")->type_name("FILE");
  app.add_option("--invoke", o.invoke, "Call an exported function: 'f(\"x\", {a: 1})', or its name with arguments after FILE; values as WAVE, results on standard output")
      ->type_name("CALL");
  app.add_flag("--explain-denials", o.explain_denials, "Say on standard error what was denied, and which option would grant it");
  app.add_option("--max-memory", o.max_memory, "Bound for each linear memory")->type_name("BYTES")->transform(CLI::AsSizeValue(false))->transform(CLI::Validator(refuse_negative, ""));
  app.add_option("--max-total-memory", o.max_total_memory, "Bound for all linear memories together")->type_name("BYTES")->transform(CLI::AsSizeValue(false))->transform(CLI::Validator(refuse_negative, ""));
  app.add_option("--max-table-elements", o.max_table_elements, "Bound for each table")->type_name("N")->check(CLI::Validator(check_count, ""));
  app.add_option("--max-instances", o.max_instances, "Bound for the number of core instances")->type_name("N")->check(CLI::Validator(check_count, ""));
  app.add_option("--max-memories", o.max_memories, "Bound for the number of linear memories")->type_name("N")->check(CLI::Validator(check_count, ""));
  app.add_option("--max-tables", o.max_tables, "Bound for the number of tables")->type_name("N")->check(CLI::Validator(check_count, ""));
  app.add_flag("--trap-on-grow-failure", o.traps_on_growth_failure, "Stop the guest when a memory or table may not grow, instead of telling it");
  app.add_flag("--deterministic", o.is_deterministic, "The same results on every machine: canonical NaNs, one outcome of relaxed vector instructions");
  app.add_option("--wasm-features", o.wasm_features, "Proposals of WebAssembly that are on: NAME, -NAME, or a group, from left to right; `wcomp validate --help` lists them")
      ->type_name("LIST")->expected(1)->allow_extra_args(false)->take_all()->check(CLI::Validator(check_features, ""));
  app.add_option("--max-stack", o.max_stack, "Bound for the guest's call stack")->type_name("BYTES")->transform(CLI::AsSizeValue(false))->transform(CLI::Validator(refuse_negative, ""));
  app.add_option("--fuel", o.fuel, "Stop after about this many instructions")->type_name("N")->check(CLI::Validator(check_count, ""));
  app.add_option("--timeout", o.timeout, "Stop after this time: 500ms, 10s, 2m")->type_name("TIME")->check(CLI::Validator(check_timeout, ""));
  add_backend_option(app, o.backend);
  auto* cache_dir = app.add_option("--cache-dir", o.cache_dir, "Keep compiled code in this folder (`wcomp cache path` prints the one it is in otherwise)")->type_name("DIR");
  app.add_flag("--no-cache", o.has_no_cache, "Neither look for compiled code on disk nor keep it there")->excludes(cache_dir);
  app.add_option("--profile", o.profile, "Write names of compiled functions for `perf`: perfmap")->type_name("KIND")->check(CLI::IsMember({"perfmap"}));
  app.add_option("-S", o.wasi, "As in wasmtime: inherit-env")->type_name("KEY[=VALUE],..")->expected(1)->allow_extra_args(false)->take_all();
  app.add_option("-W", o.wasm, "As in wasmtime: fuel=N, timeout=TIME, max-memory-size=N, max-table-elements=N, max-instances=N, max-wasm-stack=N, features")->type_name("KEY[=VALUE],..")->expected(1)->allow_extra_args(false)->take_all();
}

Result<Engine> engine_of(const RunOptions& o) {
  EngineOptions options{.wasm_features = {}, .is_deterministic = o.is_deterministic};
  options.backend = parse_backend(o.backend).value_or(BackendKind::automatic);
  if (!o.profile.empty()) {
    if (engine::resolve(options.backend) != BackendKind::jit) {
      Diagnostic d = error(diag::bad_usage, "`--profile perfmap` names compiled functions, and the interpreter has none");
      d.notes.push_back("`--backend jit` compiles, where it can");
      return Err(Failure(std::move(d)));
    }
    if (!engine::jit::write_perf_map()) return fail(diag::file_error, "the file of names for `perf` cannot be made in /tmp");
  }
  // Code that is mapped from a file has no names.
  if (!o.has_no_cache && o.profile.empty()) options.cache_dir = o.cache_dir.empty() ? default_cache_dir() : std::filesystem::path(o.cache_dir);
  for (const std::string& list : o.wasm_features) options.wasm_features += (options.wasm_features.empty() ? "" : ",") + list;
  return Engine::create(options);
}

Limits limits_of(const RunOptions& o) {
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

Result<wasi::Context> context_of(const RunOptions& o, const std::vector<std::string>& args) {
  std::vector<std::string> all{!o.argv0.empty() ? o.argv0 : o.file == "-" ? std::string("-") : std::filesystem::path(o.file).filename().string()};
  all.insert(all.end(), args.begin(), args.end());
  wasi::Context context;
  context = std::move(context).args(std::move(all)).inherit_stdio();
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
  if (o.explain_denials) context = std::move(context).on_denied(DenialPrinter());
  return context;
}

}  // namespace wcomp::cli
