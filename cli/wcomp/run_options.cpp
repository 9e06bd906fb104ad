#include "cli/wcomp/run_options.h"

#include <charconv>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "cli/wcomp/backend_option.h"
#include "cli/common/program.h"
#include "cli/wcomp/features.h"
#include "cli/wcomp/profiling.h"
#include "engine/backend.h"

namespace wcomp::cli {

namespace {

void add_sandbox_option(CLI::App& app, const runner::SandboxOption& s, RunOptions& o) {
  const std::string flag = fmt::format("--{}", s.name), help(s.help);
  if (!is_wanted(app, flag)) return;
  const auto check = [kind = s.kind](const std::string& text) { return runner::problem_of(kind, text); };
  if (const auto* is_on = std::get_if<bool runner::SandboxOptions::*>(&s.member)) {
    app.add_flag(flag, o.**is_on, help);
    return;
  }
  CLI::Option* option = match(
      s.member, [](bool runner::SandboxOptions::*) -> CLI::Option* { return nullptr; },
      [&](std::vector<std::string> runner::SandboxOptions::*m) { return app.add_option(flag, o.*m, help)->expected(1)->allow_extra_args(false)->take_all(); },
      [&](auto m) { return app.add_option(flag, o.*m, help); });
  option->type_name(std::string(s.value));
  if (s.kind == runner::OptionKind::bytes) {
    option->transform(CLI::Validator(
        [check](std::string& text) {
          std::string problem = check(text);
          if (problem.empty()) text = std::to_string(*runner::parse_bytes(text));
          return problem;
        },
        ""));
  } else if (s.kind != runner::OptionKind::text && s.kind != runner::OptionKind::file) {
    option->check(CLI::Validator(check, ""));
  }
}

/// Tells of each denied call once: one line on standard error.
class DenialPrinter {
 public:
  void operator()(const wasi::Denial& d) {
    constexpr std::size_t max_lines = 1000;  // a guest may ask without end
    std::string line = fmt::format("denied: {}", runner::explain(d));
    if (seen_.size() >= max_lines || !seen_.insert(line).second) return;
    if (messages_are_json()) {
      const std::string call = d.subject.empty() ? d.operation : fmt::format("{} `{}`", d.operation, d.subject);
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
    if (std::string problem = runner::problem_of(runner::OptionKind::time, o.timeout); !problem.empty()) return fail(diag::bad_usage, "-W timeout: " + problem);
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

std::string check_profile(const std::string& text) {
  const auto choice = parse_profile(text);
  return choice ? std::string() : choice.error().first().message;
}

}  // namespace

Result<void> apply_peer_options(RunOptions& o) {
  WCOMP_TRY(apply_each(o, o.wasi, apply_wasi));
  return apply_each(o, o.wasm, apply_wasm);
}

void add_run_options(CLI::App& app, RunOptions& o) {
  app.add_option("FILE", o.file, "Component or core module, binary or text, or what `wcomp compile` made of one; `-` is standard input; everything after it belongs to the guest")->required();
  if (const char* name = "--invoke"; is_wanted(app, name)) {
    app.add_option(name, o.invoke, "Call an exported function: 'f(\"x\", {a: 1})', or its name with arguments after FILE; values as WAVE, results on standard output")
        ->type_name("CALL");
  }
  for (const runner::SandboxOption& option : runner::sandbox_options) add_sandbox_option(app, option, o);
  if (const char* name = "--deterministic"; is_wanted(app, name)) {
    app.add_flag(name, o.is_deterministic, "The same results on every machine: canonical NaNs, one outcome of relaxed vector instructions");
  }
  if (const char* name = "--wasm-features"; is_wanted(app, name)) {
    app.add_option(name, o.wasm_features, "Proposals of WebAssembly that are on: NAME, -NAME, or a group, from left to right; `wcomp validate --help` lists them")
        ->type_name("LIST")->expected(1)->allow_extra_args(false)->take_all()->check(CLI::Validator(check_features, ""));
  }
  if (is_wanted(app, backend_option)) add_backend_option(app, o.backend);
  CLI::Option* cache_dir = nullptr;
  if (const char* name = "--cache-dir"; is_wanted(app, name)) {
    cache_dir = app.add_option(name, o.cache_dir, "Keep compiled code in this folder (`wcomp cache path` prints the one it is in otherwise)")->type_name("DIR");
  }
  if (const char* name = "--no-cache"; is_wanted(app, name)) {
    CLI::Option* no_cache = app.add_flag(name, o.has_no_cache, "Neither look for compiled code on disk nor keep it there");
    if (cache_dir != nullptr) no_cache->excludes(cache_dir);
  }
  if (const char* name = "--allow-precompiled"; is_wanted(app, name)) {
    app.add_flag(name, o.allows_precompiled, "Run what `wcomp compile` made whatever its name is: trusted machine code (a name in .cwasm needs no option)");
  }
  if (const char* name = "--profile"; is_wanted(app, name)) {
    app.add_option(name, o.profile, "Where the guest spends its time: `guest` writes a flame graph to FILE (wcomp-profile.svg when left out; .folded: stacks as text, .json: for"
                                    " profiler.firefox.com), a sample each INTERVAL (1ms); `perfmap` and `jitdump` write names for Linux's perf")
        ->type_name("guest[,FILE[,INTERVAL]]|perfmap|jitdump")->check(CLI::Validator(check_profile, ""));
  }
  const auto add_peer_option = [&](const char* name, std::vector<std::string>& lists, const char* help) {
    if (is_wanted(app, name)) app.add_option(name, lists, help)->type_name("KEY[=VALUE],..")->expected(1)->allow_extra_args(false)->take_all();
  };
  add_peer_option("-S", o.wasi, "As in wasmtime: inherit-env");
  add_peer_option("-W", o.wasm, "As in wasmtime: fuel=N, timeout=TIME, max-memory-size=N, max-table-elements=N, max-instances=N, max-wasm-stack=N, features");
}

Result<Engine> engine_of(const RunOptions& o) {
  EngineOptions options{.wasm_features = {}, .is_deterministic = o.is_deterministic};
  options.backend = parse_backend(o.backend).value_or(BackendKind::automatic);
  // To perf code that is mapped from a file has no names.
  if (!o.has_no_cache && (o.profile.empty() || o.profile.starts_with("guest"))) options.cache_dir = o.cache_dir.empty() ? default_cache_dir() : std::filesystem::path(o.cache_dir);
  for (const std::string& list : o.wasm_features) options.wasm_features += (options.wasm_features.empty() ? "" : ",") + list;
  return Engine::create(options);
}

Result<wasi::Context> context_of(const RunOptions& o, const std::vector<std::string>& args) {
  std::vector<std::string> all{o.file == "-" ? std::string("-") : std::filesystem::path(o.file).filename().string()};
  all.insert(all.end(), args.begin(), args.end());
  WCOMP_TRY(wasi::Context context, runner::context_of(o, std::move(all)));
  if (o.explain_denials) context = std::move(context).on_denied(DenialPrinter());
  return context;
}

}  // namespace wcomp::cli
