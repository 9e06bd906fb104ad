// wcomp cache ACTION: the compiled code that is kept on disk.
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/diagnostic.h"
#include "base/text.h"
#include "cache/cache.h"
#include "cli/wcomp/commands.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::string action, folder;
  std::uint64_t max_size = cache::default_max_bytes;
  bool is_json = false;
};

std::uint64_t total(const std::vector<cache::Entry>& entries) {
  std::uint64_t out = 0;
  for (const cache::Entry& e : entries) out += e.bytes;
  return out;
}

std::string time_of(std::int64_t ns) {
  const std::time_t t = ns / 1'000'000'000;
  std::tm parts{};
  if (::localtime_r(&t, &parts) == nullptr) return "?";
  char text[32];
  return std::string(text, std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &parts));
}

std::string count(std::size_t n, std::string_view one, std::string_view many) { return fmt::format("{} {}", n, n == 1 ? one : many); }

int show(const Options& o, const cache::Cache& cache) {
  const std::vector<cache::Entry> entries = cache.list();
  const std::string problem = cache.problem();
  std::string out;
  if (o.is_json) {
    nlohmann::json list = nlohmann::json::array();
    for (const cache::Entry& e : entries) list.push_back({{"name", e.name}, {"bytes", e.bytes}, {"used", e.used_ns / 1'000'000'000}});
    nlohmann::json all = {{"folder", cache.folder().string()}, {"bytes", total(entries)}, {"max-bytes", cache::default_max_bytes}, {"entries", list}};
    if (!problem.empty()) all["problem"] = problem;
    out = all.dump(2, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
  } else {
    if (o.action == "list") {
      for (const cache::Entry& e : entries) out += fmt::format("{}  {:>10}  {}\n", time_of(e.used_ns), e.bytes, e.name);
    } else {
      out += fmt::format("folder: {}\n", cache.folder().empty() ? "none" : escape(cache.folder().string()));
      out += fmt::format("holds: {} of {} bytes in {}\n", total(entries), cache::default_max_bytes, count(entries.size(), "entry", "entries"));
      if (!problem.empty()) out += fmt::format("not used: {}\n", escape(problem));
    }
  }
  return write_output({}, out);
}

int run(const Options& o) {
  const cache::Cache cache(o.folder.empty() ? cache::Cache::default_folder() : std::filesystem::path(o.folder));
  if (o.action == "path") {
    if (cache.folder().empty()) return report(Failure(error(diag::file_error, "there is no cache: " + cache.problem())));
    return write_output({}, cache.folder().string() + "\n");
  }
  if (o.action == "info" || o.action == "list") return show(o, cache);
  if (const std::string problem = cache.problem(); !problem.empty()) {
    Diagnostic d = error(diag::file_error, fmt::format("the cache `{}` is not touched: {}", cache.folder().string(), problem));
    d.notes.push_back("`WCOMP_CACHE` or `--cache-dir` names another folder");
    return report(Failure(std::move(d)));
  }
  const cache::Removed removed = o.action == "clear" ? cache.clear() : cache.prune(o.max_size);
  say(fmt::format("removed {} with {} bytes", count(removed.entries, "entry", "entries"), removed.bytes));
  return status_ok;
}

}  // namespace

Action setup_cache(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("ACTION", o->action, "`path` prints the folder, `info` how full it is, `list` what is in it; `clear` empties it, `prune` makes it smaller")
      ->required()->check(CLI::IsMember({"path", "info", "list", "clear", "prune"}));
  app.add_option("--cache-dir", o->folder, "This folder instead of the one that `run` uses")->type_name("DIR");
  app.add_option("--max-size", o->max_size, "prune: what may be left (512 MiB when left out)")->type_name("BYTES")->transform(CLI::AsSizeValue(false));
  app.add_flag("--json", o->is_json, "info, list: as JSON");
  return [o] { return run(*o); };
}

}  // namespace wcomp::cli
